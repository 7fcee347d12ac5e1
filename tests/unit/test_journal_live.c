/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal's readings ahead of their turn: when they are given, what they say, and that they release
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "journal/store_fixture.h"
#include "outlet.h"
#include <postern/protocol/timer.h>

#define MS        UINT64_C(1000000)
#define SLOTS     8
#define SLOT_SIZE 280

struct pipe {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
    struct ring in, out;
};

static struct pipe to, from; /* to the uplink, from it */
static struct life life;
static struct outlet outlet;

static const struct store_settings settings = {
    .policy = STORE_HOLD, .commit_readings = 3, .commit_ns = 50 * MS, .release_ns = 1000 * MS};

static void start_pipe(struct pipe *p)
{
    memset(p, 0, sizeof *p);
    ring_producer_start(&p->in, (uint64_t)&p->prod, (uint64_t)&p->cons, SLOTS, SLOT_SIZE);
    ring_consumer_start(&p->out, (uint64_t)&p->cons, (uint64_t)&p->prod, SLOTS, SLOT_SIZE);
}

/* Frames are read again between the polls. */
static void poll(void)
{
    for (unsigned i = 0; i < 2 * SLOTS; i++) {
        (void)outlet_poll(&outlet, life.now);
        life_run(&life);
    }
}

static void says(enum delivery_kind kind, const void *data, uint32_t length)
{
    assert_int_equal(ring_push(&from.in, kind, data, length), RING_OK);
    poll();
}

static void more(uint32_t count)
{
    const struct delivery_more m = {.count = count};
    says(DELIVERY_MORE, &m, sizeof m);
}

static void resume_with(uint32_t count)
{
    const struct delivery_more m = {.count = count};
    says(DELIVERY_RESUME, &m, sizeof m);
}

static void sample(void)
{
    assert_int_equal(life_sample(&life, 3), 3);
    life.now += 60 * MS;
    life_run(&life);
}

/* The next message is this reading. */
static void expect(enum stored_kind kind, uint64_t seq, unsigned follows)
{
    uint8_t message[SLOT_SIZE];
    uint32_t got, length;
    struct stored_reading r;
    enum ring_status status = ring_pop(&to.out, &got, message, sizeof message, &length);
    if (status == RING_RESTARTED) {
        status = ring_pop(&to.out, &got, message, sizeof message, &length);
    }
    assert_int_equal(status, RING_OK);
    assert_int_equal(got, kind);
    if (kind == STORED_START || kind == STORED_ALL) {
        return;
    }
    assert_int_equal(length, sizeof r);
    memcpy(&r, message, sizeof r);
    assert_int_equal(r.reading.seq, seq);
    assert_int_equal(r.reading.value, life.value[seq]);
    assert_int_equal(r.follows, follows);
    assert_int_equal(r.durable, 1);
}

static void expect_in_turn(uint64_t first, uint64_t last)
{
    for (uint64_t seq = first; seq <= last; seq++) {
        expect(STORED_READING, seq, 0);
    }
}

/* The three readings of a sample, ahead of their turn. */
static void expect_ahead(uint64_t first, unsigned follows)
{
    for (unsigned i = 0; i < 3; i++) {
        expect(STORED_LIVE, first + i, i != 0 || follows);
    }
}

static void expect_nothing(void)
{
    uint8_t message[SLOT_SIZE];
    uint32_t kind, length;
    poll();
    assert_int_equal(ring_pop(&to.out, &kind, message, sizeof message, &length), RING_EMPTY);
}

/* Readings 1 to 12 wait. */
static void begin(void)
{
    life_init(&life, &settings, 16, false, 1);
    store_clock(&life.store, 1000, CLOCK_RTC, life.now);
    start_pipe(&to);
    start_pipe(&from);
    outlet_init(&outlet, &to.in, &from.out, &life.store);
    for (unsigned i = 0; i < 4; i++) {
        sample();
    }
}

/* The uplink has room for so many of them, and gets them. */
static void begin_with(uint32_t count)
{
    begin();
    resume_with(count);
    expect(STORED_START, 0, 0);
    expect_in_turn(1, count);
}

static void test_ahead_of_what_waits(void **state)
{
    (void)state;
    begin_with(2);
    expect_nothing();
    sample();
    poll();
    expect_ahead(13, 0);
    sample();
    more(3);
    expect_ahead(16, 1);
    expect_in_turn(3, 5);
    expect_nothing();
}

/* Copies that were missed are not given later; the next one says that it does not follow. */
static void test_missed(void **state)
{
    (void)state;
    begin_with(1);
    sample();
    poll();
    expect_ahead(13, 0);
    sample();
    sample();
    poll();
    expect_ahead(19, 0);
    expect_nothing();
}

static void test_they_release_nothing(void **state)
{
    (void)state;
    begin_with(2);
    sample();
    poll();
    const struct delivery_upto upto = {15};
    says(DELIVERY_UPTO, &upto, sizeof upto);
    assert_int_equal(life.store.state.released, 2);
}

/* Once everything was given in turn, that is the only way, and each comes once more in its turn. */
static void test_in_turn_again(void **state)
{
    (void)state;
    begin();
    resume_with(8);
    expect(STORED_START, 0, 0);
    poll();
    expect_in_turn(1, 8);
    sample();
    poll();
    expect_ahead(13, 0);
    more(8);
    expect_in_turn(9, 15);
    expect(STORED_ALL, 0, 0);
    sample();
    more(8);
    expect_in_turn(16, 18);
    expect_nothing();
}

/* No more than it may say, in words that are known; and nothing ahead for whoever does not ask. */
static void test_what_the_uplink_may_say(void **state)
{
    (void)state;
    static const struct delivery_more m[2] = {{.count = 1}};
    begin();
    says(DELIVERY_RESUME, m, sizeof m[0] - 1);
    says(DELIVERY_MORE, m, sizeof m[0]);
    assert_int_equal(outlet.bad, 2);
    resume_with(UINT32_MAX);
    more(UINT32_MAX);
    assert_true(outlet.more <= STORED_MORE_MAX);
    says(DELIVERY_MORE, m, sizeof m);
    assert_int_equal(outlet.bad, 3);
    begin();
    says(DELIVERY_RESUME, NULL, 0);
    expect(STORED_START, 0, 0);
    poll();
    sample();
    poll();
    expect_in_turn(1, 8);
    poll();
    expect_in_turn(9, 15);
    expect(STORED_ALL, 0, 0);
    expect_nothing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ahead_of_what_waits),     cmocka_unit_test(test_missed),
        cmocka_unit_test(test_they_release_nothing),    cmocka_unit_test(test_in_turn_again),
        cmocka_unit_test(test_what_the_uplink_may_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
