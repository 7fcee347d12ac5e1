/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refills, with up to PN_MAX_REFILLS of the small pools: from every list that satisfies the invariants, each
 * operation leaves one that does: in order, disjoint, the sum is the budget, the head is worth running, and
 * all of it lies within one period from the head.
 */
#include "object/refill.h"

/* Bound of all times and amounts: the solver needs it; nothing depends on the value. */
#define FAR (1ull << 12)

static u64 end(const struct sched_context *s)
{
    struct refill last = s->refill[(s->head + s->count - 1u) % PN_MAX_REFILLS];
    return last.time + last.amount;
}

static bool good(const struct sched_context *s)
{
    return refill_valid(s) && end(s) <= refill_head(s).time + s->period;
}

static void any_context(struct sched_context *s)
{
    __CPROVER_assume(s->max >= 2 && s->max <= PN_MAX_REFILLS && s->period < FAR);
    __CPROVER_assume(s->budget < s->period && s->minimum >= 1 && s->minimum <= s->budget);
}

static void any_refills(struct sched_context *s)
{
    any_context(s);
    for (u32 i = 0; i < PN_MAX_REFILLS; i++)
        __CPROVER_assume(s->refill[i].time < FAR && s->refill[i].amount < FAR);
    __CPROVER_assume(good(s));
}

static void still_good(const struct sched_context *s)
{
    __CPROVER_assert(refill_valid(s), "in order, disjoint, the sum is the budget, the head is worth running");
    __CPROVER_assert(end(s) <= refill_head(s).time + s->period, "within one period");
}

void refills_begin(void)
{
    struct sched_context s;
    u64 now;
    __CPROVER_assume(now < FAR);
    any_context(&s);
    refill_init(&s, now);
    still_good(&s);
}

void refills_unblock(void)
{
    struct sched_context s;
    u64 now;
    any_refills(&s);
    u64 before = refill_head(&s).time;
    __CPROVER_assume(now < FAR);
    refill_unblock(&s, now);
    still_good(&s);
    __CPROVER_assert(refill_head(&s).time == (before < now ? now : before), "the head begins now or later");
}
