/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restart policies: back-off, limit, what comes then, order, the operator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

static const struct policy_rule restarts = {.disposition = POLICY_RESTART,
                                            .then = POLICY_HOLD,
                                            .min_run_ms = 1000,
                                            .backoff_ms = 100,
                                            .max_backoff_ms = 350,
                                            .limit = 5,
                                            .window_s = 60,
                                            .after = 0};

/* Fails at `now` and tells how long it is until child 0 is started again. */
static uint64_t wait_of(struct policy *policy, uint64_t now)
{
    assert_int_equal(policy_failed(policy, 0, now), POLICY_WAITING);
    for (uint64_t wait = 0; wait < 100000; wait++) {
        if (policy_next(policy, now + wait) == 0) {
            return wait;
        }
    }
    fail_msg("never started");
    return 0;
}

static void test_first_failure_restarts_at_once(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    assert_int_equal(policy_next(&policy, 5), -1);
    assert_int_equal(policy_failed(&policy, 0, 1000), POLICY_WAITING);
    assert_int_equal(policy_next(&policy, 1000), 0);
    assert_int_equal(policy.child[0].state, POLICY_RUNNING);
    assert_int_equal(policy.child[0].restarts, 1);
    assert_int_equal(policy_next(&policy, 1000), -1);
}

static void test_short_runs_wait_longer_each_time(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    assert_int_equal(wait_of(&policy, 999), 100);
    assert_int_equal(wait_of(&policy, 1100), 200);
    assert_int_equal(wait_of(&policy, 1400), 350);
    assert_int_equal(wait_of(&policy, 1800), 350);
    /* A long run makes good. */
    assert_int_equal(wait_of(&policy, 10000), 0);
    assert_int_equal(policy.child[0].restarts, 5);
}

static void test_back_off_begins_anew_after_a_long_run(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    (void)wait_of(&policy, 1);
    (void)wait_of(&policy, 200);
    (void)wait_of(&policy, 5000);
    assert_int_equal(wait_of(&policy, 5001), 100);
}

static void test_limit_within_the_window(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(wait_of(&policy, i * 2000), 0);
    }
    assert_int_equal(policy_failed(&policy, 0, 61999), POLICY_HELD);
    assert_int_equal(policy_next(&policy, UINT64_MAX / 2), -1);
    assert_int_equal(policy.child[0].restarts, 5);
}

static void test_old_restarts_leave_the_window(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(wait_of(&policy, i * 2000), 0);
    }
    assert_int_equal(wait_of(&policy, 62000), 0);
    assert_int_equal(policy_failed(&policy, 0, 63500), POLICY_HELD);
}

static void test_hold(void **state)
{
    (void)state;
    struct policy_rule rule = restarts;
    struct policy policy;
    rule.disposition = POLICY_HOLD;
    policy_init(&policy, &rule, 1, 0);
    assert_int_equal(policy_failed(&policy, 0, 100000), POLICY_HELD);
    assert_int_equal(policy_failed(&policy, 0, 100001), POLICY_HELD);
    assert_int_equal(policy_next(&policy, 1000000000), -1);
    assert_false(policy_reboots(&policy, 1000000000));
}

static void test_operator_restarts_whatever_the_state(void **state)
{
    (void)state;
    struct policy policy;
    policy_init(&policy, &restarts, 1, 0);
    policy_asked(&policy, 0, 10);
    assert_int_equal(policy_next(&policy, 10), 0);
    for (uint64_t i = 1; i <= 5; i++) {
        (void)wait_of(&policy, i * 2000);
    }
    assert_int_equal(policy_failed(&policy, 0, 20000), POLICY_HELD);
    policy_asked(&policy, 0, 20001);
    assert_int_equal(policy_next(&policy, 20001), 0);
    /* And is given the whole allowance again. */
    assert_int_equal(wait_of(&policy, 20002), 100);
}

static void test_degrade_tries_again_each_window(void **state)
{
    (void)state;
    struct policy_rule rule = restarts;
    struct policy policy;
    rule.disposition = POLICY_DEGRADE;
    policy_init(&policy, &rule, 1, 0);
    assert_int_equal(policy_failed(&policy, 0, 5000), POLICY_DEGRADED);
    assert_int_equal(policy_next(&policy, 64999), -1);
    assert_int_equal(policy_next(&policy, 65000), 0);
    assert_int_equal(policy.child[0].state, POLICY_RUNNING);
}

