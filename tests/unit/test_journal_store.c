/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal without its component: order, durability, full media, bad media, power cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/store_fixture.h"

#define MS UINT64_C(1000000)

static struct life life;

static const struct store_settings hold = {
    .policy = STORE_HOLD, .commit_readings = 9, .commit_ns = 50 * MS, .release_ns = 1000 * MS};
static const struct store_settings drop_oldest = {
    .policy = STORE_DROP_OLDEST, .commit_readings = 9, .commit_ns = 50 * MS, .release_ns = 1000 * MS};
static const struct store_settings drop_newest = {
    .policy = STORE_DROP_NEWEST, .commit_readings = 9, .commit_ns = 50 * MS, .release_ns = 1000 * MS};
static const struct store_settings thin = {.policy = STORE_HOLD,
                                           .commit_readings = 9,
                                           .commit_ns = 50 * MS,
                                           .release_ns = 1000 * MS,
                                           .thin_percent = 40,
                                           .thin_keep = 4};

static void tick(uint64_t ns)
{
    life.now += ns;
    life_run(&life);
}

static void test_nothing_comes_out_before_it_is_durable(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    assert_int_equal(life_sample(&life, 3), 3);
    assert_int_equal(life_give(&life, 9), 0);
    assert_int_equal(store_deadline(&life.store), life.now + hold.commit_ns);
    tick(hold.commit_ns - 1);
    assert_int_equal(life_give(&life, 9), 0);
    tick(1);
    assert_int_equal(life.store.counters.accepted, 3);
    assert_int_equal(life_give(&life, 9), 3);
    assert_int_equal(life.store.durable_seq, 3);
}

static void test_a_group_is_written_when_it_is_large_enough(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 3; i++) {
        (void)life_sample(&life, 3);
    }
    life_run(&life);
    assert_int_equal(life.store.counters.frames, 1);
    assert_int_equal(life_give(&life, 20), 9);
}

static void test_everything_comes_out_after_a_start(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 60; i++) {
        (void)life_sample(&life, 3);
        tick(20 * MS);
    }
    tick(hold.commit_ns);
    assert_int_equal(life.store.durable_seq, 180);
    life_start(&life, &hold);
    assert_int_equal(life.store.state.boot, 2);
    assert_int_equal(store_next_number(&life.store), 181);
    assert_int_equal(life_give(&life, 1000), 180);
}

static void test_delivered_readings_stay_away_after_a_start(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 10; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
    }
    assert_int_equal(life_give(&life, 12), 12);
    life_deliver(&life);
    tick(hold.release_ns);
    life_start(&life, &hold);
    assert_int_equal(life.store.state.released, 12);
    assert_int_equal(life_give(&life, 100), 18);
}

static void test_rewind_gives_again_what_was_not_delivered(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 10; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
    }
    assert_int_equal(life_give(&life, 10), 10);
    life_deliver(&life);
    assert_int_equal(life_give(&life, 100), 20);
    store_rewind(&life.store);
    life.last_given = 10;
    assert_int_equal(life_give(&life, 100), 20);
}

static void fill_up(const struct store_settings *settings)
{
    life_init(&life, settings, 5, false, 1);
    for (int i = 0; i < 900; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
    }
}

static void test_hold_makes_the_sensors_wait_and_loses_nothing(void **state)
{
    (void)state;
    fill_up(&hold);
    assert_false(store_wants_reading(&life.store));
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    uint64_t given = 0;
    for (int i = 0; i < 400; i++) {
        given += life_give(&life, 10);
        life_deliver(&life);
        (void)life_sample(&life, 3);
        tick(1100 * MS);
    }
    given += life_give(&life, 100000);
    assert_int_equal(given, life.store.durable_seq);
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    life_check(&life, &hold);
}

/* While nothing is delivered, time alone changes nothing: whoever asks again at a deadline that has passed
 * would never rest, and keep the uplink from delivering. */
