/* SPDX-License-Identifier: BSD-2-Clause */
/* mbedTLS's arena, clock and end of the road. */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */
#include "tls_platform.h"

#include <stdio.h>
#include <time.h>

#include "mbedtls/build_info.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"

/* 9999-12-31 23:59:59 UTC: the last second that X.509 can name. */
#define LAST_SECOND INT64_C(253402300799)

static struct {
    int64_t floor;
    int64_t now;
    unsigned ms;             /* beyond now */
    uint64_t (*ticks)(void); /* NULL: the clock stands still between settings */
    uint64_t set_at;         /* in ticks */
} wall;

void tls_platform_init(void *arena, size_t size, int64_t floor)
{
    mbedtls_memory_buffer_alloc_init(arena, size);
    wall.floor = floor;
    wall.now = floor;
}

void tls_platform_set_ticks(uint64_t (*ms)(void))
{
    wall.ticks = ms;
}

void tls_platform_set_clock(int64_t seconds, unsigned ms)
{
    if (seconds > LAST_SECOND) {
        seconds = LAST_SECOND;
    }
    wall.now = seconds < wall.floor ? wall.floor : seconds;
    wall.ms = seconds < wall.floor ? 0 : ms;
    wall.set_at = wall.ticks != NULL ? wall.ticks() : 0;
}

int64_t tls_platform_clock(void)
{
    return wall.now;
}

int tls_platform_clock_is_floor(void)
{
    return wall.now == wall.floor;
}

size_t tls_platform_arena_used(void)
{
    size_t bytes;
    size_t blocks;
    mbedtls_memory_buffer_alloc_cur_get(&bytes, &blocks);
    return bytes;
}

size_t tls_platform_arena_peak(void)
{
    size_t bytes;
    size_t blocks;
    mbedtls_memory_buffer_alloc_max_get(&bytes, &blocks);
    return bytes;
}

void tls_platform_format_time(int64_t seconds, char out[TLS_TIME_TEXT])
{
    struct tm date;
    time_t value = (time_t)seconds;
    if (seconds < 0 || seconds > LAST_SECOND || gmtime_r(&value, &date) == NULL) {
        (void)snprintf(out, TLS_TIME_TEXT, "(no date)");
        return;
    }
    (void)snprintf(out, TLS_TIME_TEXT, "%04u-%02u-%02u %02u:%02u", (unsigned)(date.tm_year + 1900) % 10000U,
                   (unsigned)(date.tm_mon + 1) % 100U, (unsigned)date.tm_mday % 100U,
                   (unsigned)date.tm_hour % 100U, (unsigned)date.tm_min % 100U);
}

time_t tls_platform_time(time_t *out)
{
    if (out != NULL) {
        *out = (time_t)wall.now;
    }
    return (time_t)wall.now;
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    uint64_t since = wall.ticks != NULL ? wall.ticks() - wall.set_at : 0;
    return wall.now * 1000 + wall.ms + (int64_t)since;
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *tt, struct tm *tm_buf)
{
    return gmtime_r(tt, tm_buf);
}

/* mbedTLS calls this only when its heap is corrupt: fault, so that the supervisor sees it. */
_Noreturn void tls_platform_exit(int status)
{
    (void)status;
    __builtin_trap();
}