static void test_a_probe_that_fails_soon_is_one_probe(void **state)
{
    (void)state;
    struct policy_rule rule = restarts;
    struct policy policy;
    rule.then = POLICY_DEGRADE;
    rule.limit = 1;
    policy_init(&policy, &rule, 1, 0);
    assert_int_equal(wait_of(&policy, 2000), 0);
    assert_int_equal(policy_failed(&policy, 0, 4000), POLICY_DEGRADED);
    assert_int_equal(policy_next(&policy, 64000), 0);
    assert_int_equal(policy_failed(&policy, 0, 64999), POLICY_DEGRADED);
    assert_int_equal(policy_next(&policy, 124998), -1);
    assert_int_equal(policy_next(&policy, 124999), 0);
    /* Having proved itself it has restarts again. */
    assert_int_equal(wait_of(&policy, 126000), 0);
}

static void test_reboot(void **state)
{
    (void)state;
    struct policy_rule rule = restarts;
    struct policy policy;
    rule.then = POLICY_REBOOT;
    rule.limit = 1;
    policy_init(&policy, &rule, 1, 0);
    (void)wait_of(&policy, 2000);
    assert_int_equal(policy_failed(&policy, 0, 4000), POLICY_REBOOTING);
    assert_int_equal(policy_next(&policy, 100000), -1);
    assert_false(policy_reboots(&policy, 4000 + POLICY_REBOOT_MS - 1));
    assert_true(policy_reboots(&policy, 4000 + POLICY_REBOOT_MS));
}

/* Child 1 comes after child 0, child 2 after child 1. */
static void test_order(void **state)
{
    (void)state;
    struct policy_rule rule[3] = {restarts, restarts, restarts};
    struct policy policy;
    rule[1].after = 1u << 0;
    rule[2].after = 1u << 1;
    policy_init(&policy, rule, 3, 0);
    (void)policy_failed(&policy, 2, 5000);
    (void)policy_failed(&policy, 1, 5000);
    policy.child[0].started_ms = 4500;
    (void)policy_failed(&policy, 0, 5000);
    assert_int_equal(policy_next(&policy, 5099), -1);
    assert_int_equal(policy_next(&policy, 5100), 0);
    assert_int_equal(policy_next(&policy, 5100), 1);
    assert_int_equal(policy_next(&policy, 5100), 2);
    assert_int_equal(policy_next(&policy, 5100), -1);
}

static void test_one_that_is_off_for_long_holds_nobody_up(void **state)
{
    (void)state;
    struct policy_rule rule[2] = {restarts, restarts};
    struct policy policy;
    rule[0].disposition = POLICY_HOLD;
    rule[1].after = 1u << 0;
    policy_init(&policy, rule, 2, 0);
    (void)policy_failed(&policy, 0, 5000);
    (void)policy_failed(&policy, 1, 5000);
    assert_int_equal(policy_next(&policy, 5000), 1);
}

static void test_a_full_house(void **state)
{
    (void)state;
    struct policy_rule rule[POLICY_CHILDREN];
    struct policy policy;
    for (unsigned i = 0; i < POLICY_CHILDREN; i++) {
        rule[i] = restarts;
        rule[i].limit = POLICY_RESTARTS;
    }
    policy_init(&policy, rule, POLICY_CHILDREN, 0);
    for (unsigned round = 0; round < POLICY_RESTARTS; round++) {
        for (unsigned i = 0; i < POLICY_CHILDREN; i++) {
            assert_int_equal(policy_failed(&policy, i, 2000 + round * 1000), POLICY_WAITING);
            assert_int_equal(policy_next(&policy, 2000 + round * 1000), i);
        }
    }
    assert_int_equal(policy_failed(&policy, POLICY_CHILDREN - 1, 20000), POLICY_HELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_failure_restarts_at_once),
        cmocka_unit_test(test_short_runs_wait_longer_each_time),
        cmocka_unit_test(test_back_off_begins_anew_after_a_long_run),
        cmocka_unit_test(test_limit_within_the_window),
        cmocka_unit_test(test_old_restarts_leave_the_window),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_operator_restarts_whatever_the_state),
        cmocka_unit_test(test_degrade_tries_again_each_window),
        cmocka_unit_test(test_a_probe_that_fails_soon_is_one_probe),
        cmocka_unit_test(test_reboot),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_one_that_is_off_for_long_holds_nobody_up),
        cmocka_unit_test(test_a_full_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
