/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No wake-up is lost and no message reordered, whatever the interleaving: producer and consumer run as
 * coroutines that can be switched at every single access to shared memory. Every schedule with up to three
 * preemptions is run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>
#include <postern/ring.h>
#include "ring_memory.h"

#define SLOTS       2
#define SLOT_SIZE   16
#define MESSAGES    4
#define PREEMPTIONS 3
#define STACK_SIZE  65536

enum { PRODUCER, CONSUMER, THREADS };

static struct {
    struct ring_header prod;
    uint8_t slots[SLOTS * SLOT_SIZE];
    struct ring_header cons;
} memory;

static ucontext_t scheduler, thread[THREADS];
static int current;
static bool blocked[THREADS], finished[THREADS], woken[THREADS];
static unsigned step, preempt_at[PREEMPTIONS];
static uint32_t received;

/* Every shared access passes here: perhaps the other side goes first. */
static void point(void)
{
    size_t i;

    step++;
    for (i = 0; i < PREEMPTIONS; i++) {
        if (preempt_at[i] == step) {
            (void)swapcontext(&thread[current], &scheduler);
            return;
        }
    }
}

uint64_t ring_load64(const volatile uint64_t *word)
{
    point();
    return *word;
}

uint32_t ring_load32(const volatile uint32_t *word)
{
    point();
    return *word;
}

void ring_store64(uint64_t *word, uint64_t value)
{
    point();
    *word = value;
}

void ring_store32(uint32_t *word, uint32_t value)
{
    point();
    *word = value;
}

void ring_fence(void)
{
}

void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length)
{
    point();
    memcpy(to, (const uint8_t *)(uintptr_t)shared, length);
}

void ring_copy_out(uint8_t *shared, const void *from, uint32_t length)
{
    point();
    if (length) {
        memcpy(shared, from, length);
    }
}

/* As the kernel's notification: a signal that comes before the wait is remembered. */
static void wait_for_signal(int self)
{
    blocked[self] = true;
    while (!woken[self]) {
        (void)swapcontext(&thread[self], &scheduler);
    }
    woken[self] = false;
    blocked[self] = false;
}

static void signal_thread(int other)
{
    point();
    woken[other] = true;
}

static void produce(void)
{
    struct ring ring;
    uint32_t next = 0;

    ring_producer_start(&ring, (uint64_t)&memory.prod, (uint64_t)&memory.cons, SLOTS, SLOT_SIZE);
    while (next < MESSAGES) {
        enum ring_status status = ring_push(&ring, 1, &next, sizeof next);

        if (status == RING_OK) {
            next++;
            if (ring_must_notify(&ring)) {
                signal_thread(CONSUMER);
            }
        } else if (!ring_producer_has_space(&ring)) {
            wait_for_signal(PRODUCER);
        }
    }
    finished[PRODUCER] = true;
    (void)swapcontext(&thread[PRODUCER], &scheduler);
}

static void consume(void)
{
    struct ring ring;

    ring_consumer_start(&ring, (uint64_t)&memory.cons, (uint64_t)&memory.prod, SLOTS, SLOT_SIZE);
    received = 0;
    while (received < MESSAGES) {
        uint32_t kind, length, number;
        enum ring_status status = ring_pop(&ring, &kind, &number, sizeof number, &length);

        if (status == RING_OK) {
            assert_int_equal(number, received);
            received++;
            if (ring_must_notify(&ring)) {
                signal_thread(PRODUCER);
            }
        } else if (!ring_consumer_has_more(&ring)) {
            wait_for_signal(CONSUMER);
        }
    }
    finished[CONSUMER] = true;
    (void)swapcontext(&thread[CONSUMER], &scheduler);
}

static bool can_run(int t)
{
    return !finished[t] && (!blocked[t] || woken[t]);
}

/* Run one schedule to its end. False: somebody sleeps for ever. */
static bool run_schedule(int first)
{
    static uint8_t stack[THREADS][STACK_SIZE];
    void (*const body[THREADS])(void) = {produce, consume};
    static int t;

    memset(&memory, 0, sizeof memory);
    step = 0;
    for (t = 0; t < THREADS; t++) {
        blocked[t] = finished[t] = woken[t] = false;
        (void)getcontext(&thread[t]);
        thread[t].uc_stack.ss_sp = stack[t];
        thread[t].uc_stack.ss_size = STACK_SIZE;
        thread[t].uc_link = &scheduler;
        makecontext(&thread[t], body[t], 0);
    }
    current = 1 - first;
    while (!finished[PRODUCER] || !finished[CONSUMER]) {
        current = can_run(1 - current) ? 1 - current : current;
        if (!can_run(current)) {
            return finished[CONSUMER];
        }
        (void)swapcontext(&scheduler, &thread[current]);
    }
    return true;
}

static unsigned explore(int first)
{
    unsigned schedules = 0, a, b, c, last = 1000;

    for (a = 1; a <= last; a++) {
        for (b = a + 1; b <= a + 40 && b <= last; b++) {
            for (c = b + 1; c <= b + 24 && c <= last; c++) {
                preempt_at[0] = a;
                preempt_at[1] = b;
                preempt_at[2] = c;
                if (!run_schedule(first)) {
                    fail_msg("lost wake-up: thread %d first, preempted at accesses %u, %u, %u", first, a, b,
                             c);
                }
                schedules++;
                if (a > step) {
                    return schedules;
                }
            }
        }
    }
    return schedules;
}

static void test_no_lost_wake_up(void **state)
{
    unsigned schedules = explore(PRODUCER) + explore(CONSUMER);

    (void)state;
    print_message("# %u schedules\n", schedules);
    assert_true(schedules > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_lost_wake_up)};

    return cmocka_run_group_tests_name("ring_interleaving", tests, NULL, NULL);
}
