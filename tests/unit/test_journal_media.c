/* SPDX-License-Identifier: BSD-2-Clause */
/* A medium that fails, decays, is exchanged or comes from another time, and what the whole journal makes of
 * it: what was durable comes out or is in the ledger, and what must not be touched is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <postern/crc32.h>
#include "journal/store_fixture.h"

#define MS       UINT64_C(1000000)
#define UNIT     512u
#define SEGMENTS 6u

static struct life life;
static struct life whole;

static const struct store_settings hold = {
    .policy = STORE_HOLD, .commit_readings = 9, .commit_ns = 50 * MS, .release_ns = 1000 * MS};

/* Samples, and now and then, after 48 readings, a delivery of some. */
static void live(unsigned samples, unsigned delivered)
{
    for (unsigned i = 0; i < samples; i++) {
        (void)life_sample(&life, 3);
        life.now += 60 * MS;
        life_run(&life);
        if (i % 16 == 15) {
            (void)life_give(&life, delivered);
            life_deliver(&life);
            life.now += hold.release_ns;
            life_run(&life);
        }
    }
}

/* All that was durable before number `upto` comes out or is in the ledger, and nothing is made up. */
static void check_out(uint64_t upto)
{
    life_start(&life, &hold);
    assert_int_equal(life.store.condition, STORE_READY);
    while (life_give(&life, 100) != 0) {
    }
    for (uint64_t n = life.last_given + 1; n < upto; n++) {
        assert_true(life.fate[n] != FATE_DURABLE || ledger_has(&life.store.state.ledger, n));
    }
    assert_int_equal(life.media.rule_broken, 0);
}

static void test_each_operation_may_fail(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 160; at++) {
        life_init(&life, &hold, SEGMENTS, at % 2 == 0, at);
        life.media.fail_at = life.media.operations + at;
        live(40, 12);
        assert_int_equal(life.store.condition, STORE_READY);
        assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
        assert_int_equal(life.store.log.counters.write_errors, life.media.operations >= life.media.fail_at);
        check_out(LIFE_NUMBERS);
        assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    }
}

/* Errors without end: the journal says so, and readings pass through memory. What was durable is still there
 * when the medium works again. */
static void test_a_medium_that_stays_broken(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 60; at++) {
        life_init(&life, &hold, SEGMENTS, false, at);
        live(3, 12);
        (void)life_give(&life, 100);
        life.media.cut_at = life.media.operations + at;
        for (int i = 0; i < 60 && life.store.condition == STORE_READY; i++) {
            (void)life_sample(&life, 3);
            life.now += 60 * MS;
            life_run(&life);
            (void)life_give(&life, 100);
        }
        assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
        assert_true(life.store.counters.not_durable + life.store.waiting_count > 0);
        (void)life_sample(&life, 3);
        life.now += 60 * MS;
        assert_true(life_give(&life, 100) >= 3);
        media_model_power(&life.media, CUT_NOTHING);
        check_out(LIFE_NUMBERS);
    }
}

#define EVERY_KIND (1u << MEDIA_READ | 1u << MEDIA_WRITE | 1u << MEDIA_ERASE | 1u << MEDIA_FLUSH)

static const unsigned sicknesses[] = {1u << MEDIA_WRITE, 1u << MEDIA_FLUSH,
                                      1u << MEDIA_WRITE | 1u << MEDIA_FLUSH, EVERY_KIND};

/* Samples until the journal says that the medium fails, and some more. */
static void fall_sick(unsigned kinds, unsigned more)
{
    life.media.sick = kinds;
    for (unsigned i = 0; i < 40 && life.store.condition == STORE_READY; i++) {
        live(1, 0);
    }
    assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
    live(more, 0);
}

/* The medium works; the journal has the time that it takes to notice. */
static void recover(void)
{
    life.media.sick = 0;
    life.now += STORE_AGAIN_NS << STORE_FAILURES_MAX;
    life_run(&life);
    assert_int_equal(life.store.condition, STORE_READY);
}

