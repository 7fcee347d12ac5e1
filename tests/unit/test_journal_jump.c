/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An older content of the medium is put back, and the broker remembers later numbers: no number stands for
 * two readings, each number that never comes is in the ledger, and what was accepted is delivered; also when
 * the power is cut at any operation meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/store_fixture.h"

#define MS     UINT64_C(1000000)
#define TAKEN  4096u
#define SAMPLE 3u

static const struct store_settings settings = {
    .policy = STORE_DROP_OLDEST, .commit_readings = 6, .commit_ns = 50 * MS, .release_ns = 200 * MS};

static struct life life;
static uint8_t image[MEDIA_MODEL_MAX];

/* What the sensors made, by value; its number on the medium, and whether that is durable. */
static struct {
    uint64_t kept;
    bool durable;
} taken[TAKEN];
static unsigned values;

/* What the host has got: by value, its number. 0: nothing. */
static uint64_t host[TAKEN];
static uint64_t host_last;

/* The sensors' count, and the jumps that it has made. */
static uint64_t count, count_shift;

static void note_durable(void)
{
    for (unsigned v = 0; v < values; v++) {
        taken[v].durable =
            taken[v].durable || (taken[v].kept != 0 && taken[v].kept <= life.store.durable_seq);
    }
}

static void tick(uint64_t ns)
{
    life.now += ns;
    life_run(&life);
    if (life.store.condition == STORE_READY) {
        note_durable();
    }
}

static void sample(void)
{
    for (unsigned i = 0; i < SAMPLE; i++) {
        const struct reading r = {
            .seq = ++count, .mono_ns = life.now, .value = values, .sample_size = SAMPLE, .sample_index = i};
        assert_true(store_wants_reading(&life.store) && values < TAKEN);
        store_take(&life.store, &r, life.now);
        taken[values].kept = life.store.last_seq;
        taken[values++].durable = false;
    }
    tick(60 * MS);
}

static unsigned of_number(uint64_t number)
{
    unsigned v = 0;
    while (v < values && host[v] != number) {
        v++;
    }
    return v;
}

static void deliver(unsigned most)
{
    struct reading r;
    struct record_clock clock;
    uint64_t last = 0;
    for (unsigned n = 0; n < most; n++) {
        tick(0);
        if (life.media.off || !store_give(&life.store, &r, &clock)) {
            break; /* with the power gone nobody gets anything */
        }
        unsigned before = of_number(r.seq);
        assert_true(before == values || before == (unsigned)r.value); /* one number, one reading */
        assert_true(r.seq > last);
        host[r.value] = r.seq;
        last = r.seq;
        host_last = last > host_last ? last : host_last;
    }
    if (last != 0) {
        store_delivered(&life.store, last, life.now);
    }
    tick(settings.release_ns);
}

/* Whoever counts jumps along, once it is known and durable. */
static void sensors_look(void)
{
    if (!store_settling(&life.store) && life.store.state.shift > count_shift) {
        count += life.store.state.shift - count_shift;
        count_shift = life.store.state.shift;
    }
}

static void power_on(void)
{
    media_model_power(&life.media, CUT_TORN);
    life_start(&life, &settings);
    assert_int_equal(life.store.condition, STORE_READY);
    for (unsigned v = 0; v < values; v++) {
        if (!taken[v].durable) {
            taken[v].kept = 0;
        }
    }
    count = store_next_number(&life.store) - 1;
    count_shift = life.store.state.shift;
}

static void put_back(void)
{
    life_start(&life, &settings); /* what the image holds is what is durable there */
    memcpy(life.media.medium, image, sizeof image);
    media_model_power(&life.media, CUT_NOTHING);
    life_start(&life, &settings);
    for (unsigned v = 0; v < values; v++) {
        taken[v].durable = taken[v].durable && taken[v].kept <= life.store.durable_seq;
    }
    power_on();
}