static void test_a_full_journal_rests(void **state)
{
    (void)state;
    static const struct store_settings *const policies[] = {&hold, &drop_newest};
    for (unsigned i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        fill_up(policies[i]);
        tick(5000 * MS);
        assert_int_equal(store_deadline(&life.store), UINT64_MAX);
        while (life_give(&life, 10) != 0 && store_deadline(&life.store) == UINT64_MAX) {
            life_deliver(&life);
        }
        assert_true(store_deadline(&life.store) <= life.now + policies[i]->release_ns);
        life_check(&life, policies[i]);
    }
}

static void test_drop_oldest_names_what_it_gave_up(void **state)
{
    (void)state;
    fill_up(&drop_oldest);
    const struct ledger *ledger = &life.store.state.ledger;
    assert_int_equal(life.store.last_seq, 2700);
    assert_int_equal(ledger->count, 1);
    assert_int_equal(ledger->range[0].first, 1);
    assert_int_equal(ledger->range[0].cause, LOSS_OLDEST);
    assert_int_equal(ledger->total[LOSS_OLDEST], ledger->range[0].last);
    uint64_t lost = ledger->range[0].last;
    tick(1100 * MS);
    life.last_given = 0;
    uint64_t given = life_give(&life, 100000);
    assert_true(given > 150);
    assert_int_equal(given + lost, 2700);
    life_check(&life, &drop_oldest);
    assert_int_equal(life.store.state.ledger.range[0].last, lost);
}

static void test_what_was_delivered_is_not_given_up(void **state)
{
    (void)state;
    life_init(&life, &drop_oldest, 5, false, 1);
    for (int i = 0; i < 200; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
        if (i == 10) {
            assert_int_equal(life_give(&life, 20), 20);
            life_deliver(&life);
        }
    }
    assert_int_equal(life.store.state.ledger.count, 1);
    assert_int_equal(life.store.state.ledger.range[0].first, 21);
}

static void test_drop_newest_names_what_it_did_not_take(void **state)
{
    (void)state;
    fill_up(&drop_newest);
    const struct ledger *ledger = &life.store.state.ledger;
    assert_int_equal(life.store.last_seq, 2700);
    assert_int_equal(ledger->count, 1);
    assert_int_equal(ledger->range[0].cause, LOSS_NEWEST);
    assert_int_equal(ledger->range[0].last, 2700);
    uint64_t lost = ledger->total[LOSS_NEWEST];
    uint64_t given = life_give(&life, 100000);
    life_deliver(&life);
    tick(1100 * MS);
    given += life_give(&life, 100000);
    assert_int_equal(given + lost, 2700);
}

/* A full medium, and the power cut at each operation from the first on: what was left out before stays named,
 * and its numbers are not used again, whether the medium is still full then or not. */
static void test_what_was_left_out_is_named_after_a_power_cut(void **state)
{
    (void)state;
    uint64_t claimed = 0;
    for (uint64_t at = 1;; at++) {
        life_init(&life, &drop_newest, 4, at % 2 == 0, at);
        life.media.cut_at = life.media.operations + at;
        for (int i = 0; i < 700 && !life.media.off; i++) {
            (void)life_sample(&life, 3);
            tick(60 * MS);
        }
        if (!life.media.off) {
            life_check(&life, &drop_newest); /* cut while nothing is under way */
            break;
        }
        media_model_power(&life.media, (enum media_cut)(at % CUT_KINDS));
        life_check(&life, &drop_newest);
        claimed += life.store.state.claimed != 0;
        for (int i = 0; i < 20; i++) {
            (void)life_sample(&life, 3);
            tick(60 * MS);
        }
        life_deliver(&life);
        tick(drop_newest.release_ns);
        for (int i = 0; i < 20; i++) {
            (void)life_sample(&life, 3);
            tick(60 * MS);
        }
        life_check(&life, &drop_newest);
    }
    assert_true(claimed != 0);
}

