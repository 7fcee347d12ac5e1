/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dead letters: a reading that was refused for good either still waits, or is a letter or counted as one that
 * fell out, whatever is cut, lost or forged on the medium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/store_fixture.h"

#define MS      UINT64_C(1000000)
#define MESSAGE 3u /* readings */
#define LETTERS 7u
#define REASON  0x99
#define OFFSET  INT64_C(1795246389000000000)

static struct life life;

static const struct store_settings settings = {.policy = STORE_HOLD,
                                               .commit_readings = 3,
                                               .commit_ns = 50 * MS,
                                               .release_ns = 100 * MS,
                                               .dead_readings = LETTERS};

static void tick(uint64_t ns)
{
    life.now += ns;
    life_run(&life);
}

static void begin(uint32_t segments, bool nor, uint64_t seed)
{
    life_init(&life, &settings, segments, nor, seed);
    store_clock(&life.store, OFFSET, 1, life.now);
}

static void sample(void)
{
    (void)life_sample(&life, MESSAGE);
    tick(60 * MS);
}

/* Which messages the broker refuses. */
static bool is_bad(uint64_t number)
{
    return (number - 1) / MESSAGE % 4 == 1;
}

/* The next message: given, and delivered or refused. False: there was none. */
static bool message(void)
{
    const uint64_t before = life.last_given;
    if (life_give(&life, MESSAGE) == 0) {
        return false;
    }
    if (is_bad(life.last_given)) {
        store_refused(&life.store, before + 1, life.last_given, REASON, life.now);
        life_run(&life);
        assert_false(store_refusing(&life.store));
    } else {
        life_deliver(&life);
    }
    return true;
}

static void refuse(uint64_t first, uint64_t last)
{
    store_refused(&life.store, first, last, REASON, life.now);
    life_run(&life);
    assert_false(store_refusing(&life.store));
    assert_int_equal(life.store.state.released, last);
}

/* The letters are the newest of the readings that were refused and are released; the others fell out. */
static void check_letters(uint64_t fallen_before)
{
    const struct record_dead *d = &life.store.state.dead;
    uint32_t at = d->count;
    uint64_t refused = 0;
    for (uint64_t n = life.store.state.released; n != 0; n--) {
        if (!is_bad(n)) {
            continue;
        }
        refused++;
        if (at != 0) {
            const struct journal_letter *l = &life.store.letter[--at];
            assert_int_equal(l->seq, n);
            assert_int_equal(l->value, life.value[n]);
            assert_int_equal(l->reason, REASON);
            assert_true(l->wall_ns == 0 || l->wall_ns > (uint64_t)OFFSET);
        }
    }
    assert_int_equal(at, 0);
    assert_int_equal(life.store.state.ledger.total[LOSS_REFUSED], refused);
    assert_int_equal(d->fallen, refused - d->count);
    assert_true(d->count == LETTERS || d->fallen == fallen_before);
}

static void work(unsigned samples)
{
    for (unsigned i = 0; i < samples && !life.media.off; i++) {
        sample();
        while (!life.media.off && i % 3 != 0 && message()) {
        }
    }
}

static void start(void)
{
    life_start(&life, &settings);
    assert_int_equal(life.store.condition, STORE_READY);
}

static void test_what_is_kept_of_a_reading(void **state)
{
    (void)state;
    begin(6, false, 1);
    life.now = 777 * MS;
    sample();
    assert_int_equal(life_give(&life, 9), 3);
    refuse(1, 2);
    for (int starts = 0; starts < 3; starts++) {
        assert_int_equal(life.store.state.dead.count, 2);
        for (unsigned i = 0; i < 2; i++) {
            const struct journal_letter *l = &life.store.letter[i];
            assert_int_equal(l->seq, i + 1);
            assert_int_equal(l->wall_ns, 777 * MS + (uint64_t)OFFSET);
            assert_int_equal(l->value, life.value[i + 1]);
            assert_int_equal(l->reason, REASON);
        }
        assert_int_equal(life.store.state.ledger.total[LOSS_REFUSED], 2);
        tick(settings.release_ns);
        start();
        assert_int_equal(life.store.state.released, 2);
    }
}

