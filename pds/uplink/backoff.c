/* SPDX-License-Identifier: BSD-2-Clause */
/* Exponential backoff with full jitter. */
#include "backoff.h"
#include <string.h>

#define DOUBLINGS_MAX 7u /* 0.5 s << 7 is over the maximum */

void backoff_seed(struct backoff *b, const uint8_t *seed)
{
    memcpy(b->random, seed, sizeof b->random);
    b->words = BACKOFF_WORDS;
}

uint64_t backoff_next(struct backoff *b, bool local)
{
    uint64_t limit = BACKOFF_FIRST_NS << b->failures;
    uint64_t highest = local ? BACKOFF_LOCAL_NS : BACKOFF_MAX_NS;
    if (limit > highest) {
        limit = highest;
    }
    if (b->failures < DOUBLINGS_MAX) {
        b->failures++;
    }
    if (local && b->failures == 1) {
        return BACKOFF_MIN_NS; /* most often the part that failed is back already */
    }
    if (b->words == 0) {
        return limit;
    }
    return BACKOFF_MIN_NS + b->random[--b->words] % (limit - BACKOFF_MIN_NS + 1);
}