/* A medium that fails for a while: what waits on it is not overtaken, nothing is lost, and the journal goes
 * on. */
static void test_a_medium_that_fails_for_a_while(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof sicknesses / sizeof sicknesses[0]; i++) {
        life_init(&life, &hold, SEGMENTS, i % 2 == 1, i + 1);
        live(20, 0);
        uint64_t written = life.store.log.counters.written;
        fall_sick(sicknesses[i / 2], 10);
        uint64_t last = store_next_number(&life.store) - 1;
        assert_true(life_give(&life, 1000) < last);
        recover();
        live(20, 0);
        assert_int_equal(life.store.counters.not_durable, 0);
        assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
        assert_true(life.store.durable_seq > last);
        assert_true(life.store.log.counters.written > written);
        media_model_power(&life.media, CUT_NOTHING);
        check_out(LIFE_NUMBERS);
        assert_true(life.last_given > last);
        assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    }
}

/* With nothing waiting on it, readings pass through memory at once. What is not delivered when it works again
 * is named, since nobody keeps it. */
static void test_readings_pass_while_the_medium_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sicknesses / sizeof sicknesses[0]; i++) {
        life_init(&life, &hold, SEGMENTS, false, i + 1);
        live(20, 0);
        while (life_give(&life, 100) != 0) {
        }
        life_deliver(&life);
        fall_sick(sicknesses[i], 10);
        assert_true(life_give(&life, 100) >= 30);
        assert_true(life.store.counters.not_durable >= 30);
        life_deliver(&life);
        live(1, 0);
        assert_int_equal(life_give(&life, 100), 3);
        recover();
        assert_int_equal(life.store.state.ledger.total[LOSS_MEDIUM], 3);
        live(3, 0);
        assert_int_equal(life_give(&life, 100), 9);
        media_model_power(&life.media, CUT_NOTHING);
        check_out(LIFE_NUMBERS);
        assert_int_equal(ledger_sum(&life.store.state.ledger), 3);
    }
}

/* When memory is full nobody waits any longer for what lies on the medium: it is named. */
static void test_a_medium_that_fails_for_too_long(void **state)
{
    (void)state;
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(10, 0);
    (void)life_give(&life, 3);
    fall_sick(EVERY_KIND, 0);
    uint64_t durable = life.store.durable_seq;
    while (life_sample(&life, 3) == 3) {
        life.now += 60 * MS;
        life_run(&life);
    }
    while (life_give(&life, 1000) != 0) {
    }
    assert_int_equal(ledger_sum(&life.store.state.ledger),
                     durable - life.store.state.ledger.range[0].first + 1);
    assert_int_equal(life.store.state.ledger.total[LOSS_MEDIUM], ledger_sum(&life.store.state.ledger));
    assert_true(store_wants_reading(&life.store));
}

/* Whoever delivers starts anew while the medium fails: it waits for what it had from there. */
static void test_rewind_while_the_medium_fails(void **state)
{
    (void)state;
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(10, 0);
    while (life_give(&life, 100) != 0) {
    }
    fall_sick(EVERY_KIND, 2);
    store_rewind(&life.store);
    life.last_given = 0;
    assert_int_equal(life_give(&life, 100), 0);
    recover();
    assert_true(life_give(&life, 100) >= 30);
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
}

/* What waits cannot be read for a while, although the medium takes what is new. */
static void test_reading_that_fails_for_a_while(void **state)
{
    (void)state;
    struct store_action a;
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(20, 0);
    life_start(&life, &hold);
    assert_int_equal(life_give(&life, 9), 9);
    life.media.sick = 1u << MEDIA_READ;
    for (unsigned i = 0; i < STORE_TRIES; i++) {
        (void)life_sample(&life, 9);
        while (store_next(&life.store, &a, life.now)) {
            life_do(&life, &a);
        }
        life.now += STORE_AGAIN_NS;
    }
    assert_int_equal(life.store.condition, STORE_READY);
    assert_int_equal(life.store.durable_seq, 60 + 9 * STORE_TRIES);
    life.media.sick = 0;
    assert_int_equal(life_give(&life, 1000), 51 + 9 * STORE_TRIES);
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
}

