/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents of frames: there and back, cut at every byte, and any bytes at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "record.h"

static struct record_state state, back;
static struct reading readings[RECORD_READINGS], read_back[RECORD_READINGS];
static uint32_t count_back;
static uint8_t bytes[8192];
static struct journal_letter letters[RECORD_LETTERS], letters_back[RECORD_LETTERS];
static const struct journal_letter *letters_to_write;

static int setup(void **unused)
{
    (void)unused;
    memset(&state, 0, sizeof state);
    state.boot = 7;
    state.released = UINT64_C(1) << 40;
    state.wall_ns = UINT64_C(1795246389123456789);
    ledger_add(&state.ledger, 100, 120, LOSS_OLDEST);
    ledger_add_sparse(&state.ledger, 1000, LOSS_THINNED);
    ledger_add_sparse(&state.ledger, 1004, LOSS_THINNED);
    state.clock[0] = (struct record_clock){5, INT64_MIN, 0, 0};
    state.clock[1] = (struct record_clock){7, INT64_MAX, 2, UINT64_C(1) << 33};
    state.clocks = 2;
    memcpy(state.session, "session", 7);
    state.session_length = 7;
    state.jump = (struct record_jump){state.released + 3, state.released + 9, 70000};
    state.shift = 70001;
    state.unsure = 17;
    state.claimed = state.released + 500;
    state.dead =
        (struct record_dead){.version = 300, .fallen = 1000, .serial = 70000, .offset = 65024, .count = 7};
    letters_to_write = NULL;
    for (uint32_t i = 0; i < RECORD_LETTERS; i++) {
        letters[i] = (struct journal_letter){
            .seq = i % 7 == 0 ? UINT64_MAX - i : state.released - i * i,
            .wall_ns = i % 5 == 0 ? 0 : state.wall_ns + i,
            .value = i % 3 == 0 ? INT64_MIN + i : (int64_t)i - 50,
            .exponent = (int8_t)(i - 128),
            .quantity = (uint8_t)i,
            .sensor = (uint8_t)(255 - i),
            .reason = (uint8_t)(0x80 + i),
        };
    }
    for (uint32_t i = 0; i < RECORD_READINGS; i++) {
        readings[i] = (struct reading){
            .seq = state.released + 1 + i * i,
            .mono_ns = i % 5 == 0 ? UINT64_MAX - i : i,
            .value = i % 3 == 0 ? INT64_MIN + i : (int64_t)i - 50,
            .exponent = (int8_t)(i - 48),
            .quantity = (uint8_t)i,
            .sensor = (uint8_t)(255 - i),
            .sample_size = (uint8_t)(i * 2),
            .sample_index = i % 7 == 0 ? UINT32_MAX : i,
        };
    }
    return 0;
}

static size_t write_all(uint32_t count)
{
    return record_write(bytes, sizeof bytes, &state, letters_to_write, readings, count);
}

static void test_there_and_back(void **unused)
{
    (void)unused;
    for (uint32_t count = 0; count <= RECORD_READINGS; count++) {
        size_t length = write_all(count);
        assert_true(length != 0 && length <= RECORD_STATE_MAX + count * RECORD_READING_MAX);
        memset(&back, 0, sizeof back);
        assert_true(record_read(bytes, length, &back, letters_back, read_back, &count_back));
        assert_int_equal(count_back, count);
        assert_memory_equal(&back, &state, sizeof state);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(read_back[i].seq, readings[i].seq);
            assert_int_equal(read_back[i].mono_ns, readings[i].mono_ns);
            assert_int_equal(read_back[i].value, readings[i].value);
            assert_int_equal(read_back[i].exponent, readings[i].exponent);
            assert_int_equal(read_back[i].quantity, readings[i].quantity);
            assert_int_equal(read_back[i].sensor, readings[i].sensor);
            assert_int_equal(read_back[i].sample_size, readings[i].sample_size);
            assert_int_equal(read_back[i].sample_index, readings[i].sample_index);
        }
    }
}

static void test_the_largest_state_fits(void **unused)
{
    (void)unused;
    memset(&state, 0, sizeof state);
    state.boot = state.released = state.wall_ns = UINT64_MAX;
    for (uint32_t i = 0; i < LEDGER_RANGES; i++) {
        uint64_t first = (UINT64_MAX >> 5) * (i + 16);
        state.ledger.range[i] =
            (struct loss_range){first, first + (UINT64_MAX >> 6), UINT64_MAX >> 6, LOSS_SEVERAL};
    }
    state.ledger.count = LEDGER_RANGES;
    for (uint32_t i = 0; i < LOSS_CAUSES; i++) {
        state.ledger.total[i] = UINT64_MAX;
    }
    for (uint32_t i = 0; i < RECORD_BOOTS; i++) {
        state.clock[i] =
            (struct record_clock){UINT64_MAX - RECORD_BOOTS + i, INT64_MIN, UINT8_MAX, UINT64_MAX};
    }
    state.clocks = RECORD_BOOTS;
    state.session_length = RECORD_SESSION_MAX;
    state.jump = (struct record_jump){UINT64_MAX / 2, UINT64_MAX / 2, UINT64_MAX / 2};
    state.shift = state.unsure = state.claimed = UINT64_MAX;
    state.dead = (struct record_dead){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT32_MAX, RECORD_LETTERS};
    size_t length = write_all(0);
    assert_true(length != 0 && length <= RECORD_STATE_MAX);
    assert_true(record_read(bytes, length, &back, letters_back, NULL, &count_back));
    assert_memory_equal(&back, &state, sizeof state);
}

