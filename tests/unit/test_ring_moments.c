/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A peer that changes any of its words to any value at any moment: before each single access of each
 * operation to shared memory, and at two of them at once. The operation ends, keeps to its memory, hands out
 * nothing that was not there, and its honest successor is understood, even if it starts in the middle of the
 * operation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <postern/ring.h>
#include "ring_memory.h"

#define SLOTS     4u
#define SLOT_SIZE 24u
#define PAYLOAD   (SLOT_SIZE - RING_SLOT_HEADER)
#define MARK      0x5a
#define ACCESSES  64u /* no operation makes so many */
#define NEVER     ACCESSES

enum word { INDEX, EPOCH, ADOPTED, LAST_EPOCH, WANT, LENGTH, KIND, CONTENT, WORDS };
enum { VALUES = 10 };
enum operation {
    POP,
    HAS_MORE,
    MUST_NOTIFY,
    START_CONSUMER,
    CONSUMER_OPERATIONS,
    PUSH = CONSUMER_OPERATIONS,
    SPACE,
    HAS_SPACE,
    START_PRODUCER,
    OPERATIONS
};

/* A change that the peer makes. */
struct strike {
    unsigned at; /* access of the operation before which it comes */
    enum word word;
    unsigned value;
};

struct producer_half {
    struct ring_header header;
    uint8_t slots[SLOTS * SLOT_SIZE];
};

/* Apart, so that nobody strays from one into the other unnoticed. */
static struct producer_half *producer_half;
static struct ring_header *consumer_half;
static struct ring producer, consumer;
static bool producer_strikes;
static struct strike strikes[2];
static unsigned access_count;
static bool armed;
static uint64_t counted; /* nonsense that was seen, in all */
/* Access of the operation before which the successor starts. */
static unsigned successor_at = NEVER;
static bool fills;    /* and fills the ring at once, being a producer */
static uint8_t taken; /* what the operation popped */

static uint64_t value_of(unsigned number, uint64_t now)
{
    const uint64_t value[VALUES] = {
        now + 1,     now - 1, now + SLOTS + 1, now - SLOTS,       0,
        PAYLOAD + 1, PAYLOAD, UINT32_MAX,      UINT64_C(1) << 63, UINT64_MAX - SLOTS + 1};

    return value[number];
}

static void change32(uint8_t *at, unsigned number)
{
    uint32_t now;

    memcpy(&now, at, sizeof now);
    now = (uint32_t)value_of(number, now);
    memcpy(at, &now, sizeof now);
}

static void change(const struct strike *strike)
{
    struct ring_header *half = producer_strikes ? &producer_half->header : consumer_half;
    uint8_t *slot = producer_half->slots + consumer.index % SLOTS * SLOT_SIZE;

    switch (strike->word) {
    case INDEX:
        half->index = value_of(strike->value, half->index);
        break;
    case EPOCH:
        half->epoch = (uint32_t)value_of(strike->value, half->epoch);
        break;
    case ADOPTED:
        half->adopted = (uint32_t)value_of(strike->value, half->adopted);
        break;
    case WANT:
        half->want = (uint32_t)value_of(strike->value, half->want);
        break;
    case LAST_EPOCH:
        half->last_epoch = (uint32_t)value_of(strike->value, half->last_epoch);
        break;
    case LENGTH:
        change32(slot, strike->value);
        break;
    case KIND:
        change32(slot + 4, strike->value);
        break;
    default:
        memset(slot + RING_SLOT_HEADER, MARK, PAYLOAD);
        break;
    }
}

static void start_producer(void)
{
    ring_producer_start(&producer, (uint64_t)producer_half, (uint64_t)consumer_half, SLOTS, SLOT_SIZE);
}

static void start_consumer(void)
{
    ring_consumer_start(&consumer, (uint64_t)consumer_half, (uint64_t)producer_half, SLOTS, SLOT_SIZE);
}

static void start_successor(void);

static void moment(void)
{
    if (!armed) {
        return;
    }
    assert_true(access_count < ACCESSES);
    for (unsigned i = 0; i < sizeof strikes / sizeof strikes[0]; i++) {
        if (strikes[i].at == access_count) {
            change(&strikes[i]);
        }
    }
    if (successor_at == access_count) {
        armed = false;
        start_successor();
        armed = true;
    }
    access_count++;
}

uint64_t ring_load64(const volatile uint64_t *word)
{
    moment();
    return *word;
}

uint32_t ring_load32(const volatile uint32_t *word)
{
    moment();
    return *word;
}

void ring_store64(uint64_t *word, uint64_t value)
{
    moment();
    *word = value;
}

void ring_store32(uint32_t *word, uint32_t value)
{
    moment();
    *word = value;
}

void ring_fence(void)
{
    moment();
}

void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        moment();
        to[i] = shared[i];
    }
}

void ring_copy_out(uint8_t *shared, const void *from, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        moment();
        shared[i] = ((const uint8_t *)from)[i];
    }
}