/* A start on a medium that cannot be read: no journal is begun over the one that may be there. */
static void test_a_start_on_a_medium_that_cannot_be_read(void **state)
{
    (void)state;
    static uint8_t before[MEDIA_MODEL_MAX];
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(10, 0);
    uint64_t durable = life.store.durable_seq;
    memcpy(before, life.media.view, sizeof before);
    for (unsigned reads = 0; reads < 900; reads += 3) {
        struct store_action a;
        uint8_t unique[FORMAT_ID_SIZE] = {1};
        store_init(&life.store, &hold);
        life.media.sick = 1u << MEDIA_READ;
        assert_true(store_medium(&life.store, &life.media.geometry, life.segment_size, unique));
        for (unsigned i = 0; i < reads; i++) {
            life.now = life.store.again ? life.store.pause_ns : life.now;
            if (store_next(&life.store, &a, life.now)) {
                life_do(&life, &a);
            }
        }
        life.media.sick = 0;
        life_run(&life);
        assert_memory_equal(before, life.media.view, sizeof before);
        if (life.store.condition == STORE_READY) {
            assert_int_equal(life.store.durable_seq, durable);
        } else {
            assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
            assert_true(reads >= STORE_TRIES * SEGMENTS);
        }
    }
    assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
}

/* What was written and never flushed can be read until the power fails. It is not durable before a flush has
 * succeeded, whether the journal opens its log again or starts anew. */
static void test_what_can_be_read_is_flushed_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        life_init(&life, &hold, SEGMENTS, i % 2 == 1, i + 1);
        live(20, 0);
        (void)life_give(&life, 1000);
        uint64_t durable = life.store.durable_seq;
        fall_sick(1u << MEDIA_FLUSH, 0);
        assert_true(life.media.pending_count != 0);
        if (i < 2) {
            life_start(&life, &hold);
            assert_int_equal(life.store.durable_seq, 0);
            assert_int_equal(life_give(&life, 1000), 0);
        } else {
            life.now = life.store.pause_ns;
            life_run(&life);
            assert_int_equal(life.store.durable_seq, durable);
        }
        assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
        life.media.sick = 0;
        life_start(&life, &hold);
        assert_int_equal(life.store.condition, STORE_READY);
        assert_true(life.store.durable_seq > durable);
        uint64_t found = life.store.durable_seq;
        media_model_power(&life.media, CUT_NOTHING);
        life_start(&life, &hold);
        assert_int_equal(life.store.durable_seq, found);
    }
}

/* A disk that has become another one meanwhile is not taken for the journal of this start. */
static void test_an_exchanged_medium_is_left_alone(void **state)
{
    (void)state;
    static uint8_t old[MEDIA_MODEL_MAX], before[MEDIA_MODEL_MAX];
    for (int kind = 0; kind < 3; kind++) {
        life_init(&life, &hold, SEGMENTS, false, 1);
        live(10, 0);
        memcpy(old, life.media.view, sizeof old);
        for (int boot = 0; boot < 2; boot++) {
            life_start(&life, &hold);
            live(10, 0);
        }
        fall_sick(EVERY_KIND, 1);
        if (kind == 0) {
            memset(life.media.view, 0, sizeof life.media.view);
        } else if (kind == 1) {
            life.key = 0x33;
        } else {
            memcpy(life.media.view, old, sizeof old);
        }
        memcpy(before, life.media.view, sizeof before);
        life.media.sick = 0;
        life.now += STORE_AGAIN_NS << STORE_FAILURES_MAX;
        life_run(&life);
        assert_int_equal(life.store.condition, STORE_FOREIGN);
        live(5, 0);
        assert_memory_equal(before, life.media.view, sizeof before);
    }
}

