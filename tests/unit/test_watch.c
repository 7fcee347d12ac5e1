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

/* One look at a component that always has work. */
static bool stuck(struct watch *watch, uint64_t sum, uint64_t now_ms)
{
    const struct watch_view view = {.sum = sum, .waited_for = true};

    return watch_stuck(watch, &view, now_ms, 500);
}

/* One look at a component that works on demand. */
static bool idle_stuck(struct watch *watch, uint64_t sum, uint64_t demand, uint64_t now_ms)
{
    const struct watch_view view = {.sum = sum, .demand = demand};

    return watch_stuck(watch, &view, now_ms, 500);
}

static void test_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 1000);
    assert_false(stuck(&watch, 0, 1499));
    assert_true(stuck(&watch, 0, 1500));
}

static void test_movement_in_any_direction_is_progress(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(stuck(&watch, 7, 499));
    assert_false(stuck(&watch, 7, 998));
    assert_false(stuck(&watch, 6, 998));
    assert_false(stuck(&watch, 6, 1497));
    assert_true(stuck(&watch, 6, 1498));
}

static void test_a_new_start_has_the_whole_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_true(stuck(&watch, 0, 900));
    watch_begin(&watch, 900);
    assert_false(stuck(&watch, 0, 1399));
    assert_true(stuck(&watch, 0, 1400));
}

static void test_without_demand_idleness_is_no_fault(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(idle_stuck(&watch, 5, 100, 600));
    assert_false(idle_stuck(&watch, 5, 100, 60000));
    assert_false(idle_stuck(&watch, 5, 100, 99000));
}

static void test_unserved_demand_has_a_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(idle_stuck(&watch, 5, 100, 400));
    assert_false(idle_stuck(&watch, 5, 101, 1000)); /* from here on */
    assert_false(idle_stuck(&watch, 5, 101, 1499));
    assert_false(idle_stuck(&watch, 6, 101, 1500)); /* served */
    assert_false(idle_stuck(&watch, 6, 101, 9000));
    assert_false(idle_stuck(&watch, 6, 102, 9500));
    assert_false(idle_stuck(&watch, 6, 109, 9999));
    assert_true(idle_stuck(&watch, 6, 109, 10000));
}

static void test_demand_from_before_the_start_is_none(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(idle_stuck(&watch, 0, 100, 1));
    assert_false(idle_stuck(&watch, 0, 100, 600));
    assert_false(idle_stuck(&watch, 0, 100, 1200));
}

static void test_who_makes_demand_may_start_anew(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(idle_stuck(&watch, 1, 100, 1));
    assert_false(idle_stuck(&watch, 1, 0, 600));
    assert_false(idle_stuck(&watch, 1, 0, 1200));
    assert_false(idle_stuck(&watch, 1, 1, 1700));
    assert_false(idle_stuck(&watch, 1, 2, 2199));
    assert_true(idle_stuck(&watch, 1, 2, 2200));
}

static void test_who_is_waited_for_has_a_deadline(void **state)
{
    (void)state;
    struct watch watch;
    watch_begin(&watch, 0);
    assert_false(idle_stuck(&watch, 3, 0, 900));
    assert_false(stuck(&watch, 3, 1000));
    assert_false(stuck(&watch, 3, 1499));
    assert_false(idle_stuck(&watch, 3, 0, 1500)); /* waits no longer */
    assert_false(stuck(&watch, 3, 2000));
    assert_false(stuck(&watch, 3, 2499));
    assert_true(stuck(&watch, 3, 2500));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_named_counters_add_up, begin),
        cmocka_unit_test_setup(test_pages_that_lie, begin),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_movement_in_any_direction_is_progress),
        cmocka_unit_test(test_a_new_start_has_the_whole_deadline),
        cmocka_unit_test(test_without_demand_idleness_is_no_fault),
        cmocka_unit_test(test_unserved_demand_has_a_deadline),
        cmocka_unit_test(test_demand_from_before_the_start_is_none),
        cmocka_unit_test(test_who_makes_demand_may_start_anew),
        cmocka_unit_test(test_who_is_waited_for_has_a_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
