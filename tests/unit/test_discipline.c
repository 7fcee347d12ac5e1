/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock's discipline: what it believes, what it refuses, and that it never shows less than it may.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "discipline.h"

#define S       UINT64_C(1000000000)
#define MS      UINT64_C(1000000)
#define RELEASE (UINT64_C(1793491200) * S)
#define NOW     (RELEASE + 86400 * S) /* what a good real-time clock says at monotonic time 0 */

static struct discipline d;

static void start(bool rtc_is_set)
{
    discipline_start(&d, RELEASE, 0);
    assert_false(discipline_rtc(&d, rtc_is_set ? NOW : 0, 0));
}

static void test_real_time_clock(void **state)
{
    (void)state;
    start(false);
    assert_int_equal(d.quality, CLOCK_UNSET);
    assert_int_equal(discipline_wall(&d, 5 * S), RELEASE + 5 * S);
    start(true);
    assert_int_equal(d.quality, CLOCK_RTC);
    assert_int_equal(discipline_wall(&d, 5 * S), NOW + 5 * S);
    /* A little drift is followed without a word, a jump with one. */
    assert_false(discipline_rtc(&d, NOW + 10 * S + MS, 10 * S));
    assert_int_equal(discipline_wall(&d, 10 * S), NOW + 10 * S + MS);
    assert_int_equal(d.steps, 0);
    assert_true(discipline_rtc(&d, NOW + 3600 * S, 20 * S));
    assert_int_equal(d.steps, 1);
    assert_int_equal(d.corrected_by, 3580 * S - MS);
    /* Set back to before the release, or forward out of its life: not followed. */
    assert_false(discipline_rtc(&d, RELEASE - 1, 21 * S));
    assert_false(discipline_rtc(&d, UINT64_MAX, 21 * S));
    assert_int_equal(discipline_wall(&d, 21 * S), NOW + 3601 * S);
}

static void test_floor(void **state)
{
    (void)state;
    start(true);
    assert_false(discipline_floor(&d, NOW - 100 * S, S));
    assert_int_equal(discipline_wall(&d, S), NOW + S);
    assert_int_equal(d.quality, CLOCK_RTC);
    /* The clock was set back while the power was off. */
    assert_true(discipline_floor(&d, NOW + 500 * S, 2 * S));
    assert_int_equal(discipline_wall(&d, 3 * S), NOW + 501 * S);
    assert_int_equal(d.quality, CLOCK_UNSET);
    assert_int_equal(d.corrected_by, 498 * S);
    /* That clock is wrong, also when it has come past the floor. */
    assert_false(discipline_rtc(&d, NOW + 3 * S, 3 * S));
    assert_false(discipline_rtc(&d, NOW + 510 * S, 510 * S));
    assert_int_equal(d.quality, CLOCK_UNSET);
    assert_int_equal(discipline_wall(&d, 510 * S), NOW + 1008 * S);
    /* Never down, never out of this world. */
    assert_false(discipline_floor(&d, NOW, 511 * S));
    assert_int_equal(d.floor, NOW + 500 * S);
    assert_false(discipline_floor(&d, UINT64_MAX, 511 * S));
    assert_int_equal(d.floor, NOW + 500 * S);
}

/* A clock of whole seconds is behind what was shown before a short time without power: no reason to doubt it.
 */
static void test_floor_within_the_clocks_resolution(void **state)
{
    (void)state;
    start(true);
    assert_true(discipline_floor(&d, NOW + 2 * S + 26 * MS, 2 * S));
    assert_int_equal(d.quality, CLOCK_RTC);
    assert_int_equal(discipline_wall(&d, 2 * S), NOW + 2 * S + 26 * MS);
    /* It lags by these 26 ms from now on; time does not go back for them. */
    assert_false(discipline_rtc(&d, NOW + 10 * S, 10 * S));
    assert_int_equal(discipline_wall(&d, 10 * S), NOW + 10 * S + 26 * MS);
    start(true);
    assert_true(discipline_floor(&d, NOW + 3 * S, 2 * S));
    assert_int_equal(d.quality, CLOCK_RTC);
    start(true);
    assert_true(discipline_floor(&d, NOW + 3 * S + 1, 2 * S));
    assert_int_equal(d.quality, CLOCK_UNSET);
}

static void test_first_answer(void **state)
{
    (void)state;
    start(false);
    assert_int_equal(discipline_answer(&d, NOW + 999 * S, 4 * S, MS, 5 * S), CLOCK_STEPPED);
    assert_int_equal(d.quality, CLOCK_SNTP);
    assert_int_equal(discipline_wall(&d, 5 * S), NOW + 1000 * S);
    assert_int_equal(d.error, MS);
    /* From now on the real-time clock is not asked. */
    assert_false(discipline_rtc(&d, NOW, 6 * S));
    assert_int_equal(discipline_wall(&d, 6 * S), NOW + 1001 * S);
}