/* Whatever fails for a while at whatever moment, and the power too: nothing accepted is lost without a name.
 */
static void test_random_sicknesses(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        life_init(&life, &hold, SEGMENTS, seed % 2 == 0, seed);
        for (int boot = 0; boot < 4; boot++) {
            for (int i = 0; i < 150; i++) {
                uint64_t choice = media_model_random(&life.media, 24);
                if (choice < 4) {
                    life.media.sick = choice == 0 ? sicknesses[media_model_random(&life.media, 4)] : 0;
                }
                (void)life_sample(&life, 3);
                life.now += media_model_random(&life.media, 1000) * MS;
                life_run(&life);
                if (choice % 3 == 0) {
                    (void)life_give(&life, (unsigned)media_model_random(&life.media, 30));
                }
                if (choice % 5 == 0) {
                    life_deliver(&life);
                }
            }
            life.media.sick = 0;
            media_model_power(&life.media, (enum media_cut)media_model_random(&life.media, CUT_KINDS));
            check_out(LIFE_NUMBERS);
        }
    }
}

enum damage { ONE_BIT, ALL_ZERO, NOISE, UNREADABLE, DAMAGES };

static void damage(uint32_t unit, enum damage how)
{
    uint8_t *at = life.media.medium + unit * UNIT;
    switch (how) {
    case ONE_BIT:
        at[media_model_random(&life.media, UNIT)] ^= (uint8_t)(1u << media_model_random(&life.media, 8));
        break;
    case ALL_ZERO:
        memset(at, 0, UNIT);
        break;
    case NOISE:
        for (uint32_t i = 0; i < UNIT; i++) {
            at[i] = (uint8_t)media_model_random(&life.media, 256);
        }
        break;
    default:
        life.media.bad_unit = unit + 1;
        break;
    }
}

/* The last frame is taken back by damage as by a power cut: no other can tell that it was there. */
static void test_a_bad_sector_anywhere(void **state)
{
    (void)state;
    life_init(&whole, &hold, SEGMENTS, false, 1);
    life = whole;
    live(100, 12);
    uint64_t last = life.store.durable_seq - hold.commit_readings;
    media_model_power(&life.media, CUT_NOTHING);
    whole = life;
    unsigned losses = 0;
    for (uint32_t unit = 0; unit < SEGMENTS * whole.segment_size / UNIT; unit++) {
        for (enum damage how = ONE_BIT; how < DAMAGES; how++) {
            life = whole;
            damage(unit, how);
            memcpy(life.media.view, life.media.medium, sizeof life.media.view);
            check_out(last);
            uint64_t lost = life.store.state.ledger.total[LOSS_MEDIUM];
            assert_true(lost <= hold.commit_readings);
            assert_int_equal(lost, ledger_sum(&life.store.state.ledger));
            losses += lost != 0;
        }
    }
    assert_true(losses > 50);
}

/* One segment is as it was earlier, all its frames sealed by this device: they are not taken for new ones. */
static void test_a_segment_of_an_old_image(void **state)
{
    (void)state;
    static uint8_t old[MEDIA_MODEL_MAX];
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(100, 42);
    memcpy(old, life.media.medium, sizeof old);
    live(60, 42);
    uint64_t last = life.store.durable_seq;
    media_model_power(&life.media, CUT_NOTHING);
    whole = life;
    unsigned exchanged = 0;
    for (uint32_t segment = 0; segment < SEGMENTS; segment++) {
        life = whole;
        uint32_t at = segment * life.segment_size;
        if (memcmp(life.media.medium + at, old + at, life.segment_size) == 0) {
            continue;
        }
        bool newest = segment == (life.store.log.newest - 1) % SEGMENTS;
        memcpy(life.media.medium + at, old + at, life.segment_size);
        media_model_power(&life.media, CUT_NOTHING);
        check_out(newest ? 0 : last);
        exchanged += !newest;
    }
    assert_true(exchanged >= 2);
}

