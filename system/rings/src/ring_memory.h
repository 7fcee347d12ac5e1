/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only operations that touch a ring's shared words: single accesses, fences, copies. Tests replace this
 * file's implementation to explore interleavings at every access and to play a hostile peer.
 */
#ifndef RING_MEMORY_H
#define RING_MEMORY_H

#include <stdint.h>

/* One load with acquire ordering. */
uint64_t ring_load64(const volatile uint64_t *word);
uint32_t ring_load32(const volatile uint32_t *word);

/* One store with release ordering. */
void ring_store64(uint64_t *word, uint64_t value);
void ring_store32(uint32_t *word, uint32_t value);

/* Orders everything before it against everything after it, stores against later loads included. */
void ring_fence(void);

/* Copies between private and shared memory; the shared side may change under the copy. */
void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length);
void ring_copy_out(uint8_t *shared, const void *from, uint32_t length);

#endif
