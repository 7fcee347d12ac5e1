/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readings that can be sent again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backlog.h"

static void add(struct backlog *backlog, uint64_t seq)
{
    const struct reading reading = {.seq = seq, .value = (int64_t)seq * 10};
    backlog_add(backlog, &reading);
}

static void test_empty(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    assert_null(backlog_from(&backlog, 0));
}

static void test_from_a_number_on(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    add(&backlog, 5);
    add(&backlog, 6);
    add(&backlog, 9);
    assert_int_equal(backlog_from(&backlog, 1)->seq, 5);
    assert_int_equal(backlog_from(&backlog, 6)->value, 60);
    assert_int_equal(backlog_from(&backlog, 7)->seq, 9);
    assert_null(backlog_from(&backlog, 10));
}

static void test_the_oldest_gives_way(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    for (uint64_t seq = 1; seq <= BACKLOG_SIZE + 3; seq++) {
        add(&backlog, seq);
    }
    assert_int_equal(backlog_from(&backlog, 1)->seq, 4);
    assert_int_equal(backlog_from(&backlog, BACKLOG_SIZE + 3)->seq, BACKLOG_SIZE + 3);
    assert_null(backlog_from(&backlog, BACKLOG_SIZE + 4));
}

static void test_numbers_may_jump(void **state)
{
    (void)state;
    struct backlog backlog = {0};
    add(&backlog, 5);
    add(&backlog, 6);
    backlog_shift(&backlog, 100);
    assert_int_equal(backlog_from(&backlog, 7)->seq, 105);
    assert_int_equal(backlog_from(&backlog, 106)->value, 60);
    assert_null(backlog_from(&backlog, 107));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_from_a_number_on),
        cmocka_unit_test(test_the_oldest_gives_way),
        cmocka_unit_test(test_numbers_may_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
