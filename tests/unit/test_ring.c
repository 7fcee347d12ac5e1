/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot rings: order, limits, restarts, and a peer that writes anything into its half at any time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <postern/ring.h>

#define SLOTS     4
#define SLOT_SIZE 32
#define PAYLOAD   (SLOT_SIZE - RING_SLOT_HEADER)

struct halves {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
};

static struct halves *memory;
static struct ring producer, consumer;

static void start_producer(void)
{
    ring_producer_start(&producer, (uint64_t)&memory->prod, (uint64_t)&memory->cons, SLOTS, SLOT_SIZE);
}

static void start_consumer(void)
{
    ring_consumer_start(&consumer, (uint64_t)&memory->cons, (uint64_t)&memory->prod, SLOTS, SLOT_SIZE);
}

static int setup(void **state)
{
    (void)state;
    memory = calloc(1, sizeof *memory);
    start_producer();
    start_consumer();
    return memory ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

static enum ring_status push_number(uint32_t number)
{
    return ring_push(&producer, 7, &number, sizeof number);
}

static enum ring_status pop_number(uint32_t *number)
{
    uint32_t kind = 0, length = 0;
    enum ring_status status = ring_pop(&consumer, &kind, number, sizeof *number, &length);

    if (status == RING_OK) {
        assert_int_equal(kind, 7);
        assert_int_equal(length, sizeof *number);
    }
    return status;
}

static void expect_number(uint32_t want)
{
    uint32_t got = 0;

    assert_int_equal(pop_number(&got), RING_OK);
    assert_int_equal(got, want);
}

static void test_fifo_over_many_rounds(void **state)
{
    uint32_t in = 0, out = 0, round, got;

    (void)state;
    for (round = 0; round < 1000; round++) {
        uint32_t burst = round % (SLOTS + 1);

        while (burst-- > 0) {
            assert_int_equal(push_number(in++), RING_OK);
        }
        while (out < in) {
            expect_number(out++);
        }
        assert_int_equal(pop_number(&got), RING_EMPTY);
    }
}

static void test_full_refuses_and_counts(void **state)
{
    uint32_t i;

    (void)state;
    for (i = 0; i < SLOTS; i++) {
        assert_int_equal(ring_space(&producer), SLOTS - i);
        assert_int_equal(push_number(i), RING_OK);
    }
    assert_int_equal(ring_space(&producer), 0);
    assert_int_equal(push_number(99), RING_FULL);
    assert_int_equal(producer.counters.full, 1);
    expect_number(0);
    assert_int_equal(push_number(4), RING_OK);
    for (i = 1; i <= 4; i++) {
        expect_number(i);
    }
}

static void test_lengths(void **state)
{
    uint8_t big[PAYLOAD + 1] = {0}, got[PAYLOAD];
    uint32_t kind, length, i;

    (void)state;
    for (i = 0; i < sizeof big; i++) {
        big[i] = (uint8_t)i;
    }
    assert_int_equal(ring_push(&producer, 1, big, PAYLOAD + 1), RING_TOO_LONG);
    assert_int_equal(ring_push2(&producer, 1, big, PAYLOAD, big, 1), RING_TOO_LONG);
    assert_int_equal(ring_push2(&producer, 1, big, UINT32_MAX, big, 2), RING_TOO_LONG);
    assert_int_equal(ring_push2(&producer, 1, big, 2, big, UINT32_MAX), RING_TOO_LONG);
    assert_int_equal(ring_push2(&producer, 1, big, 3, big + 3, PAYLOAD - 3), RING_OK);
    assert_int_equal(ring_push(&producer, 2, NULL, 0), RING_OK);
    assert_int_equal(ring_pop(&consumer, &kind, got, sizeof got, &length), RING_OK);
    assert_int_equal(length, PAYLOAD);
    assert_memory_equal(got, big, PAYLOAD);
    assert_int_equal(ring_pop(&consumer, &kind, got, sizeof got, &length), RING_OK);
    assert_int_equal(kind, 2);
    assert_int_equal(length, 0);
}

static void test_message_longer_than_the_buffer_is_skipped(void **state)
{
    uint32_t small, kind, length;
    uint64_t wide = 5;

    (void)state;
    assert_int_equal(ring_push(&producer, 1, &wide, sizeof wide), RING_OK);
    assert_int_equal(push_number(6), RING_OK);
    assert_int_equal(ring_pop(&consumer, &kind, &small, sizeof small, &length), RING_TOO_LONG);
    expect_number(6);
}

static void test_lying_slot_length(void **state)
{
    uint32_t lie = PAYLOAD + 1, got, kind, length;
    uint8_t room[4 * SLOT_SIZE];

    (void)state;
    assert_int_equal(push_number(1), RING_OK);
    memcpy(memory->slots, &lie, sizeof lie);
    assert_int_equal(ring_pop(&consumer, &kind, room, sizeof room, &length), RING_TOO_LONG);
    assert_int_equal(consumer.counters.peer_bad, 1);
    assert_int_equal(pop_number(&got), RING_EMPTY);
}

static void test_forged_tails(void **state)
{
    static const uint64_t forged[] = {SLOTS + 1, 1u << 20, UINT64_MAX, 1ULL << 63};
    uint32_t got;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        memory->prod.index = forged[i];
        assert_int_equal(pop_number(&got), RING_PEER_BAD);
        assert_false(ring_consumer_has_more(&consumer));
    }
    memory->prod.index = 0;
    assert_int_equal(push_number(3), RING_OK);
    expect_number(3);
    memory->prod.index = 0; /* backwards */
    assert_int_equal(pop_number(&got), RING_PEER_BAD);
}