static void test_letters_there_and_back(void **unused)
{
    (void)unused;
    size_t without = write_all(9);
    state.dead.serial = 0;
    letters_to_write = letters;
    for (uint32_t count = 0; count <= RECORD_LETTERS; count++) {
        state.dead.count = count;
        state.dead.offset = 0;
        size_t length = write_all(9);
        assert_true(length != 0 && length <= without + count * RECORD_LETTER_MAX);
        memset(letters_back, 0, sizeof letters_back);
        memset(&back, 0, sizeof back);
        assert_true(record_read(bytes, length, &back, letters_back, read_back, &count_back));
        assert_memory_equal(&back, &state, sizeof state);
        assert_memory_equal(letters_back, letters, count * sizeof letters[0]);
        assert_int_equal(count_back, 9);
        assert_int_equal(read_back[8].seq, readings[8].seq);
        assert_true(record_read(bytes, length, &back, NULL, NULL, &count_back));
        for (size_t cut = 0; cut < length; cut++) {
            assert_false(record_read(bytes, cut, &back, letters_back, read_back, &count_back));
        }
    }
}

/* Letters that are neither here nor elsewhere, and more than there may be. */
static void test_letters_must_be_somewhere(void **unused)
{
    (void)unused;
    state.dead.serial = 0;
    assert_int_equal(write_all(1), 0);
    state.dead.count = 0;
    assert_int_not_equal(write_all(1), 0);
    state.dead = (struct record_dead){.version = 1, .serial = 1, .count = RECORD_LETTERS + 1};
    assert_int_equal(write_all(1), 0);
    state.dead = (struct record_dead){.version = 0, .serial = 1, .count = 1};
    assert_int_equal(write_all(1), 0);
    static const uint8_t head[] = {3, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t good[] = {9, 0, 64, 1, 1, 0}, many[] = {9, 0, 65, 1, 1, 0}, none[] = {9, 0, 0, 0};
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, good, sizeof good);
    assert_true(record_read(bytes, sizeof head + sizeof good, &back, letters_back, NULL, &count_back));
    assert_true(back.dead.count == 64 && back.dead.serial == 1 && back.dead.offset == 1);
    memcpy(bytes + sizeof head, many, sizeof many);
    assert_false(record_read(bytes, sizeof head + sizeof many, &back, letters_back, NULL, &count_back));
    memcpy(bytes + sizeof head, none, sizeof none);
    assert_true(record_read(bytes, sizeof head + sizeof none, &back, letters_back, NULL, &count_back));
}

static void test_no_room(void **unused)
{
    (void)unused;
    size_t length = write_all(RECORD_READINGS);
    for (size_t room = 0; room < length; room++) {
        assert_int_equal(record_write(bytes, room, &state, letters_to_write, readings, RECORD_READINGS), 0);
    }
    assert_int_equal(record_write(bytes, length, &state, letters_to_write, readings, RECORD_READINGS),
                     length);
    assert_int_equal(write_all(RECORD_READINGS + 1), 0);
    state.clocks = RECORD_BOOTS + 1;
    assert_int_equal(write_all(0), 0);
    state.clocks = 0;
    state.session_length = RECORD_SESSION_MAX + 1;
    assert_int_equal(write_all(0), 0);
    state.session_length = 0;
    state.ledger.count = LEDGER_RANGES + 1;
    assert_int_equal(write_all(0), 0);
    state.ledger.count = 0;
    assert_int_not_equal(write_all(0), 0);
}

static void test_cut_or_continued_is_refused(void **unused)
{
    (void)unused;
    size_t length = write_all(20);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = malloc(cut + 1); /* so that a read behind the end is seen */
        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        assert_false(record_read(copy, cut, &back, letters_back, read_back, &count_back));
        free(copy);
    }
    bytes[length] = 0;
    assert_false(record_read(bytes, length + 1, &back, letters_back, read_back, &count_back));
}

static void test_numbers_must_ascend(void **unused)
{
    (void)unused;
    readings[1].seq = readings[0].seq;
    assert_false(record_read(bytes, write_all(2), &back, letters_back, read_back, &count_back));
    readings[1].seq = readings[0].seq - 1;
    assert_false(record_read(bytes, write_all(2), &back, letters_back, read_back, &count_back));
    state.clock[1].boot = state.boot + 1;
    assert_false(record_read(bytes, write_all(0), &back, letters_back, read_back, &count_back));
    state.clock[1].boot = state.clock[0].boot;
    assert_false(record_read(bytes, write_all(0), &back, letters_back, read_back, &count_back));
}

