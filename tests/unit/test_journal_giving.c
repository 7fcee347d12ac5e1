/* SPDX-License-Identifier: BSD-2-Clause */
/* What the journal gives out when whoever delivers asks anew, whatever it is doing just then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "journal/store_fixture.h"

#define MS       UINT64_C(1000000)
#define READINGS 30u

static struct life life;

static const struct store_settings settings = {
    .policy = STORE_HOLD, .commit_readings = 3, .commit_ns = 50 * MS, .release_ns = 1000 * MS};

/* Gives what can be given at once. */
static void give_now(void)
{
    struct reading r;
    struct record_clock clock;
    while (store_give(&life.store, &r, &clock)) {
        assert_int_equal(r.seq, life.last_given + 1);
        life.last_given = r.seq;
    }
    assert_int_equal(store_all_given(&life.store), life.last_given == READINGS);
}

/* A start that finds readings, in frames of three. */
static void start(void)
{
    life_init(&life, &settings, 6, false, 1);
    for (unsigned i = 0; i < READINGS; i += 3) {
        (void)life_sample(&life, 3);
        life_run(&life);
    }
    life_start(&life, &settings);
    assert_int_equal(life.store.durable_seq, READINGS);
}

/* What lies between the readings that are given out twice is neither left out nor called lost. False: there
 * were not so many steps. */
static bool rewind_after(unsigned steps)
{
    struct store_action a;
    bool more = true;
    start();
    for (unsigned i = 0; i < steps && more; i++) {
        give_now();
        more = store_next(&life.store, &a, life.now);
        if (more && i + 1 < steps) {
            life_do(&life, &a);
        }
    }
    store_rewind(&life.store);
    life.last_given = 0;
    assert_false(store_all_given(&life.store));
    if (more && steps != 0) {
        life_do(&life, &a);
    }
    assert_int_equal(life_give(&life, 2 * READINGS), READINGS);
    assert_true(store_all_given(&life.store));
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    return more;
}

static void test_rewind_at_any_step(void **state)
{
    (void)state;
    unsigned steps = 0;
    while (rewind_after(steps)) {
        steps++;
    }
    assert_true(steps > READINGS / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rewind_at_any_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
