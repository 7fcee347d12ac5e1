/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client side of the timer component. `channel` is timer_id of ports.h.
 */
#ifndef POSTERN_TIMER_CLIENT_H
#define POSTERN_TIMER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <microkit.h>
#include <postern/protocol/timer.h>

struct wall_time {
    uint64_t wall_ns; /* since 1970-01-01 UTC */
    uint64_t mono_ns; /* clock_ns() at the same moment */
    enum clock_quality quality;
};

/* False if the timer answered anything else than success; *now is then unchanged. */
static inline bool timer_now(uint64_t channel, struct wall_time *now)
{
    microkit_msginfo answer = microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_NOW, 0));

    if (microkit_msginfo_get_label(answer) != TIMER_OK || microkit_msginfo_get_count(answer) != 3) {
        return false;
    }
    now->wall_ns = microkit_mr_get(0);
    now->mono_ns = microkit_mr_get(1);
    now->quality = microkit_mr_get(2) == CLOCK_RTC ? CLOCK_RTC : CLOCK_UNSET;
    return true;
}

/* Ask for one notification on the channel at monotonic time `at_ns`; replaces an earlier request. */
static inline bool timer_set(uint64_t channel, uint64_t at_ns)
{
    microkit_mr_set(0, at_ns);
    return microkit_msginfo_get_label(
               microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_SET, 1))) == TIMER_OK;
}

static inline void timer_cancel(uint64_t channel)
{
    (void)microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_CANCEL, 0));
}

#endif
