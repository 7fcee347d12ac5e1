/* SPDX-License-Identifier: BSD-2-Clause */
/* The domain schedule: its entries, their order and their lengths. */
#include "cases.h"
#include "../lib/bursts.h"
#include "../lib/slots.h"

#define SLACK_US 3  /* from the last look at the clock to the end of a slot */
#define ENTRY_US 60 /* to leave the kernel that checks its invariants */

static struct bursts seen[4];
static word end_of_test;

static void running(word i)
{
    bursts_run(&seen[i], 1000000, end_of_test);
}

/* A thread in each of the domains 1..count, running until the end. */
static void start_each(unsigned count, word us)
{
    end_of_test = read_time() + ticks_of(us);
    for (unsigned i = 1; i <= count; i++) {
        struct thread t = thread_new();
        t.domain = i;
        t.priority = 100 + i;
        t.budget = 1000000;
        t.period = 1000000;
        thread_start(&t, running, i);
    }
}

/* A burst lies in a slot of domain 'i'; answer: the middle of it. */
static word check_domain(struct burst at, unsigned i)
{
    word middle = at.start + (at.end - at.start) / 2;
    word slot = middle - slot_position(middle);
    CHECK_EQ(slot_domain(middle), i);
    CHECK(at.start + ticks_of(SLACK_US) >= slot);
    CHECK(at.end <= slot + slot_length(middle) + ticks_of(SLACK_US));
    return middle;
}

/* Each ran in all of its domain's slots, from beginning to end, and in no other. */
static void check_own_time(unsigned i, word slot_us)
{
    CHECK(seen[i].count > 1);
    for (unsigned b = 0; b + 1 < seen[i].count; b++) {
        struct burst at = seen[i].at[b];
        word middle = check_domain(at, i);
        word slot = middle - slot_position(middle);
        CHECK_EQ(slot_length(middle), ticks_of(slot_us));
        CHECK(at.start <= slot + ticks_of(ENTRY_US));
        CHECK(at.end + ticks_of(SLACK_US) >= slot + ticks_of(slot_us));
    }
}

static void in_order(void)
{
    static const struct slot slots[] = {{1, 2000}, {2, 1000}, {3, 700}, {0, 500}};
    start_each(3, 60000);
    slots_begin(slots, 4, 0, PN_SCHEDULE_NOW);
    wait_done(3);
    check_own_time(1, 2000);
    check_own_time(2, 1000);
    check_own_time(3, 700);
    for (unsigned b = 0; b + 1 < seen[3].count; b++) {
        CHECK(seen[1].at[b].end <= seen[2].at[b].start);
        CHECK(seen[2].at[b].end <= seen[3].at[b].start);
        CHECK(seen[3].at[b].end <= seen[1].at[b + 1].start);
    }
}

/* A late beginning of a slot does not move its end: after a hundred rounds the ends are where they must be.
 */
static void exact_ends(void)
{
    static const struct slot slots[] = {{1, 300}, {2, 200}, {0, 100}};
    start_each(2, 60000);
    slots_begin(slots, 3, 0, PN_SCHEDULE_NOW);
    wait_done(2);
    for (unsigned i = 1; i <= 2; i++) {
        CHECK(seen[i].count >= 90);
        word first = seen[i].at[0].end;
        for (unsigned b = 1; b + 1 < seen[i].count; b++) {
            word due = first + b * ticks_of(600);
            CHECK(seen[i].at[b].end + ticks_of(SLACK_US) >= due);
            CHECK(seen[i].at[b].end <= due + ticks_of(SLACK_US));
        }
    }
}

static void starts_inside(void)
{
    static const struct slot slots[] = {{3, 1000}, {1, 1500}, {2, 500}, {0, 300}};
    start_each(3, 30000);
    slots_begin(slots, 4, 1, PN_SCHEDULE_NOW);
    wait_done(2);
    check_own_time(1, 1500);
    check_own_time(2, 500);
    CHECK_EQ(seen[3].count, 0);
}

static void end_marker(void)
{
    static const struct slot slots[] = {{1, 900}, {2, 600}, {0, 300}, {0, 0}, {3, 500}};
    start_each(3, 30000);
    slots_begin(slots, 5, 0, PN_SCHEDULE_NOW);
    wait_done(2);
    check_own_time(1, 900);
    check_own_time(2, 600);
    CHECK_EQ(seen[3].count, 0);
}

static void every_entry(void)
{
    static struct slot slots[PN_MAX_SCHEDULE];
    for (unsigned i = 0; i < PN_MAX_SCHEDULE; i++)
        slots[i] = (struct slot){i == PN_MAX_SCHEDULE - 1 ? 0 : i % 2 == 0 ? 1 : 2, 200 + i};
    start_each(2, 60000);
    slots_begin(slots, PN_MAX_SCHEDULE, 0, PN_SCHEDULE_NOW);
    wait_done(2);
    CHECK(seen[1].count > 100);
    for (unsigned i = 1; i <= 2; i++) {
        for (unsigned b = 0; b < seen[i].count; b++)
            (void)check_domain(seen[i].at[b], i);
    }
}

/* Two slots of one domain in a row are one long one. */
static void same_again(void)
{
    static const struct slot slots[] = {{1, 400}, {1, 400}, {0, 400}};
    start_each(1, 20000);
    slots_begin(slots, 3, 0, PN_SCHEDULE_NOW);
    wait_done(1);
    CHECK(seen[1].count >= 30);
    for (unsigned b = 0; b < seen[1].count; b++)
        (void)check_domain(seen[1].at[b], 1);
    CHECK(bursts_sum(&seen[1]) > 20000 * 2 / 3 - 30 * ENTRY_US);
}