/* Where there is no room for another claim, nothing is left out: the sensors wait, and no number is used. */
static void test_without_room_for_a_claim_the_sensors_wait(void **state)
{
    (void)state;
    fill_up(&drop_newest);
    assert_false(store_holds(&life.store));
    for (int start = 0; start < 30 && !store_holds(&life.store); start++) { /* each one claims anew */
        life_start(&life, &drop_newest);
        for (int i = 0; i < 40; i++) {
            (void)life_sample(&life, 3);
            tick(60 * MS);
        }
    }
    assert_true(store_holds(&life.store));
    uint64_t next = store_next_number(&life.store);
    assert_int_equal(life_sample(&life, 3), 0);
    (void)life_give(&life, 100000);
    life_deliver(&life);
    tick(drop_newest.release_ns);
    assert_false(store_holds(&life.store));
    assert_int_equal(store_next_number(&life.store), next);
    assert_int_equal(life_sample(&life, 3), 3);
    life_check(&life, &drop_newest);
}

static void test_thinning_saves_room_and_is_counted(void **state)
{
    (void)state;
    life_init(&life, &thin, 6, false, 1);
    for (int i = 0; i < 170; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
    }
    const struct ledger *ledger = &life.store.state.ledger;
    assert_int_equal(life.store.last_seq, 510);
    assert_true(ledger->total[LOSS_THINNED] > 300);
    assert_int_equal(ledger->total[LOSS_THINNED] % 3, 0);
    assert_int_equal(ledger_sum(ledger), ledger->total[LOSS_THINNED]);
    assert_int_equal(ledger->count, 1);
    uint64_t lost = ledger_sum(ledger);
    tick(100 * MS);
    assert_int_equal(life_give(&life, 100000) + lost, 510);
    life_check(&life, &thin);
}

/* What was left out is not looked for on the medium. */
static void test_thinned_samples_are_not_damage(void **state)
{
    (void)state;
    life_init(&life, &thin, 6, false, 1);
    for (int i = 0; i < 600; i++) {
        (void)life_sample(&life, 3);
        tick(60 * MS);
        if (i > 150) {
            (void)life_give(&life, 4);
            life_deliver(&life);
        }
    }
    tick(2000 * MS);
    (void)life_give(&life, 100000);
    life_deliver(&life);
    tick(2000 * MS);
    assert_true(life.store.state.ledger.total[LOSS_THINNED] > 100);
    assert_int_equal(ledger_sum(&life.store.state.ledger), life.store.state.ledger.total[LOSS_THINNED]);
    assert_int_equal(life.store.state.released, 1800);
}

/* New readings that never stop do not keep old ones from coming out. */
static void test_writing_does_not_starve_reading(void **state)
{
    (void)state;
    struct store_action a;
    struct reading r;
    struct record_clock clock;
    unsigned given = 0;
    life_init(&life, &hold, 100, false, 1);
    for (int i = 0; i < 20; i++) {
        (void)life_sample(&life, 9);
        life_run(&life);
    }
    life_start(&life, &hold);
    for (int i = 0; i < 400; i++) {
        (void)life_sample(&life, 9);
        if (store_next(&life.store, &a, life.now)) {
            life_do(&life, &a);
        }
        while (store_give(&life.store, &r, &clock)) {
            given++;
        }
    }
    assert_true(given >= 180);
}

static void test_numbers_that_never_came_are_the_sensors_loss(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    struct reading r = {.seq = 4};
    store_take(&life.store, &r, 0);
    r.seq = 4;
    store_take(&life.store, &r, 0);
    r.seq = 2;
    store_take(&life.store, &r, 0);
    r.seq = UINT64_MAX;
    store_take(&life.store, &r, 0);
    assert_int_equal(life.store.counters.bad, 3);
    assert_int_equal(life.store.state.ledger.total[LOSS_SENSORS], 3);
    tick(hold.commit_ns);
    struct record_clock clock;
    assert_true(store_give(&life.store, &r, &clock));
    assert_int_equal(r.seq, 4);
    life_start(&life, &hold);
    assert_int_equal(life.store.state.ledger.total[LOSS_SENSORS], 3);
}