/* Given out long ago: read again from the medium. */
static void test_an_old_one_is_read_again(void **state)
{
    (void)state;
    begin(12, false, 1);
    for (int i = 0; i < 60; i++) {
        sample();
    }
    assert_int_equal(life_give(&life, 1000), 180);
    refuse(1, 5);
    assert_int_equal(life.store.state.dead.count, 5);
    assert_int_equal(life.store.letter[4].value, life.value[5]);
    refuse(6, 30);
    assert_int_equal(life.store.state.dead.count, LETTERS);
    assert_int_equal(life.store.letter[0].seq, 24);
    assert_int_equal(life.store.state.dead.fallen, 30 - LETTERS);
    tick(settings.release_ns);
    start();
    assert_int_equal(life.store.letter[LETTERS - 1].value, life.value[30]);
    assert_int_equal(life_give(&life, 1000), 150);
}

static void test_letters_outlive_segments(void **state)
{
    (void)state;
    for (int nor = 0; nor < 2; nor++) {
        begin(4, nor != 0, 1);
        sample();
        assert_int_equal(life_give(&life, 9), 3);
        refuse(1, 3);
        for (int i = 0; i < 400; i++) { /* through all segments several times */
            sample();
            (void)life_give(&life, 9);
            life_deliver(&life);
            if (i % 7 == 0) {
                tick(settings.release_ns);
                start();
            }
            assert_int_equal(life.store.state.dead.count, 3);
            assert_int_equal(life.store.letter[2].seq, 3);
            assert_int_equal(life.store.letter[2].value, life.value[3]);
        }
        assert_true(life.store.log.newest > 12);
        assert_int_equal(life.store.state.dead.fallen, 0);
        assert_int_equal(life.media.rule_broken, 0);
    }
}

/* Only where they change, and once in a segment: most frames are as short as without letters. */
static void test_letters_are_not_in_each_frame(void **state)
{
    (void)state;
    uint64_t written[2];
    for (int refusing = 0; refusing < 2; refusing++) {
        begin(6, false, 1);
        for (int i = 0; i < 200; i++) {
            sample();
            (void)life_give(&life, 3);
            if (refusing != 0 && i < 3) {
                refuse(life.last_given - 2, life.last_given);
            }
            life_deliver(&life);
        }
        written[refusing] = life.media.bytes_written;
    }
    assert_true(written[1] <= written[0] + written[0] / 20);
}

static void test_cleared(void **state)
{
    (void)state;
    begin(6, false, 1);
    work(30);
    tick(settings.release_ns);
    const uint64_t fallen = life.store.state.dead.fallen;
    assert_int_equal(life.store.state.dead.count, LETTERS);
    store_clear_letters(&life.store, life.now);
    assert_int_equal(life.store.state.dead.count, 0);
    tick(settings.release_ns);
    start();
    assert_int_equal(life.store.state.dead.count, 0);
    assert_int_equal(life.store.state.dead.fallen, fallen);
    const uint64_t next = life.store.state.released + 1;
    while (life_give(&life, 3) == 0) {
        sample();
    }
    refuse(next, next);
    assert_int_equal(life.store.state.dead.count, 1);
    tick(settings.release_ns);
    start();
    assert_int_equal(life.store.state.dead.count, 1);
    assert_int_equal(life.store.letter[0].seq, next);
}

static void test_the_bound_may_change(void **state)
{
    (void)state;
    struct store_settings other = settings;
    begin(6, false, 1);
    work(30);
    tick(settings.release_ns);
    const struct journal_letter newest = life.store.letter[LETTERS - 1];
    const uint64_t fallen = life.store.state.dead.fallen;
    other.dead_readings = 2;
    life_start(&life, &other);
    assert_int_equal(life.store.state.dead.count, 2);
    assert_memory_equal(&life.store.letter[1], &newest, sizeof newest);
    assert_int_equal(life.store.state.dead.fallen, fallen + LETTERS - 2);
    (void)life_sample(&life, 3);
    tick(settings.release_ns);
    start();
    assert_int_equal(life.store.state.dead.count, 2);
    other.dead_readings = 0;
    life_start(&life, &other);
    assert_int_equal(life.store.state.dead.count, 0);
    const uint64_t next = life.store.state.released + 1;
    assert_true(life_give(&life, 3) != 0);
    store_refused(&life.store, next, next, REASON, life.now);
    assert_int_equal(life.store.state.dead.count, 0);
    assert_int_equal(life.store.state.released, next);
    assert_true(ledger_has(&life.store.state.ledger, next));
}

