/* SPDX-License-Identifier: BSD-2-Clause */
/* What mbedTLS needs from its surroundings: a memory arena and a clock that never runs before a fixed floor.
 */
#ifndef POSTERN_CRYPTO_TLS_PLATFORM_H
#define POSTERN_CRYPTO_TLS_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of "2026-11-21 04:00" with its terminator. */
#define TLS_TIME_TEXT 17U

/*
 * Gives mbedTLS its only memory. arena: aligned to 16, owned by mbedTLS from now on. floor: seconds since
 * 1970 that the clock never goes below. Call once, before everything else of the TLS modules.
 */
void tls_platform_init(void *arena, size_t size, int64_t floor);

/* Milliseconds of a steady clock, by which the age of tickets runs on between two settings of the wall clock.
 */
void tls_platform_set_ticks(uint64_t (*ms)(void));

/* Sets the wall clock: seconds since 1970 (UTC) and milliseconds (0..999) beyond. A value below the floor
 * counts as the floor. */
void tls_platform_set_clock(int64_t seconds, unsigned ms);

/* The wall clock as certificates are checked against it. */
int64_t tls_platform_clock(void);

/* True if the clock stands at its floor because nobody has told a later time. */
int tls_platform_clock_is_floor(void);

/* Bytes of the arena in use now, and the most ever in use (block headers not counted). */
size_t tls_platform_arena_used(void);
size_t tls_platform_arena_peak(void);

/* Writes "YYYY-MM-DD hh:mm" (UTC) of a time in seconds since 1970; years outside 1970..9999 give "(no date)".
 */
void tls_platform_format_time(int64_t seconds, char out[TLS_TIME_TEXT]);

#endif