static enum ring_status push(uint8_t number)
{
    uint8_t message[PAYLOAD];

    memset(message, number, sizeof message);
    return ring_push(&producer, number, message, sizeof message);
}

/* Into memory of its exact size. *number: of an honest message, 0 for any other. */
static enum ring_status pop(uint8_t *number)
{
    uint8_t *message = calloc(1, PAYLOAD);
    uint32_t kind = 0, length = 0;
    enum ring_status status = ring_pop(&consumer, &kind, message, PAYLOAD, &length);

    *number = 0;
    if (status == RING_OK) {
        assert_true(length <= PAYLOAD);
        for (uint32_t i = 0; i < PAYLOAD; i++) {
            /* What was there, or what was put there; nothing behind its end. */
            assert_true(i < length ? message[i] == message[0] || message[i] == MARK : message[i] == 0);
        }
        *number = length == PAYLOAD && kind == message[0] ? message[0] : 0;
    }
    free(message);
    return status;
}

/* `passed` messages went through the ring before, `waiting` lie in it. */
static void begin(unsigned passed, unsigned waiting)
{
    uint8_t number;

    armed = false;
    memset(producer_half, 0, sizeof *producer_half);
    memset(consumer_half, 0, sizeof *consumer_half);
    start_producer();
    start_consumer();
    for (unsigned i = 0; i < passed + waiting; i++) {
        assert_int_equal(push((uint8_t)(i + 1)), RING_OK);
        if (i < passed) {
            assert_int_equal(pop(&number), RING_OK);
        }
    }
    (void)ring_space(&producer);
}

static void operate(enum operation operation)
{
    access_count = 0;
    taken = 0;
    armed = true;
    switch (operation) {
    case POP:
        (void)pop(&taken);
        break;
    case START_CONSUMER:
        start_consumer();
        break;
    case START_PRODUCER:
        start_producer();
        break;
    case HAS_MORE:
        (void)ring_consumer_has_more(&consumer);
        break;
    case MUST_NOTIFY:
        (void)ring_must_notify(&consumer);
        break;
    case PUSH:
        (void)push(99);
        break;
    case SPACE:
        assert_true(ring_space(&producer) <= SLOTS);
        break;
    default:
        (void)ring_producer_has_space(&producer);
        break;
    }
    armed = false;
}

/* The honest successor of the side that struck: it finds what that one left. */
static void start_successor(void)
{
    if (!producer_strikes) {
        start_consumer();
        return;
    }
    start_producer();
    for (uint8_t i = 1; i <= SLOTS && fills; i++) {
        assert_int_equal(push((uint8_t)(100 + i)), RING_OK);
    }
}

/* All that the successor pushed comes, after what the operation took of it, and nothing else. */
static void successor_is_heard(void)
{
    uint8_t number, last = taken > 100 ? taken : 100;

    for (unsigned tries = 0; tries < SLOTS + 2 && last != 100 + SLOTS; tries++) {
        if (pop(&number) == RING_OK) {
            assert_int_equal(number, last + 1);
            last = number;
        }
    }
    assert_int_equal(last, 100 + SLOTS);
}

/* Each message comes, in order, and all slots are of use. Nobody has anything to complain about any more. */
static void works_from_now_on(void)
{
    uint64_t bad = consumer.counters.peer_bad + producer.counters.peer_bad;
    uint8_t number = 0;

    for (unsigned i = 120; i < 120 + 2 * SLOTS; i++) {
        if (push((uint8_t)i) != RING_OK) {
            assert_int_equal(push((uint8_t)i), RING_OK); /* after RING_RESTARTED */
        }
        for (unsigned tries = 0; tries < 3 && number != i; tries++) {
            (void)pop(&number);
        }
        assert_int_equal(number, i);
    }
    for (uint8_t i = 0; i < SLOTS; i++) {
        assert_int_equal(ring_space(&producer), SLOTS - i);
        assert_int_equal(push(i), RING_OK);
    }
    assert_int_equal(push(99), RING_FULL);
    for (uint8_t i = 0; i < SLOTS; i++) {
        assert_int_equal(pop(&number), RING_OK);
        assert_int_equal(number, i);
    }
    assert_int_equal(pop(&number), RING_EMPTY);
    assert_int_equal(consumer.counters.peer_bad + producer.counters.peer_bad, bad);
}

static const struct ring_counters *victim(void)
{
    return producer_strikes ? &consumer.counters : &producer.counters;
}

static bool victim_starts(enum operation operation)
{
    return operation == START_CONSUMER || operation == START_PRODUCER;
}