/* The power is cut at each operation of a workload that uses each segment anew. */
static void cut_everywhere(bool nor)
{
    unsigned kept = 0;
    for (uint64_t at = 1;; at++) {
        begin(4, nor, 1);
        life.media.cut_at = life.media.operations + at;
        work(110);
        bool cut = life.media.off;
        media_model_power(&life.media, (enum media_cut)(at % CUT_KINDS));
        start();
        check_letters(0);
        kept += life.store.state.dead.count != 0 && life.store.state.dead.count < LETTERS;
        life.last_given = life.store.state.released;
        work(6);
        tick(settings.release_ns);
        check_letters(0);
        life_check(&life, &settings);
        if (!cut) {
            assert_true(life.store.log.newest > 5);
            break;
        }
    }
    assert_true(kept > 10);
}

static void test_disk_cut_at_every_operation(void **state)
{
    (void)state;
    cut_everywhere(false);
}

static void test_flash_cut_at_every_operation(void **state)
{
    (void)state;
    cut_everywhere(true);
}

/* A frame that has to go to another segment, because the medium fails, takes no letters along; the next does.
 */
static void test_each_operation_may_fail(void **state)
{
    (void)state;
    for (uint64_t at = 1;; at++) {
        begin(5, at % 2 == 0, at);
        work(6);
        tick(settings.release_ns);
        life.media.fail_at = life.media.operations + at;
        work(50);
        tick(settings.release_ns);
        const bool failed = life.media.operations >= life.media.fail_at;
        check_letters(0);
        start();
        check_letters(0);
        life_check(&life, &settings);
        if (!failed) {
            break;
        }
    }
}

/* Where the last frame that holds letters lies. */
static uint8_t *place_of_letters(void)
{
    const struct record_dead *d = &life.store.state.dead;
    return life.media.medium + (d->serial - 1) % life.store.log.segments * life.segment_size + d->offset;
}

/* Letters, and then frames without any. */
static void some_letters(void)
{
    begin(6, false, 1);
    for (int i = 0; i < 4; i++) {
        sample();
        (void)life_give(&life, 3);
        refuse(life.last_given - 2, life.last_given);
        tick(settings.release_ns);
    }
    assert_int_equal(life.store.state.dead.count, LETTERS);
    assert_int_equal(life.store.state.dead.fallen, 5);
    sample();
    sample();
}

/* What cannot be read of them any more is counted; the readings stay named. */
static void check_lost(uint64_t forged)
{
    media_model_power(&life.media, CUT_NOTHING);
    start();
    assert_int_equal(life.store.state.dead.count, 0);
    assert_int_equal(life.store.state.dead.fallen, 12);
    assert_int_equal(life.store.state.ledger.total[LOSS_REFUSED], 12);
    assert_int_equal(life.store.counters.forged, forged);
    assert_int_equal(life_give(&life, 100), 6);
    life_deliver(&life);
    tick(settings.release_ns);
    start();
    assert_int_equal(life.store.state.dead.fallen, 12);
    assert_int_equal(life.store.counters.forged, 0);
}

static void test_damaged_letters_are_counted(void **state)
{
    (void)state;
    some_letters();
    memset(place_of_letters(), 0x11, 512);
    check_lost(0);
    some_letters();
    life.media.bad_unit = (uint64_t)(place_of_letters() - life.media.medium) / 512 + 1;
    check_lost(0);
}

/* Another frame in their place, sealed for its numbers: an earlier one of theirs, and one without any. */
static void test_forged_letters_are_refused(void **state)
{
    (void)state;
    some_letters();
    uint8_t *at = place_of_letters();
    memcpy(at, at - 2 * 512, 512); /* that of the letters before */
    check_lost(1);
    some_letters();
    at = place_of_letters();
    memcpy(at, at + 512, 512);
    check_lost(1);
    some_letters();
    at = place_of_letters();
    at[FORMAT_HEADER_SIZE + STORE_SEAL_SIZE] ^= 1; /* the checksum tells of that */
    check_lost(0);
}

