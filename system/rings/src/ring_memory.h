/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only operations that touch a ring's shared words: single accesses, fences, copies. Tests replace this
 * file's implementation to explore interleavings at every access and to play a hostile peer.
 */
#ifndef RING_MEMORY_H
#define RING_MEMORY_H

#include <postern/ring.h>

/* One load with acquire ordering. */
/*@ requires word: \valid_read(word); assigns \nothing;
    ensures steady: peer_steady ==> \result == *(uint64_t *)word; */
uint64_t ring_load64(const volatile uint64_t *word);
/*@ requires word: \valid_read(word); assigns \nothing;
    ensures steady: peer_steady ==> \result == *(uint32_t *)word; */
uint32_t ring_load32(const volatile uint32_t *word);

/* One store with release ordering. */
/*@ requires word: \valid(word); assigns *word; ensures stored: *word == value; */
void ring_store64(uint64_t *word, uint64_t value);
/*@ requires word: \valid(word); assigns *word; ensures stored: *word == value; */
void ring_store32(uint32_t *word, uint32_t value);

/* Orders everything before it against everything after it, stores against later loads included. */
/*@ assigns \nothing; */
void ring_fence(void);

/* Copies between private and shared memory; the shared side may change under the copy. */
/*@ requires to: \valid(to + (0 .. length - 1));
    requires shared: \valid_read(shared + (0 .. length - 1));
    assigns to[0 .. length - 1]; */
void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length);
/*@ requires shared: \valid(shared + (0 .. length - 1));
    requires from: \valid_read((uint8_t *)from + (0 .. length - 1));
    assigns shared[0 .. length - 1]; */
void ring_copy_out(uint8_t *shared, const void *from, uint32_t length);

#endif