static void test_a_jump_must_make_sense(void **unused)
{
    (void)unused;
    static const struct record_jump bad[] = {{0, 5, 1}, {6, 5, 1}, {5, UINT64_MAX - 3, 4}};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        state.jump = bad[i];
        assert_false(record_read(bytes, write_all(1), &back, letters_back, read_back, &count_back));
        state.jump.by = 0; /* there is none */
        assert_true(record_read(bytes, write_all(1), &back, letters_back, read_back, &count_back));
    }
}

/* Frames as earlier releases wrote them. */
static void test_the_layouts_before_are_read(void **unused)
{
    (void)unused;
    static const uint8_t old[] = {
        1, 3,   4,   0,                 /* layout, boot, released, wall time */
        1, 2,   1,   2,  1,             /* one range: 2..3, two missing, the oldest */
        0, 2,   0,   0,  0, 0, 0,       /* totals of seven causes */
        1, 3,   20,  1,                 /* one clock: of start 3, 10 ns, quality 1 */
        2, 's', 'x',                    /* session */
        1, 5,   14,  18, 3, 2, 0, 1, 0, /* one reading */
    };
    assert_true(record_read(old, sizeof old, &back, letters_back, read_back, &count_back));
    assert_int_equal(back.boot, 3);
    assert_int_equal(back.ledger.total[LOSS_OLDEST], 2);
    assert_int_equal(back.ledger.total[LOSS_JUMP], 0);
    assert_int_equal(back.clock[0].offset_ns, 10);
    assert_int_equal(back.clock[0].better_ns, 0);
    assert_int_equal(back.session_length, 2);
    assert_true(back.dead.version == 0 && back.dead.count == 0);
    assert_true(back.jump.by == 0 && back.shift == 0 && back.unsure == 0 && back.claimed == 0);
    assert_int_equal(count_back, 1);
    assert_true(read_back[0].seq == 5 && read_back[0].mono_ns == 7 && read_back[0].value == 9);
    static const uint8_t second[] = {
        2, 3, 4,  0,              /* layout, boot, released, wall time */
        0,                        /* no range */
        0, 0, 0,  0,  0, 0, 0, 5, /* totals of eight causes */
        0, 0,                     /* no clock, no session */
        0, 0, 0,  9,  2, 4,       /* no jump, shift, unsure, claimed */
        1, 5, 14, 18, 3, 2, 0, 1, 0,
    };
    assert_true(record_read(second, sizeof second, &back, letters_back, read_back, &count_back));
    assert_true(back.shift == 9 && back.unsure == 2 && back.claimed == 4);
    assert_true(back.dead.version == 0 && back.dead.count == 0 && back.dead.fallen == 0);
    assert_true(count_back == 1 && read_back[0].seq == 5);
    uint8_t next[sizeof old];
    memcpy(next, old, sizeof next);
    next[0] = 4;
    assert_false(record_read(next, sizeof next, &back, letters_back, read_back, &count_back));
}

/* Any single changed byte and many random ones: no crash, and what is accepted is sane. */
static void test_any_bytes(void **unused)
{
    (void)unused;
    uint64_t random = 1;
    size_t length = write_all(30);
    uint8_t good[sizeof bytes];
    memcpy(good, bytes, sizeof good);
    for (unsigned turn = 0; turn < 40000; turn++) {
        memcpy(bytes, good, length);
        for (unsigned changes = 1 + turn % 3; changes > 0; changes--) {
            random = random * UINT64_C(6364136223846793005) + 1;
            bytes[(random >> 33) % length] = (uint8_t)(random >> 56);
        }
        if (record_read(bytes, length, &back, letters_back, read_back, &count_back)) {
            assert_true(ledger_valid(&back.ledger));
            assert_true(count_back <= RECORD_READINGS && back.session_length <= RECORD_SESSION_MAX);
            for (uint32_t i = 1; i < count_back; i++) {
                assert_true(read_back[i].seq > read_back[i - 1].seq);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_there_and_back, setup),
        cmocka_unit_test_setup(test_the_largest_state_fits, setup),
        cmocka_unit_test_setup(test_letters_there_and_back, setup),
        cmocka_unit_test_setup(test_letters_must_be_somewhere, setup),
        cmocka_unit_test_setup(test_no_room, setup),
        cmocka_unit_test_setup(test_cut_or_continued_is_refused, setup),
        cmocka_unit_test_setup(test_numbers_must_ascend, setup),
        cmocka_unit_test_setup(test_a_jump_must_make_sense, setup),
        cmocka_unit_test_setup(test_the_layouts_before_are_read, setup),
        cmocka_unit_test_setup(test_any_bytes, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
