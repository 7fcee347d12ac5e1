/* SPDX-License-Identifier: BSD-2-Clause */
/* The loss ledger against a plain table of numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ledger.h"

#define NUMBERS 400u

static struct ledger ledger;
static bool lost[NUMBERS + 1];

static int setup(void **state)
{
    (void)state;
    memset(&ledger, 0, sizeof ledger);
    memset(lost, 0, sizeof lost);
    return 0;
}

static void lose(uint64_t first, uint64_t last, enum loss_cause cause)
{
    ledger_add(&ledger, first, last, cause);
    for (uint64_t n = first; n <= last; n++) {
        lost[n] = true;
    }
}

/* Every lost number is in a range; no range counts more or fewer than are lost in it. */
static void check(void)
{
    uint64_t all = 0;
    assert_true(ledger_valid(&ledger));
    for (uint32_t i = 0; i < ledger.count; i++) {
        uint64_t in_range = 0;
        for (uint64_t n = ledger.range[i].first; n <= ledger.range[i].last; n++) {
            in_range += lost[n];
        }
        assert_int_equal(in_range, ledger.range[i].missing);
        assert_true(lost[ledger.range[i].first] && lost[ledger.range[i].last]);
        all += in_range;
    }
    for (uint64_t n = 1; n <= NUMBERS; n++) {
        all -= lost[n];
        assert_true(lost[n] || !ledger_has(&ledger, n));
    }
    assert_int_equal(all, 0);
}

static void test_neighbours_become_one_range(void **state)
{
    (void)state;
    lose(5, 6, LOSS_OLDEST);
    lose(9, 9, LOSS_OLDEST);
    assert_int_equal(ledger.count, 2);
    lose(7, 8, LOSS_OLDEST);
    assert_int_equal(ledger.count, 1);
    assert_int_equal(ledger.range[0].first, 5);
    assert_int_equal(ledger.range[0].last, 9);
    lose(10, 12, LOSS_SENSORS);
    assert_int_equal(ledger.count, 2);
    assert_int_equal(ledger.total[LOSS_OLDEST], 5);
    assert_int_equal(ledger.total[LOSS_SENSORS], 3);
    assert_int_equal(ledger_sum(&ledger), 8);
    check();
}

static void test_nothing_counts_twice(void **state)
{
    (void)state;
    lose(10, 20, LOSS_OLDEST);
    lose(5, 25, LOSS_MEDIUM);
    lose(1, 30, LOSS_NEWEST);
    assert_int_equal(ledger_sum(&ledger), 30);
    assert_int_equal(ledger.total[LOSS_OLDEST], 11);
    assert_int_equal(ledger.total[LOSS_MEDIUM], 10);
    assert_int_equal(ledger.total[LOSS_NEWEST], 9);
    check();
}

static void test_thinning_takes_one_range(void **state)
{
    (void)state;
    for (uint64_t n = 3; n < 300; n += 2) {
        ledger_add_sparse(&ledger, n, LOSS_THINNED);
        lost[n] = true;
    }
    assert_int_equal(ledger.count, 1);
    assert_int_equal(ledger.total[LOSS_THINNED], 149);
    assert_false(ledger_has(&ledger, 5));
    check();
}

static void test_a_full_table_joins_and_stays_exact(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < NUMBERS; n += 5) {
        lose(n, n + 1, n % 3 == 0 ? LOSS_OLDEST : LOSS_NEWEST);
        check();
    }
    assert_int_equal(ledger.count, LEDGER_RANGES);
    assert_int_equal(ledger_sum(&ledger), 160);
}

/* Numbers get lost once each, in any order. */
static void test_random_losses(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        (void)setup(NULL);
        uint64_t r = seed;
        for (int i = 0; i < 60; i++) {
            r = r * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint64_t first = 1 + (r >> 33) % NUMBERS;
            uint64_t last = first;
            while (last < NUMBERS && last < first + (r >> 50) % 6 && !lost[last + 1]) {
                last++;
            }
            if (!lost[first]) {
                lose(first, last, (enum loss_cause)((r >> 20) % LOSS_SEVERAL));
                check();
            }
        }
    }
}