/* The whole medium is as it was earlier. The journal goes on from there as it did then: it cannot know. Who
 * remembers a larger number (the broker does) can tell. */
static void test_an_old_image_is_an_earlier_state(void **state)
{
    (void)state;
    static uint8_t old[MEDIA_MODEL_MAX];
    life_init(&life, &hold, SEGMENTS, false, 1);
    live(40, 12);
    memcpy(old, life.media.medium, sizeof old);
    uint64_t then = life.store.durable_seq;
    live(40, 12);
    uint64_t later = store_next_number(&life.store);
    memcpy(life.media.medium, old, sizeof old);
    media_model_power(&life.media, CUT_NOTHING);
    check_out(then);
    assert_int_equal(life.store.durable_seq, then);
    assert_true(store_next_number(&life.store) < later);
    assert_int_equal(life.store.counters.forged, 0);
}

/* Gives every segment's header another layout, with the checksum right. */
static void relabel(uint8_t layout)
{
    for (uint32_t segment = 0; segment < SEGMENTS; segment++) {
        uint8_t *header = life.media.medium + segment * life.segment_size;
        if (format_erased(header, UNIT) || header[4] != FORMAT_LAYOUT) {
            continue;
        }
        header[4] = layout;
        uint32_t crc = crc32_update(0, header, FORMAT_HEADER_SIZE - 4);
        for (unsigned i = 0; i < 4; i++) {
            header[FORMAT_HEADER_SIZE - 4 + i] = (uint8_t)(crc >> (8 * i));
        }
    }
    media_model_power(&life.media, CUT_NOTHING);
}

/* Readings pass through memory beside a journal of an older or newer layout, which stays as it is. */
static void test_another_layout_is_left_alone(void **state)
{
    (void)state;
    static const uint8_t layouts[] = {0, FORMAT_LAYOUT + 1, 0xff};
    static uint8_t before[MEDIA_MODEL_MAX];
    for (size_t i = 0; i < sizeof layouts; i++) {
        life_init(&life, &hold, SEGMENTS, i % 2 == 1, 1);
        live(40, 12);
        relabel(layouts[i]);
        memcpy(before, life.media.medium, sizeof before);
        life_start(&life, &hold);
        assert_int_equal(life.store.condition, STORE_FOREIGN);
        assert_int_equal(life.store.log.failure, LOG_OTHER_LAYOUT);
        assert_int_equal(life.store.log.layout, layouts[i]);
        life.last_given = 0;
        assert_int_equal(life_sample(&life, 9), 9);
        life.now += 60 * MS;
        life_run(&life);
        assert_int_equal(life_give(&life, 100), 9);
        assert_memory_equal(before, life.media.view, sizeof before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_operation_may_fail),
        cmocka_unit_test(test_a_medium_that_stays_broken),
        cmocka_unit_test(test_a_medium_that_fails_for_a_while),
        cmocka_unit_test(test_readings_pass_while_the_medium_fails),
        cmocka_unit_test(test_a_medium_that_fails_for_too_long),
        cmocka_unit_test(test_rewind_while_the_medium_fails),
        cmocka_unit_test(test_reading_that_fails_for_a_while),
        cmocka_unit_test(test_a_start_on_a_medium_that_cannot_be_read),
        cmocka_unit_test(test_what_can_be_read_is_flushed_first),
        cmocka_unit_test(test_an_exchanged_medium_is_left_alone),
        cmocka_unit_test(test_random_sicknesses),
        cmocka_unit_test(test_a_bad_sector_anywhere),
        cmocka_unit_test(test_a_segment_of_an_old_image),
        cmocka_unit_test(test_an_old_image_is_an_earlier_state),
        cmocka_unit_test(test_another_layout_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
