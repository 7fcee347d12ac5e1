/* SPDX-License-Identifier: BSD-2-Clause */
/* When a thread really ran, seen by itself: gaps in the clock are somebody else's time. Times are in ticks.
 */
#ifndef TEST_BURSTS_H
#define TEST_BURSTS_H

#include "test.h"

#define BURST_LIMIT 400

struct burst {
    word start;
    word end;
};

struct bursts {
    struct burst at[BURST_LIMIT];
    unsigned count;
};

word ticks_of(word us);
word us_of(word ticks);

/* Run until 'until' or until 'us' have been used, and write down when. */
void bursts_run(struct bursts *b, word us, word until);

/* Most that was used within any window of 'window_us', in us, rounded up. */
word bursts_most(const struct bursts *b, word window_us);

/* All that was used, in us. */
word bursts_sum(const struct bursts *b);

#endif