static void test_a_forged_ledger_is_not_valid(void **state)
{
    (void)state;
    lose(5, 6, LOSS_OLDEST);
    lose(9, 9, LOSS_NEWEST);
    const struct ledger good = ledger;
    ledger.range[1].first = 6;
    assert_false(ledger_valid(&ledger));
    ledger = good;
    ledger.range[0].missing = 3;
    assert_false(ledger_valid(&ledger));
    ledger = good;
    ledger.range[0].missing = 0;
    assert_false(ledger_valid(&ledger));
    ledger = good;
    ledger.count = LEDGER_RANGES + 1;
    assert_false(ledger_valid(&ledger));
    ledger = good;
    ledger.range[0].cause = LOSS_CAUSES;
    assert_false(ledger_valid(&ledger));
    ledger = good;
    ledger.range[0].first = 0;
    assert_false(ledger_valid(&ledger));
}

/* Numbers from 100 on are called by ones that are 1000 higher. */
static void test_a_shift_moves_what_comes_later(void **state)
{
    (void)state;
    uint64_t late[LOSS_CAUSES] = {[LOSS_THINNED] = 3};
    ledger_add(&ledger, 10, 12, LOSS_OLDEST);
    for (uint64_t n = 90; n <= 110; n += 4) {
        ledger_add_sparse(&ledger, n, LOSS_THINNED); /* three of them before */
    }
    ledger_add(&ledger, 120, 130, LOSS_SENSORS);
    ledger_shift(&ledger, 100, 1000, late);
    assert_true(ledger_valid(&ledger));
    static const struct loss_range expected[] = {{10, 12, 3, LOSS_OLDEST},
                                                 {90, 99, 3, LOSS_THINNED},
                                                 {1100, 1110, 3, LOSS_THINNED},
                                                 {1120, 1130, 11, LOSS_SENSORS}};
    assert_int_equal(ledger.count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(ledger.range[i].first == expected[i].first && ledger.range[i].last == expected[i].last);
        assert_true(ledger.range[i].missing == expected[i].missing &&
                    ledger.range[i].cause == expected[i].cause);
    }
    assert_int_equal(ledger_sum(&ledger), 20);
}

/* Whatever it is told of the later part: no range is empty or misses more than it spans. */
static void test_a_shift_through_any_range(void **state)
{
    (void)state;
    for (uint64_t missing = 1; missing <= 10; missing++) {
        for (uint64_t from = 95; from <= 106; from++) {
            for (uint64_t later = 0; later <= 12; later++) {
                uint64_t late[LOSS_CAUSES] = {[LOSS_THINNED] = later};
                memset(&ledger, 0, sizeof ledger);
                ledger.range[0] = (struct loss_range){96, 105, missing, LOSS_THINNED};
                ledger.count = 1;
                ledger_shift(&ledger, from, 50, late);
                assert_true(ledger_valid(&ledger));
                uint64_t sum = ledger.range[0].missing + (ledger.count == 2 ? ledger.range[1].missing : 0);
                assert_int_equal(sum, missing);
            }
        }
    }
}

static void test_causes_have_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LOSS_CAUSES; i++) {
        assert_string_not_equal(loss_cause_text((enum loss_cause)i), "unknown");
    }
    assert_string_equal(loss_cause_text(LOSS_CAUSES), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_neighbours_become_one_range, setup),
        cmocka_unit_test_setup(test_nothing_counts_twice, setup),
        cmocka_unit_test_setup(test_thinning_takes_one_range, setup),
        cmocka_unit_test_setup(test_a_full_table_joins_and_stays_exact, setup),
        cmocka_unit_test_setup(test_random_losses, setup),
        cmocka_unit_test_setup(test_a_forged_ledger_is_not_valid, setup),
        cmocka_unit_test_setup(test_a_shift_moves_what_comes_later, setup),
        cmocka_unit_test_setup(test_a_shift_through_any_range, setup),
        cmocka_unit_test_setup(test_causes_have_words, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
