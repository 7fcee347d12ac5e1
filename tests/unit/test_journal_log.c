/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's log: order, space, damage, errors, other layouts. Power cuts are in test_journal_power.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/log_fixture.h"

#define SEGMENT 8192u
#define UNIT    512u

static struct fixture f;

static void begin(bool nor)
{
    fixture_init(&f, 6, SEGMENT, UNIT, nor, 1);
    fixture_start(&f);
    assert_int_equal(f.log.step, LOG_STEP_IDLE);
}

static void test_empty_medium(void **state)
{
    (void)state;
    begin(false);
    assert_false(f.log.found.found);
    assert_int_equal(f.log.next_seq, 1);
    assert_int_equal(log_used(&f.log), 0);
    fixture_check(&f, 0);
}

static void test_frames_come_back_in_order(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        begin(nor);
        for (uint32_t i = 1; i <= 20; i++) {
            assert_true(fixture_append(&f, i % 4 + 1, 100 * i, 0));
        }
        fixture_check(&f, 0);
        fixture_start(&f);
        fixture_check(&f, 0);
    }
}

static void test_appends_go_on_in_the_same_segment_after_a_start(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        begin(nor);
        for (uint32_t i = 0; i < 10; i++) {
            assert_true(fixture_append(&f, 1, 100, 0));
            fixture_start(&f);
            fixture_check(&f, 0);
        }
        assert_int_equal(log_used(&f.log), SEGMENT);
    }
}

static void test_full_log_keeps_everything(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        begin(nor);
        while (fixture_append(&f, 2, 1000, 0)) {
        }
        assert_int_equal(log_room(&f.log, 1000, 0), LOG_FULL);
        assert_int_equal(log_used(&f.log), 5 * SEGMENT);
        fixture_check(&f, 0);
        fixture_start(&f);
        fixture_check(&f, 0);
    }
}

static void test_a_release_makes_room_in_a_full_log(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        begin(nor);
        while (fixture_append(&f, 2, 1000, 0)) {
        }
        uint64_t first, last;
        assert_true(log_oldest(&f.log, &first, &last));
        assert_int_equal(first, 1);
        assert_true(fixture_append(&f, 0, 16, last));
        assert_int_equal(f.log.released, last);
        assert_int_equal(log_room(&f.log, 1000, 0), LOG_OK);
        for (unsigned round = 0; round < 40; round++) {
            while (fixture_append(&f, 2, 1000, f.released)) {
            }
            fixture_check(&f, 0);
            fixture_start(&f);
            fixture_check(&f, 0);
            assert_true(log_oldest(&f.log, &first, &last));
            assert_true(fixture_append(&f, 0, 16, last));
        }
        assert_int_equal(f.media.rule_broken, 0);
    }
}

static void test_numbers_must_go_up(void **state)
{
    (void)state;
    begin(false);
    const uint8_t payload[8] = {0};
    assert_true(fixture_append(&f, 3, 8, 0));
    assert_int_equal(log_append(&f.log, 3, 3, payload, 8, 0), LOG_ORDER);
    assert_int_equal(log_append(&f.log, 9, 7, payload, 8, 0), LOG_ORDER);
    assert_int_equal(log_append(&f.log, 4, FORMAT_NUMBER_MAX, payload, 8, 0), LOG_ORDER);
    assert_int_equal(log_append(&f.log, 4, 4, payload, LOG_PAYLOAD_MAX + 1, 0), LOG_TOO_LONG);
    fixture_check(&f, 0);
}

static void test_previous_frames_can_be_walked(void **state)
{
    (void)state;
    begin(false);
    for (uint32_t i = 0; i < 30; i++) {
        assert_true(fixture_append(&f, 1, 700, 0));
    }
    fixture_start(&f);
    for (uint64_t seq = 30; seq >= 1; seq--) {
        assert_true(f.log.found.found);
        assert_int_equal(f.log.found.header.first_seq, seq);
        assert_int_equal(log_previous(&f.log), LOG_OK);
        fixture_run(&f);
    }
    assert_false(f.log.found.found);
}

/* Any one unit, unreadable or overwritten with anything, costs at most the frame that it belongs to. */
static void damage_each_unit(bool nor, int how)
{
    static struct fixture whole;
    begin(nor);
    for (uint32_t i = 0; i < 22; i++) {
        assert_true(fixture_append(&f, 1, 300 + 37 * i, 0));
    }
    whole = f;
    for (uint32_t unit = 0; unit < 6 * SEGMENT / UNIT; unit++) {
        f = whole;
        if (how < 0) {
            f.media.bad_unit = unit + 1;
        } else {
            memset(f.media.medium + unit * UNIT, how, UNIT);
            memset(f.media.view + unit * UNIT, how, UNIT);
        }
        fixture_start(&f);
        fixture_check(&f, 1);
        assert_true(fixture_append(&f, 1, 100, 0));
    }
}

static void test_an_unreadable_unit_costs_one_frame(void **state)
{
    (void)state;
    damage_each_unit(false, -1);
    damage_each_unit(true, -1);
}

