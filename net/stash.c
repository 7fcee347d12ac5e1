/* SPDX-License-Identifier: BSD-2-Clause */
/* A circular byte buffer. */
#include "stash.h"

#include <string.h>

_Static_assert((STASH_SIZE & (STASH_SIZE - 1)) == 0, "indices are masked");

void stash_clear(struct stash *stash)
{
    stash->first = 0;
    stash->count = 0;
}

bool stash_put(struct stash *stash, const uint8_t *data, uint32_t length)
{
    uint32_t at = (stash->first + stash->count) & (STASH_SIZE - 1);
    uint32_t to_end = STASH_SIZE - at;

    if (length > STASH_SIZE - stash->count) {
        return false;
    }
    if (length <= to_end) {
        memcpy(stash->bytes + at, data, length);
    } else {
        memcpy(stash->bytes + at, data, to_end);
        memcpy(stash->bytes, data + to_end, length - to_end);
    }
    stash->count += length;
    return true;
}

uint32_t stash_peek(const struct stash *stash, const uint8_t **data)
{
    uint32_t to_end = STASH_SIZE - stash->first;

    *data = stash->bytes + stash->first;
    return stash->count < to_end ? stash->count : to_end;
}

void stash_drop(struct stash *stash, uint32_t length)
{
    uint32_t n = length < stash->count ? length : stash->count;

    stash->first = (stash->first + n) & (STASH_SIZE - 1);
    stash->count -= n;
}
