/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of exhausted budgets: from when on they are too long, and what ends them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "budget.h"

#define PERIOD 10000u
#define PAUSE  250000u /* an eighth of the 2 s below */

static const struct budget_rule fails = {.action = BUDGET_FAIL, .period_us = PERIOD, .for_ms = 2000};
static const struct budget_rule reports = {.action = BUDGET_REPORT, .period_us = PERIOD, .for_ms = 2000};

/* Exhausted each `every` us from `from` on: how long until the verdict is not to go on; 0: never in 10 s. */
static uint64_t time_to_verdict(const struct budget_rule *rule, uint64_t from, uint64_t every,
                                enum budget_verdict *verdict)
{
    struct budget_run run;

    budget_begin(&run);
    for (uint64_t now = from; now <= from + 10000000; now += every) {
        *verdict = budget_exhausted(&run, rule, now);
        if (*verdict != BUDGET_GO_ON) {
            return now - from;
        }
    }
    return 0;
}

static void test_every_period_is_too_much(void **state)
{
    enum budget_verdict verdict;

    (void)state;
    assert_int_equal(time_to_verdict(&fails, PAUSE - PERIOD, PERIOD, &verdict), 2000000);
    assert_int_equal(verdict, BUDGET_FAILED);
    assert_int_equal(time_to_verdict(&reports, UINT64_C(1) << 40, PERIOD, &verdict), 2000000);
    assert_int_equal(verdict, BUDGET_TOLD_NOW);
    /* Several times a period, as when it comes back in parts. */
    assert_int_equal(time_to_verdict(&fails, 0, PERIOD / 4, &verdict), 2000000);
}

static void test_half_of_the_periods_is_too_much_and_less_is_not(void **state)
{
    enum budget_verdict verdict;

    (void)state;
    assert_int_not_equal(time_to_verdict(&fails, 0, UINT64_C(2) * PERIOD, &verdict), 0);
    assert_int_equal(time_to_verdict(&fails, 0, UINT64_C(21) * PERIOD / 10, &verdict), 0);
    assert_int_equal(time_to_verdict(&fails, 0, UINT64_C(9) * PERIOD, &verdict), 0);
}

static void test_a_pause_ends_a_run(void **state)
{
    struct budget_run run;
    uint64_t now = 0;

    (void)state;
    budget_begin(&run);
    for (; now < 1990000; now += PERIOD) {
        assert_int_equal(budget_exhausted(&run, &fails, now), BUDGET_GO_ON);
    }
    /* The longest pause that is none, then one that is. */
    now += PAUSE - PERIOD;
    assert_int_equal(budget_exhausted(&run, &fails, now), BUDGET_FAILED);
    now += PAUSE + 1;
    assert_int_equal(budget_exhausted(&run, &fails, now), BUDGET_GO_ON);
    assert_int_equal(run.since_us, now);
    assert_int_equal(run.times, 1);
}

static void test_the_longest_period_that_may_be(void **state)
{
    static const struct budget_rule slow = {.action = BUDGET_FAIL, .period_us = 1000000, .for_ms = 20000};
    struct budget_run run;

    (void)state;
    budget_begin(&run);
    for (uint64_t now = 0; now < 20000000; now += 1000000) {
        assert_int_equal(budget_exhausted(&run, &slow, now), BUDGET_GO_ON);
    }
    assert_int_equal(budget_exhausted(&run, &slow, 20000000), BUDGET_FAILED);
}

static void test_a_run_is_told_once(void **state)
{
    struct budget_run run;
    unsigned told = 0;
    uint64_t now = 0;

    (void)state;
    budget_begin(&run);
    for (; now < 10000000; now += PERIOD) {
        told += budget_exhausted(&run, &reports, now) == BUDGET_TOLD_NOW;
    }
    assert_int_equal(told, 1);
    now += UINT64_C(2) * PAUSE;
    for (uint64_t end = now + 3000000; now < end; now += PERIOD) {
        told += budget_exhausted(&run, &reports, now) == BUDGET_TOLD_NOW;
    }
    assert_int_equal(told, 2);
}

static void test_a_start_forgives(void **state)
{
    struct budget_run run;

    (void)state;
    budget_begin(&run);
    for (uint64_t now = 0; now < 1990000; now += PERIOD) {
        assert_int_equal(budget_exhausted(&run, &fails, now), BUDGET_GO_ON);
    }
    budget_begin(&run);
    assert_int_equal(budget_exhausted(&run, &fails, 2000000), BUDGET_GO_ON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_period_is_too_much),
        cmocka_unit_test(test_half_of_the_periods_is_too_much_and_less_is_not),
        cmocka_unit_test(test_a_pause_ends_a_run),
        cmocka_unit_test(test_the_longest_period_that_may_be),
        cmocka_unit_test(test_a_run_is_told_once),
        cmocka_unit_test(test_a_start_forgives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
