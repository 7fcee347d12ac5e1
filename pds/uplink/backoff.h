/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before the next connection attempt: exponential, with full jitter, so that a fleet of
 * gateways does not come back to its broker in step. */
#ifndef POSTERN_BACKOFF_H
#define POSTERN_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_FIRST_NS UINT64_C(500000000)
#define BACKOFF_MAX_NS   UINT64_C(60000000000)
#define BACKOFF_LOCAL_NS UINT64_C(2000000000) /* no server is bothered: the cause is on this side */
#define BACKOFF_MIN_NS   UINT64_C(20000000)
#define BACKOFF_WORDS    8u

struct backoff {
    uint64_t random[BACKOFF_WORDS];
    unsigned words;    /* random words not used yet */
    unsigned failures; /* since the last progress */
};

/* Room for a seed of BACKOFF_WORDS * 8 bytes. */
static inline bool backoff_wants_seed(const struct backoff *b)
{
    return b->words == 0;
}

/* Takes BACKOFF_WORDS * 8 random bytes. */
void backoff_seed(struct backoff *b, const uint8_t *seed);

/* Waiting time in ns after one more failure. `local`: nobody but this gateway was involved; the first failure
 * of that kind since the last progress costs BACKOFF_MIN_NS. Without a
 * random word left the time is the longest of its range. */
uint64_t backoff_next(struct backoff *b, bool local);

/* The connection was of use: the next failure is the first one again. */
static inline void backoff_reset(struct backoff *b)
{
    b->failures = 0;
}

#endif
