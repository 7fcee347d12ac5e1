/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's sequence check against a plain model: a table of which numbers were seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "track.h"

struct found {
    size_t count;
    struct track_range range[64];
};

static void collect(void *context, const char *device, struct track_range range)
{
    struct found *found = context;

    assert_string_equal(device, "d");
    assert_true(found->count < 64);
    found->range[found->count++] = range;
}

static void test_names_gaps_and_fills_them(void **state)
{
    struct track *track = track_new();
    struct track_range gap = {0, 0};
    struct found found = {0};

    (void)state;
    assert_int_equal(track_note(track, "d", 10, &gap), TRACK_OK);
    assert_int_equal(track_note(track, "d", 11, &gap), TRACK_OK);
    assert_int_equal(track_note(track, "d", 16, &gap), TRACK_GAP);
    assert_int_equal(gap.first, 12);
    assert_int_equal(gap.last, 15);
    assert_int_equal(track_note(track, "d", 13, &gap), TRACK_OUT_OF_ORDER);
    assert_int_equal(track_note(track, "d", 13, &gap), TRACK_DUPLICATE);
    assert_int_equal(track_note(track, "d", 16, &gap), TRACK_DUPLICATE);
    /* What came before the first is late, and was never missing. */
    assert_int_equal(track_note(track, "d", 4, &gap), TRACK_OUT_OF_ORDER);
    assert_int_equal(track_note(track, "d", 4, &gap), TRACK_DUPLICATE);
    track_missing(track, collect, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.range[0].first, 12);
    assert_int_equal(found.range[0].last, 12);
    assert_int_equal(found.range[1].first, 14);
    assert_int_equal(found.range[1].last, 15);
    found.count = 0;
    track_received(track, collect, &found);
    assert_int_equal(found.count, 1);
    assert_true(found.range[0].first == 10 && found.range[0].last == 16);
    track_free(track);
}

static void test_ends_of_the_number_range(void **state)
{
    struct track *track = track_new();
    struct track_range gap = {0, 0};

    (void)state;
    assert_int_equal(track_note(track, "d", 0, &gap), TRACK_OK);
    assert_int_equal(track_note(track, "d", UINT64_MAX, &gap), TRACK_GAP);
    assert_true(gap.first == 1 && gap.last == UINT64_MAX - 1);
    assert_int_equal(track_note(track, "d", UINT64_MAX, &gap), TRACK_DUPLICATE);
    assert_int_equal(track_note(track, "d", UINT64_MAX - 1, &gap), TRACK_OUT_OF_ORDER);
    assert_int_equal(track_note(track, "d", 1, &gap), TRACK_OUT_OF_ORDER);
    track_free(track);
}

static void test_devices_are_apart_and_limited(void **state)
{
    struct track *track = track_new();
    struct track_range gap = {0, 0};
    char name[16];

    (void)state;
    for (unsigned i = 0; i < TRACK_MAX_DEVICES; i++) {
        (void)snprintf(name, sizeof(name), "d%u", i);
        assert_int_equal(track_note(track, name, i, &gap), TRACK_OK);
    }
    assert_int_equal(track_note(track, "one more", 1, &gap), TRACK_NO_ROOM);
    assert_int_equal(track_note(track, "d5", 6, &gap), TRACK_OK);
    track_free(track);
}

static void test_more_ranges_than_room(void **state)
{
    struct track *track = track_new();
    struct track_range gap = {0, 0};

    (void)state;
    assert_int_equal(track_note(track, "d", 0, &gap), TRACK_OK);
    for (uint64_t seq = 2; seq <= 4 * TRACK_MAX_RANGES; seq += 2) {
        assert_int_equal(track_note(track, "d", seq, &gap), TRACK_GAP);
    }
    /* The lowest ranges are forgotten, the newest are kept. */
    assert_int_equal(track_note(track, "d", 1, &gap), TRACK_DUPLICATE);
    assert_int_equal(track_note(track, "d", 4 * TRACK_MAX_RANGES - 1, &gap), TRACK_OUT_OF_ORDER);
    track_free(track);
}

static void test_agrees_with_a_table(void **state)
{
    enum { NUMBERS = 40, ROUNDS = 2000 };
    uint32_t random = 1;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct track *track = track_new();
        struct track_range gap = {0, 0};
        struct found found = {0};
        bool seen[NUMBERS] = {false};
        size_t highest = 0, first = 0, missing = 0, told = 0;

        for (int step = 0; step < 30; step++) {
            random = random * 1664525u + 1013904223u;
            size_t seq = (random >> 16) % NUMBERS;
            enum track_result want = step == 0 || seq == highest + 1 ? TRACK_OK
                                     : seq > highest                 ? TRACK_GAP
                                     : seen[seq]                     ? TRACK_DUPLICATE
                                                                     : TRACK_OUT_OF_ORDER;

            assert_int_equal(track_note(track, "d", seq, &gap), want);
            assert_true(want != TRACK_GAP || (gap.first == highest + 1 && gap.last == seq - 1));
            first = step == 0 ? seq : first;
            highest = step == 0 || seq > highest ? seq : highest;
            seen[seq] = true;
        }
        for (size_t i = first; i < highest; i++) {
            missing += seen[i] ? 0 : 1;
        }
        track_missing(track, collect, &found);
        for (size_t i = 0; i < found.count; i++) {
            for (uint64_t n = found.range[i].first; n <= found.range[i].last; n++) {
                assert_false(seen[n]);
                told++;
            }
        }
        assert_int_equal(told, missing);
        track_free(track);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_gaps_and_fills_them),     cmocka_unit_test(test_ends_of_the_number_range),
        cmocka_unit_test(test_devices_are_apart_and_limited), cmocka_unit_test(test_more_ranges_than_room),
        cmocka_unit_test(test_agrees_with_a_table),
    };

    return cmocka_run_group_tests_name("collector_track", tests, NULL, NULL);
}