/* A frame that cannot be read again is named in the ledger; the rest comes out. */
static void test_damage_is_the_mediums_loss(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 20; i++) {
        (void)life_sample(&life, 9);
        life_run(&life);
    }
    assert_int_equal(life.store.counters.frames, 20);
    memset(life.media.medium + 512 * 6, 0x11, 512);
    media_model_power(&life.media, CUT_NOTHING);
    life_start(&life, &hold);
    assert_int_equal(life_give(&life, 1000), 180 - 9);
    assert_int_equal(life.store.state.ledger.total[LOSS_MEDIUM], 9);
    assert_int_equal(life.store.state.ledger.range[0].first, 46);
}

/* What was sealed for other numbers, by another key, or not at all, is not taken. */
static void test_a_forged_frame_is_refused(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (int i = 0; i < 6; i++) {
        (void)life_sample(&life, 9);
        life_run(&life);
    }
    life.key = 0x33;
    (void)life_sample(&life, 9);
    life_run(&life);
    life.key = 0x5a;
    life_start(&life, &hold);
    assert_int_equal(life.store.condition, STORE_READY);
    assert_int_equal(life.store.counters.forged, 1);
    assert_int_equal(life_give(&life, 1000), 54);
    assert_int_equal(life.store.state.ledger.total[LOSS_MEDIUM], 9);
}

static void test_a_foreign_journal_is_left_alone(void **state)
{
    (void)state;
    static uint8_t before[MEDIA_MODEL_MAX];
    life_init(&life, &hold, 6, false, 1);
    (void)life_sample(&life, 9);
    life_run(&life);
    memcpy(before, life.media.medium, sizeof before);
    life.key = 0x33;
    life_start(&life, &hold);
    assert_int_equal(life.store.condition, STORE_FOREIGN);
    (void)life_sample(&life, 9);
    life.last_given = 0;
    assert_int_equal(life_give(&life, 100), 9);
    assert_memory_equal(before, life.media.view, sizeof before);
    assert_int_equal(life.store.counters.not_durable, 9);
}

static void test_without_a_medium_readings_pass_through(void **state)
{
    (void)state;
    struct reading r;
    struct record_clock clock;
    life_init(&life, &hold, 6, false, 1);
    (void)life_sample(&life, 9);
    life_run(&life);
    life.media.off = true;
    (void)life_sample(&life, 9);
    life_run(&life);
    assert_int_equal(life.store.condition, STORE_NO_MEDIUM);
    assert_int_equal(life_give(&life, 100), 18);
    assert_int_equal(life.store.counters.not_durable, 9);
    assert_false(store_give(&life.store, &r, &clock));
    for (int i = 0; i < 100; i++) {
        (void)life_sample(&life, 3);
    }
    assert_false(store_wants_reading(&life.store));
    assert_int_equal(life_give(&life, 1000), RECORD_READINGS);
    assert_true(store_wants_reading(&life.store));
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
}

static void test_sealing_may_have_to_wait(void **state)
{
    (void)state;
    struct store_action a;
    life_init(&life, &hold, 6, false, 1);
    (void)life_sample(&life, 9);
    assert_true(store_next(&life.store, &a, life.now));
    assert_int_equal(a.kind, STORE_SEAL);
    assert_false(store_next(&life.store, &a, life.now));
    store_sealed(&life.store, NULL, 0);
    (void)life_sample(&life, 3);
    life_run(&life);
    assert_int_equal(life.store.counters.accepted, 9);
    assert_int_equal(life_give(&life, 100), 9);
}

static void test_clocks_are_kept_for_each_start(void **state)
{
    (void)state;
    life_init(&life, &hold, 6, false, 1);
    for (uint64_t boot = 1; boot <= RECORD_BOOTS + 3; boot++) {
        assert_int_equal(life.store.state.boot, boot);
        store_clock(&life.store, (int64_t)boot * 1000, 1, 5);
        store_clock(&life.store, (int64_t)boot * 2000, 1, 5);
        (void)life_sample(&life, 9);
        life_run(&life);
        life_start(&life, &hold);
    }
    assert_int_equal(life.store.state.clocks, RECORD_BOOTS);
    assert_int_equal(life.store.state.clock[0].boot, 4);
    assert_int_equal(life.store.state.clock[0].offset_ns, 8000);
}

