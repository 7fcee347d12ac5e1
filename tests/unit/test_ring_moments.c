/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A peer that changes any of its words to any value at any moment: before each single access of each
 * operation to shared memory, and at two of them at once. The operation ends, keeps to its memory, hands out
 * nothing that was not there, and a peer that starts anew is understood.
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

enum word { INDEX, BASE, EPOCH, WANT, LAST_EPOCH, LENGTH, KIND, CONTENT, WORDS };
enum { VALUES = 10 };
enum operation {
    POP,
    HAS_MORE,
    MUST_NOTIFY,
    CONSUMER_OPERATIONS,
    PUSH = CONSUMER_OPERATIONS,
    SPACE,
    HAS_SPACE,
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
static unsigned recovered;

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
    case BASE:
        half->base = value_of(strike->value, half->base);
        break;
    case EPOCH:
        half->epoch = (uint32_t)value_of(strike->value, half->epoch);
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

static void start_producer(void)
{
    ring_producer_start(&producer, (uint64_t)producer_half, (uint64_t)consumer_half, SLOTS, SLOT_SIZE);
}

static void start_consumer(void)
{
    ring_consumer_start(&consumer, (uint64_t)consumer_half, (uint64_t)producer_half, SLOTS, SLOT_SIZE);
}

/* A peer that starts anew with an epoch that it had before, or where an index is about to wrap, is not always
 * understood: docs/security.md names it. Asked before it starts. */
static bool is_understood(const struct ring *victim, const struct ring_header *half)
{
    uint32_t next = half->last_epoch == UINT32_MAX ? 1 : half->last_epoch + 1;

    return half->last_epoch != 0 && next != victim->peer_epoch && victim->index < UINT64_MAX - 2 * SLOTS;
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
    uint8_t number;

    access_count = 0;
    armed = true;
    switch (operation) {
    case POP:
        (void)pop(&number);
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

/* The producer starts anew: its messages arrive. */
static void producer_recovers(void)
{
    uint8_t number, last = 0;

    start_producer();
    for (uint8_t i = 1; i <= SLOTS; i++) {
        enum ring_status status = push((uint8_t)(100 + i));
        assert_true(status == RING_OK || (status == RING_RESTARTED && push((uint8_t)(100 + i)) == RING_OK));
    }
    for (unsigned tries = 0; tries < SLOTS + 2; tries++) {
        if (pop(&number) == RING_OK) {
            assert_int_equal(number, last == 0 ? 101 : last + 1);
            last = number;
        }
    }
    assert_int_equal(last, 100 + SLOTS);
    assert_int_equal(pop(&number), RING_EMPTY);
}

/* The consumer starts anew: it gets all that is pushed from then on. */
static void consumer_recovers(void)
{
    uint8_t number;

    start_consumer();
    for (uint8_t i = 1; i <= SLOTS; i++) {
        enum ring_status status = push((uint8_t)(100 + i));
        assert_true(status == RING_OK || (status == RING_RESTARTED && push((uint8_t)(100 + i)) == RING_OK));
        if (pop(&number) == RING_RESTARTED) {
            assert_int_equal(pop(&number), RING_OK);
        }
        assert_int_equal(number, 100 + i);
    }
}

/* True: the strikes came before the operation was over. */
static bool attack(enum operation operation, unsigned passed, unsigned waiting)
{
    begin(passed, waiting);
    producer_strikes = operation < CONSUMER_OPERATIONS;
    operate(operation);
    counted += producer_strikes ? consumer.counters.peer_bad : producer.counters.peer_bad;
    if (producer_strikes && is_understood(&consumer, &producer_half->header)) {
        producer_recovers();
        recovered++;
    } else if (!producer_strikes && is_understood(&producer, consumer_half)) {
        consumer_recovers();
        recovered++;
    }
    return strikes[0].at < access_count;
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
    assert_true(recovered > attacks);
}

/* A wrong epoch, base or index, and something else at a later moment: between the looks of one operation. */
static void test_two_words_at_two_moments(void **state)
{
    enum { LOOKS = 8, HEADER_WORDS = EPOCH + 1 };

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
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