static void test_forged_heads(void **state)
{
    static const uint64_t forged[] = {3, UINT64_MAX, 1ULL << 63};
    size_t i;

    (void)state;
    assert_int_equal(push_number(0), RING_OK);
    assert_int_equal(push_number(1), RING_OK);
    for (i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        memory->cons.index = forged[i];
        assert_int_equal(push_number(9), RING_PEER_BAD);
        assert_int_equal(ring_space(&producer), 0);
        assert_false(ring_producer_has_space(&producer));
    }
    memory->cons.index = 1;
    assert_int_equal(push_number(2), RING_OK);
    memory->cons.index = 0; /* backwards */
    assert_int_equal(push_number(3), RING_PEER_BAD);
}

static void test_producer_restart_drops_only_the_old(void **state)
{
    uint32_t got;

    (void)state;
    assert_int_equal(push_number(1), RING_OK);
    assert_int_equal(push_number(2), RING_OK);
    expect_number(1);
    start_producer();
    assert_int_equal(push_number(10), RING_OK);
    assert_int_equal(push_number(11), RING_OK);
    assert_int_equal(pop_number(&got), RING_RESTARTED);
    expect_number(10);
    expect_number(11);
    assert_int_equal(pop_number(&got), RING_EMPTY);
    assert_int_equal(consumer.counters.restarts, 1);
}

static void test_consumer_restart_is_reported_once(void **state)
{
    uint32_t got;

    (void)state;
    assert_int_equal(push_number(1), RING_OK);
    expect_number(1);
    assert_int_equal(push_number(2), RING_OK);
    start_consumer();
    assert_int_equal(pop_number(&got), RING_EMPTY);
    assert_int_equal(push_number(3), RING_RESTARTED);
    assert_int_equal(push_number(3), RING_OK);
    expect_number(3);
}

static void test_first_start_in_either_order(void **state)
{
    uint32_t got;

    (void)state;
    memset(memory, 0, sizeof *memory);
    start_consumer();
    assert_int_equal(pop_number(&got), RING_EMPTY);
    start_producer();
    assert_int_equal(push_number(5), RING_OK);
    expect_number(5);
    memset(memory, 0, sizeof *memory);
    start_producer();
    assert_int_equal(push_number(6), RING_OK);
    start_consumer();
    assert_int_equal(push_number(7), RING_OK);
    expect_number(6);
    expect_number(7);
    assert_int_equal(producer.counters.restarts + consumer.counters.restarts, 0);
}

/* The other side dies before it was looked at for the first time, with a message in its hands. */
static void test_restart_of_a_peer_never_seen(void **state)
{
    uint32_t got;

    (void)state;
    memset(memory, 0, sizeof *memory);
    start_producer();
    assert_int_equal(push_number(1), RING_OK);
    start_consumer();
    start_consumer();
    assert_int_equal(pop_number(&got), RING_EMPTY);
    assert_true(ring_restart_pending(&producer));
    assert_int_equal(push_number(2), RING_RESTARTED);
    assert_int_equal(push_number(2), RING_OK);
    expect_number(2);
    memset(memory, 0, sizeof *memory);
    start_consumer();
    start_producer();
    start_producer();
    assert_true(ring_restart_pending(&consumer));
    assert_int_equal(pop_number(&got), RING_RESTARTED);
    assert_int_equal(pop_number(&got), RING_EMPTY);
}

static void test_wishes(void **state)
{
    uint32_t i, got;

    (void)state;
    assert_int_equal(pop_number(&got), RING_EMPTY);
    assert_false(ring_consumer_has_more(&consumer));
    assert_true(ring_must_notify(&producer));
    assert_int_equal(push_number(1), RING_OK);
    assert_true(ring_consumer_has_more(&consumer));
    assert_false(ring_must_notify(&producer));
    for (i = 1; i < SLOTS; i++) {
        assert_int_equal(push_number(i), RING_OK);
    }
    assert_false(ring_producer_has_space(&producer));
    assert_true(ring_must_notify(&consumer));
    expect_number(1);
    assert_true(ring_producer_has_space(&producer));
}

/* A peer that rewrites its whole half at random between operations: nothing outside the slots may be touched
 * (the sanitizer watches) and no loop may go on for ever. */
static void test_random_peer(void **state)
{
    uint8_t room[SLOT_SIZE];
    uint32_t kind, length, i;

    (void)state;
    srand(1);
    for (i = 0; i < 200000; i++) {
        uint8_t *half = i % 2 ? (uint8_t *)&memory->prod : (uint8_t *)&memory->cons;
        size_t at = (size_t)rand() % sizeof(struct ring_header);

        half[at] = (uint8_t)rand();
        if (i % 2) {
            memory->slots[(size_t)rand() % sizeof memory->slots] = (uint8_t)rand();
            length = 0;
            if (ring_pop(&consumer, &kind, room, sizeof room, &length) == RING_OK) {
                assert_true(length <= PAYLOAD);
            }
            (void)ring_consumer_has_more(&consumer);
        } else {
            (void)push_number(i);
            assert_true(ring_space(&producer) <= SLOTS);
            (void)ring_producer_has_space(&producer);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fifo_over_many_rounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_refuses_and_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_message_longer_than_the_buffer_is_skipped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lying_slot_length, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forged_tails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forged_heads, setup, teardown),
        cmocka_unit_test_setup_teardown(test_producer_restart_drops_only_the_old, setup, teardown),
        cmocka_unit_test_setup_teardown(test_consumer_restart_is_reported_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_start_in_either_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_of_a_peer_never_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_peer, setup, teardown),
    };

    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
