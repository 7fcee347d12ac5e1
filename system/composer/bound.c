/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounds by the analysis of response times: within any time t a domain with a budget takes at most its budget
 * for each period begun in t, since the kernel gives back what was used a period after its use began and not
 * earlier.
 */
#include "bound.h"

#include <postern/limits.h>

static bool in_the_way(const struct system_model *model, size_t other, size_t pd)
{
    return other != pd && model->pds.at[other].priority >= model->pds.at[pd].priority;
}

/* What all others may take within t; BOUND_NONE: all of it. */
static uint64_t taken_us(const struct system_model *model, size_t pd, uint64_t t)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < model->pds.count; i++) {
        const struct pd *other = &model->pds.at[i];
        if (!in_the_way(model, i, pd)) {
            continue;
        }
        if (other->period_us == 0 || other->budget_us >= other->period_us) {
            return BOUND_NONE;
        }
        uint64_t periods = t / other->period_us + (t % other->period_us != 0 ? 1 : 0);
        sum += other->budget_us * (periods == 0 ? 1 : periods);
    }
    return sum;
}

uint64_t bound_start_us(const struct system_model *model, size_t pd)
{
    uint64_t t = 0, sum = taken_us(model, pd, 0);
    if (model->schedule.given) {
        return BOUND_NONE;
    }
    /* It grows towards the smallest t that leaves time, which no period lets pass by far. */
    while (sum > t && sum <= PN_MAX_PERIOD_US) {
        t = sum;
        sum = taken_us(model, pd, t);
    }
    return sum <= t ? t : BOUND_NONE;
}

uint64_t bound_refill_us(const struct pd *pd)
{
    return pd->budget_us < pd->period_us ? pd->period_us - pd->budget_us : 0;
}