static void slew(int64_t by)
{
    uint64_t late = 10 * S + 2000 * 100 * MS, last = 0;

    start(true);
    assert_int_equal(discipline_answer(&d, NOW + 10 * S + (uint64_t)by, 10 * S, MS, 10 * S), CLOCK_SLEWED);
    assert_int_equal(discipline_wall(&d, 10 * S), NOW + 10 * S);
    /* Asked at odd moments it goes on evenly, and never back. */
    for (uint64_t mono = 10 * S; mono < late / 2; mono += 1234567) {
        uint64_t wall = discipline_wall(&d, mono);

        assert_true(wall >= last);
        last = wall;
    }
    assert_int_equal(discipline_wall(&d, 10 * S + late / 2),
                     NOW + 10 * S + late / 2 + (uint64_t)(by / 2) + (by < 0 ? (uint64_t)-2500000 : 2500000));
    assert_int_equal(discipline_wall(&d, late), NOW + late + (uint64_t)by);
    assert_int_equal(d.slew, 0);
    assert_int_equal(discipline_wall(&d, 2 * late), NOW + 2 * late + (uint64_t)by);
    assert_int_equal(d.steps, 0);
    assert_int_equal(d.slews, 1);
}

static void test_slew(void **state)
{
    (void)state;
    slew((int64_t)(100 * MS));
    slew(-(int64_t)(100 * MS));
}

static void test_step(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(discipline_answer(&d, NOW + 10 * S + 129 * MS, 10 * S, MS, 10 * S), CLOCK_STEPPED);
    assert_int_equal(discipline_wall(&d, 10 * S), NOW + 10 * S + 129 * MS);
    assert_int_equal(discipline_answer(&d, NOW + 20 * S - 500 * S, 20 * S, MS, 20 * S), CLOCK_STEPPED);
    assert_int_equal(discipline_wall(&d, 20 * S), NOW + 20 * S - 500 * S);
    assert_int_equal(d.steps, 2);
}

/* The real-time clock is read all the time. */
static enum clock_verdict far(uint64_t by, unsigned tens)
{
    (void)discipline_rtc(&d, NOW + tens * 10 * S, tens * 10 * S);
    return discipline_answer(&d, NOW + tens * 10 * S + by, tens * 10 * S, MS, tens * 10 * S);
}

static void test_doubt(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(far(7000 * S, 1), CLOCK_DOUBTED);
    assert_int_equal(far(7000 * S, 2), CLOCK_DOUBTED);
    assert_int_equal(discipline_wall(&d, 20 * S), NOW + 20 * S);
    assert_int_equal(far(7000 * S + MS, 3), CLOCK_STEPPED);
    assert_int_equal(discipline_wall(&d, 30 * S), NOW + 30 * S + 7000 * S + MS);
    /* Answers that do not agree, or a good one between them, begin again. */
    start(true);
    assert_int_equal(far(7000 * S, 1), CLOCK_DOUBTED);
    assert_int_equal(far(8000 * S, 2), CLOCK_DOUBTED);
    assert_int_equal(far(7000 * S, 3), CLOCK_DOUBTED);
    assert_int_equal(far(7000 * S, 4), CLOCK_DOUBTED);
    assert_int_equal(far(MS, 5), CLOCK_SLEWED);
    assert_int_equal(far(7000 * S, 6), CLOCK_DOUBTED);
    assert_int_equal(far(7000 * S, 7), CLOCK_DOUBTED);
    assert_int_equal(d.refused, 6);
}

static void test_refused(void **state)
{
    (void)state;
    start(true);
    assert_int_equal(discipline_answer(&d, NOW, 11 * S, MS, 10 * S), CLOCK_STALE);
    assert_int_equal(discipline_answer(&d, NOW, 4 * S, MS, 10 * S), CLOCK_STALE);
    assert_int_equal(discipline_answer(&d, NOW, 10 * S, S + 1, 10 * S), CLOCK_VAGUE);
    assert_int_equal(discipline_answer(&d, RELEASE - 1, 10 * S, MS, 10 * S), CLOCK_EARLY);
    assert_int_equal(discipline_answer(&d, NOW + 10 * S, 10 * S, MS, 11 * S), CLOCK_SOON);
    assert_int_equal(discipline_answer(&d, RELEASE + DISCIPLINE_LIFE + 1, 20 * S, MS, 20 * S), CLOCK_LATE);
    (void)discipline_floor(&d, NOW + 25 * S, 30 * S);
    assert_int_equal(discipline_answer(&d, NOW + 25 * S - 1, 30 * S, MS, 30 * S), CLOCK_EARLY);
    assert_int_equal(d.refused, 7);
    assert_int_equal(d.quality, CLOCK_RTC);
    assert_int_equal(discipline_wall(&d, 30 * S), NOW + 30 * S);
    /* Nothing that was refused leaves a trace. */
    assert_int_equal(discipline_answer(&d, NOW + 40 * S, 40 * S, MS, 40 * S), CLOCK_SLEWED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_time_clock),
        cmocka_unit_test(test_floor),
        cmocka_unit_test(test_floor_within_the_clocks_resolution),
        cmocka_unit_test(test_first_answer),
        cmocka_unit_test(test_slew),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