/* Each number up to the last one came or is in the ledger; what is durable came. */
static void check_complete(void)
{
    struct ledger *l = &life.store.state.ledger;
    deliver(TAKEN);
    deliver(TAKEN);
    for (unsigned v = 0; v < values; v++) {
        assert_true(!taken[v].durable || host[v] != 0 || ledger_has(l, taken[v].kept));
    }
    for (uint64_t n = 1; n <= life.store.last_seq; n++) {
        if (ledger_has(l, n)) {
            continue;
        }
        assert_true(of_number(n) != values);
    }
}

/* What is known of the broker comes at the connection, and what was given before does not count. */
static void connect(void)
{
    store_known(&life.store, host_last, life.now);
    store_rewind(&life.store);
}

/* A gateway that has an image taken, runs on, delivers, and gets the image back. */
static void begin(void)
{
    memset(taken, 0, sizeof taken);
    memset(host, 0, sizeof host);
    values = 0;
    host_last = count = count_shift = 0;
    life_init(&life, &settings, 8, false, 1);
    connect();
    for (unsigned i = 0; i < 8; i++) {
        sample();
    }
    deliver(15);
    media_model_power(&life.media, CUT_EVERYTHING);
    memcpy(image, life.media.medium, sizeof image);
    power_on();
    for (unsigned i = 0; i < 10; i++) {
        sample();
    }
    deliver(TAKEN);
    assert_int_equal(host_last, 54);
    put_back();
    assert_int_equal(count, 24);
}

/* What happens then; false: the power went. */
static bool run_on(void)
{
    for (unsigned i = 0; i < 5 && !life.media.off; i++) {
        sample(); /* before there is a connection */
    }
    if (life.media.off) {
        return false;
    }
    connect();
    for (unsigned i = 0; i < 3 && !life.media.off; i++) {
        sample(); /* still counted as before */
    }
    sensors_look();
    for (unsigned i = 0; i < 4 && !life.media.off; i++) {
        sample();
        deliver(4);
    }
    return !life.media.off;
}

static void test_no_number_is_used_twice(void **state)
{
    (void)state;
    begin();
    assert_true(run_on());
    check_complete();
    const struct ledger *l = &life.store.state.ledger;
    assert_true(ledger_has(l, 25) && ledger_has(l, host_last - values));
    assert_int_equal(l->total[LOSS_JUMP], ledger_sum(l));
    assert_int_equal(life.store.state.jump.by, 0); /* all of it is delivered */
    assert_int_equal(count, life.store.last_seq);
    power_on();
    assert_int_equal(store_next_number(&life.store), count + 1);
    sample();
    check_complete();
}

/* The same with the power cut at each operation, and once more soon after. */
static void test_power_cuts(void **state)
{
    (void)state;
    for (uint64_t at = 1;; at++) {
        for (uint64_t again = 0; again <= 6; again += 2) {
            begin();
            life.media.cut_at = life.media.operations + at;
            if (run_on()) {
                return;
            }
            power_on();
            life.media.cut_at = again != 0 ? life.media.operations + again : 0;
            if (!run_on()) {
                power_on();
                life.media.cut_at = 0;
                assert_true(run_on());
            }
            check_complete();
        }
    }
}

/* Losses of the numbers that change are called by the new ones; older ones stay. */
static void test_losses_move_along(void **state)
{
    (void)state;
    begin();
    count += 2; /* the sensors lose two, */
    sample();
    connect();
    const struct ledger *l = &life.store.state.ledger;
    assert_int_equal(l->total[LOSS_SENSORS], 2);
    assert_false(ledger_has(l, host_last + 1) && l->range[0].cause == LOSS_SENSORS);
    uint64_t by = life.store.take_by;
    assert_true(by > 1u << 16);
    assert_int_equal(l->count, 2);
    assert_true(l->range[0].cause == LOSS_JUMP && l->range[0].first == 25 && l->range[0].last == 24 + by);
    assert_true(l->range[1].cause == LOSS_SENSORS && l->range[1].first == 25 + by &&
                l->range[1].last == 26 + by);
    sample();
    check_complete();
}