/* They lie in the segment before the newest, which a start reads for them alone: it waits for what cannot be
 * read at once. */
static void test_letters_that_cannot_be_read_at_once(void **state)
{
    (void)state;
    static const uint8_t unique[FORMAT_ID_SIZE] = {7};
    struct store_action a;
    some_letters();
    while (life.store.log.newest == life.store.state.dead.serial) {
        sample();
    }
    life.media.bad_unit = (uint64_t)(place_of_letters() - life.media.medium) / 512 + 1;
    media_model_power(&life.media, CUT_NOTHING);
    store_init(&life.store, &settings);
    assert_true(store_medium(&life.store, &life.media.geometry, life.segment_size, unique));
    while (store_next(&life.store, &a, life.now)) {
        life_do(&life, &a);
    }
    assert_int_equal(life.store.condition, STORE_STARTING);
    assert_int_equal(store_deadline(&life.store), life.now + STORE_AGAIN_NS);
    life.media.bad_unit = 0;
    life_run(&life);
    assert_int_equal(life.store.condition, STORE_READY);
    assert_int_equal(life.store.state.dead.count, LETTERS);
    assert_int_equal(life.store.state.dead.fallen, 5);
}

/* Letters change while a frame that holds the ones before is on its way to a medium that works again. */
static void test_refused_while_the_medium_comes_back(void **state)
{
    (void)state;
    struct store_action a = {.kind = STORE_IO};
    begin(6, false, 1);
    sample();
    (void)life_give(&life, 3);
    life.media.sick = 1u << MEDIA_WRITE;
    refuse(1, 1);
    sample();
    assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
    life.media.sick = 0;
    life.now += STORE_AGAIN_NS << STORE_FAILURES_MAX;
    while (a.kind != STORE_SEAL) {
        assert_true(store_next(&life.store, &a, life.now));
        if (a.kind != STORE_SEAL) {
            life_do(&life, &a);
        }
    }
    assert_true(life.store.writing_letters);
    store_refused(&life.store, 2, 3, REASON, life.now);
    assert_int_equal(life.store.state.dead.count, 3);
    life_do(&life, &a);
    tick(settings.release_ns);
    assert_int_equal(life.store.condition, STORE_READY);
    start();
    assert_int_equal(life.store.state.dead.count, 3);
    assert_int_equal(life.store.letter[2].value, life.value[3]);
}

/* Without a medium what was given out last is in memory. */
static void test_without_a_medium(void **state)
{
    (void)state;
    begin(6, false, 1);
    sample();
    life.media.off = true;
    life_sample(&life, 3);
    tick(60 * MS);
    assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
    assert_int_equal(life_give(&life, 6), 6);
    store_refused(&life.store, 4, 6, REASON, life.now);
    assert_int_equal(life.store.state.dead.count, 3);
    assert_int_equal(life.store.letter[0].seq, 4);
    assert_int_equal(life.store.letter[2].value, life.value[6]);
}

/* A reading that is refused and cannot be read is named, and counted. */
static void test_a_refused_reading_that_cannot_be_read(void **state)
{
    (void)state;
    begin(6, false, 1);
    sample();
    sample();
    (void)life_give(&life, 6);
    life.media.sick = 1u << MEDIA_READ;
    store_refused(&life.store, 1, 3, REASON, life.now);
    for (unsigned i = 0; i < STORE_TRIES; i++) {
        struct store_action a;
        while (store_next(&life.store, &a, life.now)) {
            life_do(&life, &a);
        }
        assert_true(store_refusing(&life.store));
        assert_int_equal(store_deadline(&life.store), life.now + STORE_AGAIN_NS);
        life.now += STORE_AGAIN_NS;
    }
    life_run(&life);
    assert_false(store_refusing(&life.store));
    assert_int_equal(life.store.state.released, 3);
    assert_int_equal(life.store.state.dead.count, 0);
    assert_int_equal(life.store.state.dead.fallen, 3);
    life.media.sick = 0;
    refuse(4, 6);
    assert_int_equal(life.store.state.dead.count, 3);
}

