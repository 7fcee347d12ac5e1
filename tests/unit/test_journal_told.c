/* SPDX-License-Identifier: BSD-2-Clause */
/* What the journal is told by its configuration and by the uplink's refusals, and what it tells of dead
 * letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/store_fixture.h"
#include "journal_conf.h"
#include "outlet.h"
#include "page.h"

#define MS        UINT64_C(1000000)
#define SLOTS     8
#define SLOT_SIZE 320

static struct life life;
static struct outlet outlet;

/* The rings to and from the uplink, with both ends. */
static struct pipe {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
    struct ring in, out;
} to, from;

static const struct store_settings settings = {.policy = STORE_HOLD,
                                               .commit_readings = 3,
                                               .commit_ns = 50 * MS,
                                               .release_ns = 100 * MS,
                                               .dead_readings = 5};

static void start_pipe(struct pipe *p)
{
    memset(p, 0, sizeof *p);
    ring_producer_start(&p->in, (uint64_t)&p->prod, (uint64_t)&p->cons, SLOTS, SLOT_SIZE);
    ring_consumer_start(&p->out, (uint64_t)&p->cons, (uint64_t)&p->prod, SLOTS, SLOT_SIZE);
}

static void say(enum delivery_kind kind, const void *data, uint32_t length)
{
    assert_int_equal(ring_push(&from.in, kind, data, length), RING_OK);
}

/* Six readings are durable and have been given to the uplink. */
static int begin(void **state)
{
    struct stored_reading r;
    uint32_t kind, length;
    (void)state;
    life_init(&life, &settings, 6, false, 1);
    store_clock(&life.store, 1000, 1, 0);
    for (int i = 0; i < 2; i++) {
        (void)life_sample(&life, 3);
        life.now += 60 * MS;
        life_run(&life);
    }
    start_pipe(&to);
    start_pipe(&from);
    outlet_init(&outlet, &to.in, &from.out, &life.store);
    say(DELIVERY_RESUME, NULL, 0);
    for (int i = 0; i < 6; i++) {
        (void)outlet_poll(&outlet, life.now);
        life_run(&life);
        while (ring_pop(&to.out, &kind, &r, sizeof r, &length) != RING_EMPTY) {
        }
    }
    assert_int_equal(life.store.given_reading, 6);
    return 0;
}

/* What is said after a refusal counts when the refused readings have been read again. */
static void test_what_is_said_after_a_refusal_waits(void **state)
{
    (void)state;
    const struct delivery_refused refused = {1, 3, 0x87, 0};
    const struct delivery_upto upto = {6};
    say(DELIVERY_REFUSED, &refused, sizeof refused);
    say(DELIVERY_UPTO, &upto, sizeof upto);
    (void)outlet_poll(&outlet, life.now);
    assert_true(store_refusing(&life.store) && outlet.held);
    assert_int_equal(life.store.state.released, 0);
    (void)outlet_poll(&outlet, life.now);
    assert_int_equal(life.store.state.released, 0);
    life_run(&life);
    assert_false(store_refusing(&life.store));
    assert_int_equal(life.store.state.released, 3);
    (void)outlet_poll(&outlet, life.now);
    assert_false(outlet.held);
    assert_int_equal(life.store.state.released, 6);
    assert_int_equal(life.store.state.dead.count, 3);
    assert_int_equal(life.store.letter[2].reason, 0x87);
    assert_int_equal(life.store.state.ledger.total[LOSS_REFUSED], 3);
}

static void test_letters_on_the_page(void **state)
{
    (void)state;
    static union {
        struct journal_page page;
        uint64_t words[512];
    } at;
    const struct page_facts facts = {.errors = 0};
    store_refused(&life.store, 1, 6, 0x99, life.now);
    life_run(&life);
    page_write((uint64_t)&at, &life.store, &facts);
    page_letters((uint64_t)&at, &life.store);
    assert_true(at.page.state.letters == 5 && at.page.state.fallen == 1);
    assert_true(at.page.letters.count == 5 && at.page.letters.version % 2 == 0);
    assert_memory_equal(at.page.letters.letter, life.store.letter, 5 * sizeof life.store.letter[0]);
    assert_int_equal(at.page.letters.letter[4].seq, 6);
    const uint32_t version = at.page.letters.version;
    store_clear_letters(&life.store, life.now);
    page_write((uint64_t)&at, &life.store, &facts);
    page_letters((uint64_t)&at, &life.store);
    assert_true(at.page.state.letters == 0 && at.page.state.fallen == 1);
    assert_true(at.page.letters.count == 0 && at.page.letters.version == version + 2);
}

static bool read_conf(struct journal_conf *conf, const char *text, char *error)
{
    return journal_conf_read(conf, text, strlen(text), error);
}

static void test_configuration(void **state)
{
    (void)state;
    struct journal_conf conf;
    char error[JOURNAL_ERROR_SIZE];
    assert_true(read_conf(&conf, "", error));
    assert_int_equal(conf.settings.policy, STORE_DROP_OLDEST);
    assert_int_equal(conf.settings.commit_readings, 3);
    assert_int_equal(conf.settings.dead_readings, RECORD_LETTERS);
    assert_true(
        read_conf(&conf, "policy = hold\ncommit_ms = 7\nsegment_kib = 64\nthin_percent = 50\n", error));
    assert_int_equal(conf.settings.policy, STORE_HOLD);
    assert_int_equal(conf.settings.commit_ns, 7000000);
    assert_int_equal(conf.segment_size, 65536);
    assert_int_equal(conf.settings.thin_keep, 10);
    assert_false(read_conf(&conf, "\npolicy = keep\n", error));
    assert_string_equal(error, "journal.conf line 2: policy: not drop-oldest, drop-newest or hold");
    assert_true(read_conf(&conf, "dead_readings = 0\n", error));
    assert_int_equal(conf.settings.dead_readings, 0);
    assert_false(read_conf(&conf, "dead_readings = 65\n", error));
    assert_non_null(strstr(error, "line 1: dead_readings"));
    assert_false(read_conf(&conf, "commit_readings = 97\n", error));
    assert_non_null(strstr(error, "line 1: commit_readings"));
    assert_int_equal(conf.settings.commit_readings, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_is_said_after_a_refusal_waits, begin),
        cmocka_unit_test_setup(test_letters_on_the_page, begin),
        cmocka_unit_test(test_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
