/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress by counters: which count, deadlines, and pages that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "watch.h"

static struct metrics_page page;

static void set(uint32_t index, const char *name, uint64_t value)
{
    (void)strncpy(page.metric[index].name, name, METRICS_NAME_SIZE);
    page.metric[index].value = value;
}

static int begin(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    page.count = 4;
    set(0, "ok", 1);
    set(1, "tx", 10);
    set(2, "tx_bad", 100);
    set(3, "bme280.samples", 1000);
    return 0;
}

static void test_named_counters_add_up(void **state)
{
    (void)state;
    assert_int_equal(watch_sum(&page, "tx"), 10);
    assert_int_equal(watch_sum(&page, "tx bme280.samples"), 1010);
    assert_int_equal(watch_sum(&page, "t tx_ samples"), 0);
    assert_int_equal(watch_sum(&page, "ok tx tx_bad bme280.samples"), 1111);
    page.count = 3;
    assert_int_equal(watch_sum(&page, "bme280.samples"), 0);
}

static void test_pages_that_lie(void **state)
{
    (void)state;
    page.count = METRICS_MAX + 1;
    assert_int_equal(watch_sum(&page, "tx"), 0);
    page.count = UINT32_MAX;
    assert_int_equal(watch_sum(&page, "tx"), 0);
    page.count = METRICS_MAX;
    memset(page.metric, 'x', sizeof page.metric);
    assert_int_equal(watch_sum(&page, "tx"), 0);
    set(7, "tx", UINT64_MAX);
    set(8, "tx", 3);
    assert_int_equal(watch_sum(&page, "tx"), 2);
}

static void test_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 1000);
    assert_false(watch_stuck(&watch, 0, 1499, 500));
    assert_true(watch_stuck(&watch, 0, 1500, 500));
}

static void test_movement_in_any_direction_is_progress(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(watch_stuck(&watch, 7, 499, 500));
    assert_false(watch_stuck(&watch, 7, 998, 500));
    assert_false(watch_stuck(&watch, 6, 998, 500));
    assert_false(watch_stuck(&watch, 6, 1497, 500));
    assert_true(watch_stuck(&watch, 6, 1498, 500));
}

static void test_a_new_start_has_the_whole_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_true(watch_stuck(&watch, 0, 900, 500));
    watch_begin(&watch, 900);
    assert_false(watch_stuck(&watch, 0, 1399, 500));
    assert_true(watch_stuck(&watch, 0, 1400, 500));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_named_counters_add_up, begin),
        cmocka_unit_test_setup(test_pages_that_lie, begin),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_movement_in_any_direction_is_progress),
        cmocka_unit_test(test_a_new_start_has_the_whole_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