/* Every argument that is not one, in the order of the checks; a schedule that began is complete. */
static void arguments(void)
{
    struct regs r;
    word w[4] = {PN_MAX_SCHEDULE, PN_MAX_DOMAINS, 1ull << 56, PN_SCHEDULE_NOW + 1};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, w, 3, NULL), PN_ERR_TRUNCATED_MESSAGE);
    static const word greatest[3] = {PN_MAX_SCHEDULE - 1, PN_MAX_DOMAINS - 1, (1ull << 56) - 1};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, w, 4, &r), PN_ERR_RANGE);
        CHECK_EQ(r.a2, 0);
        CHECK_EQ(r.a3, greatest[i]);
        w[i] = greatest[i];
    }
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_DOMAIN, w, 4, NULL), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(slot_set(5, 0, 0, PN_SCHEDULE_AT_SEAL), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(slot_set(5, 0, 0, PN_SCHEDULE_NOW), PN_ERR_INVALID_ARGUMENT);
    CHECK_EQ(slot_set(99, 15, greatest[2], PN_SCHEDULE_SET), PN_OK);
    CHECK_EQ(slot_set(5, 0, ticks_of(1000), PN_SCHEDULE_AT_SEAL), PN_OK);
    CHECK_EQ(slot_set(6, 0, ticks_of(1000), PN_SCHEDULE_SET), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(slot_set(5, 0, ticks_of(1000), PN_SCHEDULE_NOW), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(slot_set(6, PN_MAX_DOMAINS, ticks_of(1000), PN_SCHEDULE_SET), PN_ERR_RANGE);
}

static void thread_arguments(void)
{
    struct regs r;
    struct thread t = thread_new();
    thread_make(&t, NULL, 0);
    word w[3] = {PN_PRIORITIES, t.sc, PN_MAX_DOMAINS};
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a3, PN_PRIORITIES - 1);
    w[0] = 7;
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a3, PN_MAX_DOMAINS - 1);
    w[2] = PN_MAX_DOMAINS - 1;
    w[1] = ram;
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, NULL), PN_ERR_INVALID_CAPABILITY);
    w[1] = t.sc;
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, NULL), PN_OK);
    /* A thread that could run, but not in this domain, is not inactive. */
    thread_run(&t);
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, NULL), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke(t.tcb, PN_TCB_SET_SCHED, w, 3, NULL), PN_OK);
}

/* Without a third word a thread is in domain 0 again. */
static void absent_word(void)
{
    end_of_test = read_time() + ticks_of(2000);
    struct thread t = thread_new();
    t.domain = 9;
    thread_make(&t, running, 1);
    CHECK_EQ(invoke2(t.tcb, PN_TCB_SET_SCHED, 100, t.sc), PN_OK);
    thread_run(&t);
    wait_done(1);
    CHECK(seen[1].count > 0);
}

static void without_schedule(void)
{
    start_each(3, 5000);
    sleep_us(6000);
    CHECK_EQ(shared[511], 0);
    for (unsigned i = 1; i <= 3; i++)
        CHECK_EQ(seen[i].count, 0);
}

static void at_seal(void)
{
    static const struct slot slots[] = {{1, 1000}, {2, 1000}, {0, 500}};
    start_each(2, 30000);
    sleep_us(10);
    slots_begin(slots, 3, 0, PN_SCHEDULE_AT_SEAL);
    sleep_us(5000);
    CHECK_EQ(seen[1].count + seen[2].count, 0);
    slots_begin_here();
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    CHECK_EQ(slot_set(50, 0, 1, PN_SCHEDULE_SET), PN_ERR_SEALED);
    CHECK_EQ(slot_set(PN_MAX_SCHEDULE, 0, 1, PN_SCHEDULE_NOW), PN_ERR_SEALED);
    CHECK_EQ(invoke3(PN_ROOT_TCB, PN_TCB_SET_SCHED, 255, 0, 1), PN_ERR_SEALED);
    wait_done(2);
    for (unsigned i = 1; i <= 2; i++) {
        for (unsigned b = 0; b < seen[i].count; b++)
            (void)check_domain(seen[i].at[b], i);
    }
}

/* Sealing with exit, and domain 0 has no time at all: the others run. */
static void last_words(word unused)
{
    (void)unused;
    running(1);
    test_end(seen[1].count == 2 && seen[2].count == 2);
}

static void exit_at_seal(void)
{
    static const struct slot slots[] = {{2, 1000}, {1, 1000}};
    struct thread t = thread_new();
    t.domain = 1;
    thread_start(&t, last_words, 0);
    struct thread other = thread_new();
    other.domain = 2;
    thread_start(&other, running, 2);
    end_of_test = read_time() + ticks_of(3700);
    slots_begin(slots, 2, 0, PN_SCHEDULE_AT_SEAL);
    (void)invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, PN_SEAL_EXIT);
    test_end(false);
}

static const struct test_case cases[] = {
    {"schedule: slots in their order", in_order},
    {"schedule: a hundred rounds end on time", exact_ends},
    {"schedule: start in the middle", starts_inside},
    {"schedule: end marker", end_marker},
    {"schedule: a hundred entries", every_entry},
    {"schedule: two slots of one domain", same_again},
    {"schedule: arguments of an entry", arguments},
    {"schedule: arguments of a thread", thread_arguments},
    {"schedule: a thread without domain", absent_word},
    {"schedule: none, so nobody beyond domain 0", without_schedule},
    {"schedule: begins at seal", at_seal},
    {"schedule: begins at seal with exit", exit_at_seal},
};

const struct test_group schedule_group = GROUP(cases);