static void test_a_damaged_unit_costs_one_frame(void **state)
{
    (void)state;
    damage_each_unit(false, 0x00);
    damage_each_unit(false, 0x5a);
    damage_each_unit(true, 0x00);
    damage_each_unit(false, 0xff);
}

static void test_each_operation_may_fail_once(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        for (uint64_t at = 1; at < 60; at++) {
            begin(nor);
            f.media.fail_at = f.media.operations + at;
            for (uint32_t i = 0; i < 16; i++) {
                assert_true(fixture_append(&f, 2, 200, 0));
            }
            assert_int_equal(f.log.counters.write_errors, f.media.operations >= f.media.fail_at);
            f.media.fail_at = 0;
            fixture_check(&f, 0);
            fixture_start(&f);
            fixture_check(&f, 0);
        }
    }
}

static void test_a_dead_medium_is_reported(void **state)
{
    (void)state;
    begin(false);
    assert_true(fixture_append(&f, 1, 100, 0));
    f.media.off = true;
    assert_false(fixture_append(&f, 1, 100, 0));
    assert_int_equal(f.log.failure, LOG_MEDIUM);
    assert_int_equal(log_room(&f.log, 1, 0), LOG_NOT_IDLE);
    f.media.off = false;
    fixture_start(&f);
    fixture_check(&f, 0);
}

static void test_another_layout_is_refused_untouched(void **state)
{
    (void)state;
    begin(false);
    assert_true(fixture_append(&f, 1, 100, 0));
    f.media.medium[4] = 2; /* the layout of the header; its checksum follows */
    uint32_t crc = 0xffffffff;
    for (uint32_t i = 0; i < FORMAT_HEADER_SIZE - 4; i++) {
        crc ^= f.media.medium[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
        }
    }
    crc = ~crc;
    memcpy(f.media.medium + FORMAT_HEADER_SIZE - 4, &crc, 4);
    media_model_power(&f.media, CUT_NOTHING);
    static uint8_t before[MEDIA_MODEL_MAX];
    memcpy(before, f.media.medium, sizeof before);
    fixture_start(&f);
    assert_int_equal(f.log.failure, LOG_OTHER_LAYOUT);
    assert_int_equal(f.log.layout, 2);
    assert_memory_equal(before, f.media.view, sizeof before);
}

static void test_other_sizes_are_refused(void **state)
{
    (void)state;
    begin(false);
    assert_true(fixture_append(&f, 1, 100, 0));
    f.segment_size = 2 * SEGMENT;
    f.media.geometry.size = 12 * SEGMENT;
    fixture_start(&f);
    assert_int_equal(f.log.failure, LOG_OTHER_GEOMETRY);
}

static void test_geometry(void **state)
{
    (void)state;
    const struct {
        struct media_geometry geometry;
        uint32_t segment_size;
        enum log_status status;
        uint32_t chosen;
    } table[] = {
        {{64 << 20, 512, 0}, 0, LOG_OK, 262144},        {{UINT64_C(1) << 30, 512, 0}, 0, LOG_OK, 4 << 20},
        {{32 << 20, 4, 262144}, 0, LOG_GEOMETRY, 0},    {{32 << 20, 512, 262144}, 0, LOG_OK, 262144},
        {{3 * 65536, 512, 0}, 0, LOG_GEOMETRY, 0},      {{4 * 65536, 512, 0}, 0, LOG_OK, 65536},
        {{1 << 20, 500, 0}, 0, LOG_GEOMETRY, 0},        {{1 << 20, 8192, 0}, 0, LOG_GEOMETRY, 0},
        {{1 << 20, 512, 65536}, 8192, LOG_GEOMETRY, 0}, {{0, 512, 0}, 0, LOG_GEOMETRY, 0},
    };
    const uint8_t id[FORMAT_ID_SIZE] = {1};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(log_open(&f.log, &table[i].geometry, table[i].segment_size, id), table[i].status);
        if (table[i].status == LOG_OK) {
            assert_int_equal(f.log.segment_size, table[i].chosen);
        } else {
            assert_null(log_next(&f.log));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_medium),
        cmocka_unit_test(test_frames_come_back_in_order),
        cmocka_unit_test(test_appends_go_on_in_the_same_segment_after_a_start),
        cmocka_unit_test(test_full_log_keeps_everything),
        cmocka_unit_test(test_a_release_makes_room_in_a_full_log),
        cmocka_unit_test(test_numbers_must_go_up),
        cmocka_unit_test(test_previous_frames_can_be_walked),
        cmocka_unit_test(test_an_unreadable_unit_costs_one_frame),
        cmocka_unit_test(test_a_damaged_unit_costs_one_frame),
        cmocka_unit_test(test_each_operation_may_fail_once),
        cmocka_unit_test(test_a_dead_medium_is_reported),
        cmocka_unit_test(test_another_layout_is_refused_untouched),
        cmocka_unit_test(test_other_sizes_are_refused),
        cmocka_unit_test(test_geometry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