/* True: the strikes came before the operation was over. */
static bool attack(enum operation operation, unsigned passed, unsigned waiting)
{
    uint64_t restarts;

    begin(passed, waiting);
    producer_strikes = operation < CONSUMER_OPERATIONS;
    operate(operation);
    counted += victim()->peer_bad;
    restarts = victim()->restarts;
    taken = 0;
    fills = true;
    start_successor();
    if (producer_strikes) {
        successor_is_heard();
    }
    works_from_now_on();
    /* A victim that started while nobody was up has lost nothing. */
    assert_true(victim()->restarts == restarts + 1 || (victim_starts(operation) && victim()->restarts == 0));
    return strikes[0].at < access_count;
}

/* The successor starts in the middle of the operation. False: the operation was over before. */
static bool attack_and_succeed(enum operation operation, unsigned passed, unsigned waiting)
{
    begin(passed, waiting);
    producer_strikes = operation < CONSUMER_OPERATIONS;
    fills = !victim_starts(operation); /* who starts takes what comes from then on */
    operate(operation);
    if (successor_at >= access_count) {
        return false;
    }
    if (producer_strikes && fills) {
        successor_is_heard();
    }
    works_from_now_on();
    assert_true(victim()->restarts >= 1 || victim_starts(operation));
    return true;
}

static void each_state(enum operation operation, bool *more)
{
    *more = false;
    for (unsigned passed = 0; passed < 2; passed++) {
        for (unsigned waiting = 0; waiting <= SLOTS; waiting++) {
            *more = attack(operation, passed * (SLOTS + 1), waiting) || *more;
        }
    }
}

static void test_each_word_at_each_moment(void **state)
{
    unsigned attacks = 0;

    (void)state;
    counted = 0;
    strikes[1].at = NEVER;
    for (enum operation operation = 0; operation < OPERATIONS; operation++) {
        bool more = true;

        for (unsigned at = 0; more; at++) {
            bool any = false;

            for (enum word word = 0; word < WORDS; word++) {
                for (unsigned value = 0; value < VALUES; value++, attacks++) {
                    strikes[0] = (struct strike){at, word, value};
                    each_state(operation, &more);
                    any = any || more;
                }
            }
            more = any;
        }
    }
    assert_true(attacks > 1000);
    assert_true(counted > 1000);
}

/* A wrong epoch, base or index, and something else at a later moment: between the looks of one operation. */
static void test_two_words_at_two_moments(void **state)
{
    enum { LOOKS = 8, HEADER_WORDS = LAST_EPOCH + 1 };

    (void)state;
    counted = 0;
    for (unsigned i = 0; i < OPERATIONS * LOOKS * LOOKS * HEADER_WORDS * VALUES; i++) {
        enum operation operation = i % OPERATIONS;
        unsigned first = i / OPERATIONS % LOOKS;
        unsigned second = i / OPERATIONS / LOOKS % LOOKS;
        enum word word = i / OPERATIONS / LOOKS / LOOKS % HEADER_WORDS;
        unsigned value = i / OPERATIONS / LOOKS / LOOKS / HEADER_WORDS;

        for (unsigned other = 0; second > first && other < WORDS * VALUES; other++) {
            strikes[0] = (struct strike){first, word, value};
            strikes[1] = (struct strike){second, other / VALUES, other % VALUES};
            (void)attack(operation, SLOTS + 1, 2);
        }
    }
    strikes[1].at = NEVER;
    assert_true(counted > 1000);
}

/* Any header word but `want` one up, one down or 0. */
static struct strike header_strike(unsigned at, unsigned number)
{
    static const unsigned value[] = {0, 1, 4};

    return (struct strike){at, number / 3 % (LAST_EPOCH + 1), value[number % 3]};
}

/* A wrong word at one moment, another at a later one, and then death: the successor starts before the
 * operation goes on. */
static void test_successor_in_the_middle(void **state)
{
    enum { STRIKES = 3 * (LAST_EPOCH + 1), LOOKS = 8 };
    unsigned middles = 0;

    (void)state;
    for (unsigned i = 0; i < OPERATIONS * LOOKS * STRIKES * STRIKES; i++) {
        enum operation operation = i % OPERATIONS;
        unsigned first = i / OPERATIONS % LOOKS;
        unsigned number = i / OPERATIONS / LOOKS;

        strikes[0] = header_strike(first, number % STRIKES);
        for (successor_at = first;; successor_at++, middles++) {
            strikes[1] = header_strike(successor_at, number / STRIKES);
            if (!attack_and_succeed(operation, SLOTS + 1, 2)) {
                break;
            }
        }
    }
    successor_at = NEVER;
    strikes[1].at = NEVER;
    print_message("# %u\n", middles);
    assert_true(middles > 10000);
}

static int setup(void **state)
{
    (void)state;
    producer_half = calloc(1, sizeof *producer_half);
    consumer_half = calloc(1, sizeof *consumer_half);
    return producer_half && consumer_half ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(producer_half);
    free(consumer_half);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_word_at_each_moment),
        cmocka_unit_test(test_two_words_at_two_moments),
        cmocka_unit_test(test_successor_in_the_middle),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
