/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer's table of time-outs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "timeouts.h"

static void test_set_replace_cancel_expire(void **state)
{
    struct timeouts t;

    (void)state;
    timeouts_init(&t);
    assert_true(timeouts_next(&t) == TIMEOUT_NONE);
    assert_true(timeouts_set(&t, 0, 100));
    assert_true(timeouts_set(&t, 61, 50));
    assert_int_equal(timeouts_next(&t), 50);
    assert_true(timeouts_set(&t, 61, 200));
    assert_int_equal(timeouts_next(&t), 100);
    assert_int_equal(timeouts_expire(&t, 99), 0);
    assert_int_equal(timeouts_expire(&t, 100), 1);
    assert_int_equal(timeouts_expire(&t, 100), 0);
    timeouts_cancel(&t, 61);
    assert_int_equal(timeouts_expire(&t, UINT64_MAX - 1), 0);
}

static void test_clients_out_of_range(void **state)
{
    struct timeouts t;

    (void)state;
    timeouts_init(&t);
    assert_false(timeouts_set(&t, TIMEOUT_CLIENTS, 1));
    assert_false(timeouts_set(&t, UINT32_MAX, 1));
    assert_false(timeouts_set(&t, 1, TIMEOUT_NONE));
    timeouts_cancel(&t, TIMEOUT_CLIENTS);
    assert_true(timeouts_next(&t) == TIMEOUT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_replace_cancel_expire),
        cmocka_unit_test(test_clients_out_of_range),
    };

    return cmocka_run_group_tests_name("timeouts", tests, NULL, NULL);
}
