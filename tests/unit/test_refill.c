/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refills, every one of them: from each list that satisfies the invariants, with periods and numbers of
 * refills up to a bound, each operation leaves a list that satisfies them. Because every such list is a
 * start, this holds for any sequence of operations of this size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "object/refill.h"

#define LONGEST 11u  /* period in ticks */
#define MOST    6u   /* refills */
#define ORIGIN  100u /* time of the first refill; far enough from 0 for a head that begins earlier */

typedef void visitor(const struct sched_context *start);

static uint64_t visited;

static uint64_t end_of(const struct sched_context *s)
{
    const struct refill *last = &s->refill[(s->head + s->count - 1u) % PN_MAX_REFILLS];
    return last->time + last->amount;
}

static void must_hold(const struct sched_context *before, const struct sched_context *s, const char *what,
                      uint64_t argument)
{
    if (!refill_valid(s) || end_of(s) > refill_head(s).time + s->period) {
        fail_msg("%s %llu: budget %llu period %llu minimum %llu max %u count %u, first amount %llu", what,
                 (unsigned long long)argument, (unsigned long long)s->budget, (unsigned long long)s->period,
                 (unsigned long long)s->minimum, s->max, before->count,
                 (unsigned long long)refill_head(before).amount);
    }
}

/* The most that can be used before time `until`. */
static uint64_t usable(const struct sched_context *s, uint64_t until)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct refill *r = &s->refill[(s->head + i) % PN_MAX_REFILLS];
        uint64_t room = until > r->time ? until - r->time : 0;
        sum += r->amount < room ? r->amount : room;
    }
    return sum;
}

/* What was used does not come back within a period from when it became available. */
static void charged(const struct sched_context *start)
{
    for (uint64_t used = 0; used <= start->budget + 2; used++) {
        struct sched_context s = *start;
        uint64_t rest = used < s.budget ? s.budget - used : 0;
        refill_charge(&s, used);
        must_hold(start, &s, "charge", used);
        assert_true(usable(&s, ORIGIN + s.period) <= rest);
    }
    visited++;
}

static void woken(const struct sched_context *start)
{
    for (uint64_t now = ORIGIN - 1; now <= ORIGIN + 2 * start->period + 1; now++) {
        struct sched_context s = *start;
        refill_unblock(&s, now);
        must_hold(start, &s, "wake", now - ORIGIN);
        assert_int_equal(refill_head(&s).time, now > ORIGIN ? now : ORIGIN);
    }
    visited++;
}

/* All ways to place refill number 'i' and those behind it; `left`: what is missing to the budget. */
static void place(struct sched_context *s, uint32_t i, uint64_t from, uint64_t left, visitor *visit)
{
    uint64_t latest = i == 0 ? ORIGIN : ORIGIN + s->period;
    for (uint64_t time = from; time <= latest; time++) {
        for (uint64_t amount = i == 0 ? s->minimum : 0; amount <= left; amount++) {
            struct refill *r = &s->refill[(s->head + i) % PN_MAX_REFILLS];
            *r = (struct refill){time, amount};
            s->count = (uint8_t)(i + 1);
            if (time + amount > ORIGIN + s->period) {
                break;
            }
            if (amount == left) {
                visit(s);
            }
            if (i + 1 < s->max) {
                place(s, i + 1, time + amount, left - amount, visit);
            }
        }
    }
}

static void every_list(visitor *visit)
{
    visited = 0;
    for (uint64_t period = 2; period <= LONGEST; period++) {
        for (uint64_t budget = 1; budget < period; budget++) {
            for (uint64_t minimum = 1; minimum <= budget; minimum++) {
                for (uint32_t most = 2; most <= MOST; most++) {
                    struct sched_context s = {.budget = budget, .period = period, .minimum = minimum};
                    s.max = (uint8_t)most;
                    s.head = (uint8_t)((period + budget + minimum) % PN_MAX_REFILLS);
                    place(&s, 0, ORIGIN, budget, visit);
                }
            }
        }
    }
    print_message("%llu lists\n", (unsigned long long)visited);
    assert_true(visited > 1000000);
}

static void test_charging_keeps_the_invariants(void **state)
{
    (void)state;
    every_list(charged);
}

static void test_waking_keeps_the_invariants(void **state)
{
    (void)state;
    every_list(woken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charging_keeps_the_invariants),
        cmocka_unit_test(test_waking_keeps_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