static void test_refused_and_given_up_ones_have_their_new_numbers(void **state)
{
    (void)state;
    struct reading r;
    struct record_clock clock;
    begin();
    sample();
    deliver(9); /* up to the old image's last */
    sample();
    connect();
    tick(0);
    deliver(3);
    uint64_t by = life.store.take_by, first = life.store.state.released + 1;
    assert_true(store_give(&life.store, &r, &clock));
    assert_int_equal(r.seq, first + by);
    store_refused(&life.store, r.seq, r.seq, 0x99, life.now);
    assert_int_equal(life.store.state.ledger.total[LOSS_REFUSED], 1);
    assert_true(ledger_has(&life.store.state.ledger, r.seq));
    assert_int_equal(life.store.state.released, first);
    while (life.store.state.ledger.total[LOSS_OLDEST] == 0) {
        sample();
    }
    assert_true(ledger_has(&life.store.state.ledger, r.seq + 1));
    check_complete();
}

/* What a broker says that is not so: less than is known, absurd, or twice. */
static void test_nonsense(void **state)
{
    (void)state;
    begin();
    store_known(&life.store, 0, life.now);
    store_known(&life.store, life.store.last_seq, life.now);
    store_known(&life.store, UINT64_MAX, life.now);
    store_known(&life.store, UINT64_C(1) << 61, life.now);
    store_known(&life.store, life.store.last_seq + (UINT64_C(1) << 40) + 1, life.now);
    assert_int_equal(life.store.state.shift, 0);
    assert_int_equal(ledger_sum(&life.store.state.ledger), 0);
    connect();
    uint64_t next = store_next_number(&life.store);
    assert_true(next > host_last);
    store_known(&life.store, next + 5, life.now);
    assert_int_equal(store_next_number(&life.store), next);
}

/* Nothing is given out, and nobody told, before the jump is durable. */
static void test_the_jump_is_durable_before_it_is_used(void **state)
{
    (void)state;
    struct reading r;
    struct record_clock clock;
    begin();
    sample();
    connect();
    assert_true(store_settling(&life.store));
    assert_false(store_give(&life.store, &r, &clock));
    tick(0);
    assert_false(store_settling(&life.store));
    assert_true(store_give(&life.store, &r, &clock));
}

/* Without a medium numbers begin anew with each start: there, too, they go on above. */
/* Who tells the broker of what follows waits until a journal that starts anew would know of the agreement. */
static void test_an_agreement_is_one_when_it_is_durable(void **state)
{
    (void)state;
    begin();
    uint64_t unsure = store_unsure(&life.store);
    assert_int_not_equal(unsure, 0);
    store_known(&life.store, 0, life.now);
    assert_int_equal(store_unsure(&life.store), unsure);
    tick(settings.release_ns);
    assert_int_equal(store_unsure(&life.store), 0);
    sample();
    tick(settings.commit_ns);
    power_on();
    assert_int_equal(store_unsure(&life.store), life.store.durable_seq + 1);
}

static void test_without_a_medium(void **state)
{
    (void)state;
    struct reading r;
    struct record_clock clock;
    begin();
    store_init(&life.store, &settings);
    store_no_medium(&life.store);
    count = 0;
    sample();
    assert_true(store_give(&life.store, &r, &clock));
    connect();
    assert_false(store_settling(&life.store));
    assert_true(store_give(&life.store, &r, &clock));
    assert_true(r.seq > host_last && r.value == values - SAMPLE);
    sample();
    deliver(TAKEN);
    deliver(TAKEN);
    assert_true(of_number(store_next_number(&life.store) - 1) == values - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_number_is_used_twice),
        cmocka_unit_test(test_power_cuts),
        cmocka_unit_test(test_losses_move_along),
        cmocka_unit_test(test_refused_and_given_up_ones_have_their_new_numbers),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_the_jump_is_durable_before_it_is_used),
        cmocka_unit_test(test_an_agreement_is_one_when_it_is_durable),
        cmocka_unit_test(test_without_a_medium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