/* Whoever delivers asks anew while the store is in the middle of something. */
static void rewind_in_between(void)
{
    struct store_action a;
    for (uint64_t i = media_model_random(&life.media, 4); i != 0 && store_next(&life.store, &a, life.now);
         i--) {
        life_do(&life, &a);
    }
    bool more = store_next(&life.store, &a, life.now);
    store_rewind(&life.store);
    life.last_given = life.store.state.released;
    if (more) {
        life_do(&life, &a);
    }
}

/* One step of a random life. */
static void act(void)
{
    switch (media_model_random(&life.media, 9)) {
    case 0:
    case 1:
    case 2:
    case 3:
        (void)life_sample(&life, 3);
        tick(media_model_random(&life.media, 80) * MS);
        break;
    case 4:
    case 5:
        (void)life_give(&life, (unsigned)media_model_random(&life.media, 12));
        break;
    case 6:
        life_deliver(&life);
        break;
    case 7:
        rewind_in_between();
        break;
    default:
        tick(media_model_random(&life.media, 1500) * MS);
        break;
    }
}

static void test_power_cuts(void **state)
{
    (void)state;
    const struct store_settings *all[] = {&hold, &drop_oldest, &drop_newest};
    for (uint64_t seed = 1; seed <= 150; seed++) {
        const struct store_settings *settings = all[seed % 3];
        life_init(&life, settings, 4 + (uint32_t)(seed % 3), seed % 2 == 0, seed);
        for (int boot = 0; boot < 8; boot++) {
            life.media.cut_at = life.media.operations + 1 + media_model_random(&life.media, 90);
            for (int i = 0; i < 250 && !life.media.off; i++) {
                act();
            }
            media_model_power(&life.media, (enum media_cut)media_model_random(&life.media, CUT_KINDS));
            life_check(&life, settings);
            if (settings->policy == STORE_HOLD) {
                assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
            }
            assert_true(life.store.state.released <= life.last_given);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_comes_out_before_it_is_durable),
        cmocka_unit_test(test_a_group_is_written_when_it_is_large_enough),
        cmocka_unit_test(test_everything_comes_out_after_a_start),
        cmocka_unit_test(test_delivered_readings_stay_away_after_a_start),
        cmocka_unit_test(test_rewind_gives_again_what_was_not_delivered),
        cmocka_unit_test(test_hold_makes_the_sensors_wait_and_loses_nothing),
        cmocka_unit_test(test_a_full_journal_rests),
        cmocka_unit_test(test_drop_oldest_names_what_it_gave_up),
        cmocka_unit_test(test_what_was_delivered_is_not_given_up),
        cmocka_unit_test(test_drop_newest_names_what_it_did_not_take),
        cmocka_unit_test(test_what_was_left_out_is_named_after_a_power_cut),
        cmocka_unit_test(test_without_room_for_a_claim_the_sensors_wait),
        cmocka_unit_test(test_thinning_saves_room_and_is_counted),
        cmocka_unit_test(test_thinned_samples_are_not_damage),
        cmocka_unit_test(test_writing_does_not_starve_reading),
        cmocka_unit_test(test_numbers_that_never_came_are_the_sensors_loss),
        cmocka_unit_test(test_damage_is_the_mediums_loss),
        cmocka_unit_test(test_a_forged_frame_is_refused),
        cmocka_unit_test(test_a_foreign_journal_is_left_alone),
        cmocka_unit_test(test_without_a_medium_readings_pass_through),
        cmocka_unit_test(test_sealing_may_have_to_wait),
        cmocka_unit_test(test_clocks_are_kept_for_each_start),
        cmocka_unit_test(test_power_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
