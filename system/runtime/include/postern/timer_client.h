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

/* What is not known is not trusted. */
static inline enum clock_quality timer_quality(uint64_t word)
{
    return word == CLOCK_SNTP ? CLOCK_SNTP : word == CLOCK_RTC ? CLOCK_RTC : CLOCK_UNSET;
}

/* False if the timer answered anything else than success; *now is then unchanged. */
static inline bool timer_now(uint64_t channel, struct wall_time *now)
{
    microkit_msginfo answer = microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_NOW, 0));

    if (microkit_msginfo_get_label(answer) != TIMER_OK || microkit_msginfo_get_count(answer) != 3) {
        return false;
    }
    now->wall_ns = microkit_mr_get(0);
    now->mono_ns = microkit_mr_get(1);
    now->quality = timer_quality(microkit_mr_get(2));
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

/* For the journal alone: the clock never shows less than `wall_ns` from now on. */
static inline bool timer_floor(uint64_t channel, uint64_t wall_ns)
{
    microkit_mr_set(0, wall_ns);
    return microkit_msginfo_get_label(
               microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_FLOOR, 1))) == TIMER_OK;
}

/* For net alone: a time server's answer, off by up to `error_ns`. False if the timer does not take any. */
static inline bool timer_correct(uint64_t channel, uint64_t wall_ns, uint64_t mono_ns, uint64_t error_ns,
                                 enum clock_verdict *verdict)
{
    microkit_mr_set(0, wall_ns);
    microkit_mr_set(1, mono_ns);
    microkit_mr_set(2, error_ns);
    microkit_msginfo answer =
        microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_CORRECT, 3));

    if (microkit_msginfo_get_label(answer) != TIMER_OK || microkit_msginfo_get_count(answer) != 1 ||
        microkit_mr_get(0) >= CLOCK_VERDICTS) {
        return false;
    }
    *verdict = (enum clock_verdict)microkit_mr_get(0);
    return true;
}

/* Everything that the timer tells about the clock; false as for timer_now. */
static inline bool timer_status(uint64_t channel, uint64_t word[TIMER_STATUS_WORDS])
{
    microkit_msginfo answer =
        microkit_ppcall((microkit_channel)channel, microkit_msginfo_new(TIMER_STATUS, 0));

    if (microkit_msginfo_get_label(answer) != TIMER_OK ||
        microkit_msginfo_get_count(answer) != TIMER_STATUS_WORDS) {
        return false;
    }
    for (unsigned i = 0; i < TIMER_STATUS_WORDS; i++) {
        word[i] = microkit_mr_get((seL4_Uint8)i);
    }
    return true;
}

#endif