/* Whoever refuses asks anew before it is dealt with: nothing is released, and it is refused again. */
static void test_rewind_at_any_step(void **state)
{
    (void)state;
    bool more = true;
    for (unsigned steps = 0; more; steps++) {
        struct store_action a;
        begin(6, false, 1);
        for (int i = 0; i < 5; i++) {
            sample();
        }
        (void)life_give(&life, 100);
        store_refused(&life.store, 1, 9, REASON, life.now);
        for (unsigned i = 0; i < steps && store_refusing(&life.store); i++) {
            assert_true(store_next(&life.store, &a, life.now));
            life_do(&life, &a);
        }
        more = store_refusing(&life.store);
        const bool under_way = more && store_next(&life.store, &a, life.now);
        store_rewind(&life.store);
        if (under_way) {
            life_do(&life, &a);
        }
        life_run(&life);
        assert_int_equal(life.store.state.released, more ? 0 : 9);
        assert_int_equal(life.store.state.dead.count, more ? 0 : LETTERS);
        life.last_given = life.store.state.released;
        (void)life_give(&life, 100);
        if (more) {
            refuse(1, 9);
        }
        assert_int_equal(life.store.state.dead.count, LETTERS);
        assert_int_equal(life.store.state.dead.fallen, 9 - LETTERS);
        life_check(&life, &settings);
        assert_true(steps < 100);
    }
}

/* Several lives, with power cuts and whatever the policy drops: each reading that was refused is a letter or
 * counted, and no letter is of another reading. */
static void test_random_lives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct store_settings random = settings;
        random.policy = (enum store_policy)(seed % 3);
        life_init(&life, &random, 4 + (uint32_t)(seed % 2), seed % 4 < 2, seed);
        for (int boot = 0; boot < 6; boot++) {
            life.media.cut_at = life.media.operations + 1 + media_model_random(&life.media, 150);
            for (int i = 0; i < 200 && !life.media.off; i++) {
                (void)life_sample(&life, MESSAGE);
                tick(media_model_random(&life.media, 80) * MS);
                for (uint64_t m = media_model_random(&life.media, 4); m != 0 && !life.media.off; m--) {
                    (void)message();
                }
            }
            media_model_power(&life.media, (enum media_cut)media_model_random(&life.media, CUT_KINDS));
            life_check(&life, &random);
            life.last_given = life.store.state.released;
            store_rewind(&life.store);
            const struct record_dead *d = &life.store.state.dead;
            assert_true(d->fallen + d->count >= life.store.state.ledger.total[LOSS_REFUSED]);
            for (uint32_t i = 0; i < d->count; i++) {
                const struct journal_letter *l = &life.store.letter[i];
                assert_true(l->seq <= life.store.state.released && is_bad(l->seq));
                assert_int_equal(l->value, life.value[l->seq]);
                assert_true(i == 0 || l[-1].seq < l->seq);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept_of_a_reading),
        cmocka_unit_test(test_an_old_one_is_read_again),
        cmocka_unit_test(test_letters_outlive_segments),
        cmocka_unit_test(test_letters_are_not_in_each_frame),
        cmocka_unit_test(test_cleared),
        cmocka_unit_test(test_the_bound_may_change),
        cmocka_unit_test(test_disk_cut_at_every_operation),
        cmocka_unit_test(test_flash_cut_at_every_operation),
        cmocka_unit_test(test_each_operation_may_fail),
        cmocka_unit_test(test_damaged_letters_are_counted),
        cmocka_unit_test(test_forged_letters_are_refused),
        cmocka_unit_test(test_letters_that_cannot_be_read_at_once),
        cmocka_unit_test(test_refused_while_the_medium_comes_back),
        cmocka_unit_test(test_without_a_medium),
        cmocka_unit_test(test_a_refused_reading_that_cannot_be_read),
        cmocka_unit_test(test_rewind_at_any_step),
        cmocka_unit_test(test_random_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
