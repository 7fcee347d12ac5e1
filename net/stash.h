/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes that TCP has accepted and the user of the stream has no room for yet: at most one receive window.
 */
#ifndef NET_STASH_H
#define NET_STASH_H

#include <stdbool.h>
#include <stdint.h>

#define STASH_SIZE 16384u /* power of two, not less than the TCP window */

struct stash {
    uint32_t first; /* index of the oldest byte */
    uint32_t count;
    uint8_t bytes[STASH_SIZE];
};

/* Forget everything. */
void stash_clear(struct stash *stash);

/* Append `length` bytes. False, with nothing changed, if they do not fit. */
bool stash_put(struct stash *stash, const uint8_t *data, uint32_t length);

/* The oldest bytes that lie in one piece: *data points to them until the next call; returns how many, 0 if
 * empty. */
uint32_t stash_peek(const struct stash *stash, const uint8_t **data);

/* Remove the oldest `length` bytes, at most what stash_peek said. */
void stash_drop(struct stash *stash, uint32_t length);

#endif
