/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's record of boots: what counts, what a power-on or damage leaves, when the safe composition
 * runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "boots.h"

enum { LIMIT = 5 };

static void bad_boots_add_up(void **state)
{
    struct boot_record record;

    (void)state;
    memset(&record, 0xa5, sizeof record);
    for (uint32_t boot = 1; boot <= LIMIT; boot++) {
        assert_false(boots_begin(&record, LIMIT));
        assert_int_equal(record.unclean, boot);
        assert_int_equal(record.safe, 0);
    }
    for (uint32_t boot = LIMIT + 1; boot < 3 * LIMIT; boot++) {
        assert_true(boots_begin(&record, LIMIT));
        assert_int_equal(record.unclean, boot);
        assert_int_equal(record.safe, 1);
    }
}

static void a_boot_that_lasts_begins_anew(void **state)
{
    struct boot_record record = {0};

    (void)state;
    for (unsigned boot = 0; boot < 3 * LIMIT; boot++) {
        assert_false(boots_begin(&record, LIMIT));
        if (boot % LIMIT == LIMIT - 1) {
            boots_forgive(&record);
            assert_int_equal(record.unclean, 0);
        }
    }
}

/* In the safe composition the operator asks for another try. */
static void the_operator_forgives(void **state)
{
    struct boot_record record = {0};

    (void)state;
    for (unsigned boot = 0; boot < LIMIT; boot++) {
        (void)boots_begin(&record, LIMIT);
    }
    assert_true(boots_begin(&record, LIMIT));
    boots_forgive(&record);
    assert_int_equal(record.safe, 1);
    assert_false(boots_begin(&record, LIMIT));
    assert_int_equal(record.unclean, 1);
    assert_int_equal(record.safe, 0);
}

/* Any bit of the record that is not as it was written is a power-on. */
static void damage_is_noticed(void **state)
{
    struct boot_record record = {0};

    (void)state;
    for (unsigned boot = 0; boot < LIMIT; boot++) {
        (void)boots_begin(&record, LIMIT);
    }
    for (size_t bit = 0; bit < 8 * sizeof record; bit++) {
        struct boot_record damaged = record;

        ((uint8_t *)&damaged)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(boots_begin(&damaged, LIMIT));
        assert_int_equal(damaged.unclean, 1);
    }
    assert_true(boots_begin(&record, LIMIT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_boots_add_up),
        cmocka_unit_test(a_boot_that_lasts_begins_anew),
        cmocka_unit_test(the_operator_forgives),
        cmocka_unit_test(damage_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
