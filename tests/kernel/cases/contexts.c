/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts: budgets measured with the clock, refill by refill. */
#include "cases.h"
#include "../lib/bursts.h"

#define SLACK_US 3 /* from the end of a budget to the last instruction before the interrupt */

static struct bursts seen;
static word work_us;
static word end_of_test;
static cptr pace;
static cptr ep;
static cptr reply;

static struct thread limited(word budget, word period, word extra)
{
    struct thread t = thread_new();
    t.budget = budget;
    t.period = period;
    t.refills = extra;
    return t;
}

static void running(word unused)
{
    (void)unused;
    bursts_run(&seen, 1000000, end_of_test);
}

static void yielding(word unused)
{
    (void)unused;
    while (read_time() < end_of_test) {
        bursts_run(&seen, work_us, end_of_test);
        yield();
    }
}

static void blocking(word unused)
{
    (void)unused;
    while (read_time() < end_of_test) {
        bursts_run(&seen, work_us, end_of_test);
        (void)receive(PN_SYS_WAIT, pace, 0);
    }
}

/* Wakes the blocking one every now and then, until the end and once more. */
static void pacer(word us)
{
    cptr wake = shared[300];
    word next = read_time();
    while (read_time() < end_of_test + ticks_of(us)) {
        if (read_time() >= next) {
            signal(wake);
            next += ticks_of(us);
        }
        yield();
    }
    signal(wake);
}

static void start_pacer(word us, word period)
{
    shared[300] = derived(pace, PN_WRITE, 1);
    struct thread t = limited(20, period, 0);
    t.priority = 200;
    thread_start(&t, pacer, us);
}

/* One thread with these parameters; in no period does it get more than its budget, and in all not much less
 * than 'least_percent' of what it may have. */
static void measured(void (*function)(word), word budget, word period, word extra, word least_percent)
{
    const word periods = 12;
    struct thread t = limited(budget, period, extra);
    pace = new_object(PN_CAP_NOTIFICATION, 0);
    seen.count = 0;
    end_of_test = read_time() + ticks_of(periods * period);
    unsigned finished = (unsigned)shared[511];
    thread_start(&t, function, 0);
    if (function == blocking)
        start_pacer(work_us + 70, 200);
    wait_done(finished + (function == blocking ? 2 : 1));
    CHECK(bursts_most(&seen, period) <= budget + SLACK_US);
    CHECK(bursts_sum(&seen) >= periods * budget * least_percent / 100);
}

static void window_running(void)
{
    for (word extra = 0; extra <= PN_MAX_REFILLS - 2; extra++)
        measured(running, 1000, 5000, extra, 90);
}

static void window_yielding(void)
{
    work_us = 130;
    for (word extra = 0; extra <= PN_MAX_REFILLS - 2; extra += 3)
        measured(yielding, 1000, 5000, extra, 5);
}

static void window_blocking(void)
{
    work_us = 110;
    for (word extra = 0; extra <= PN_MAX_REFILLS - 2; extra++)
        measured(blocking, 1000, 5000, extra, 10);
    work_us = 333;
    measured(blocking, 1000, 3000, 2, 20);
    work_us = 21;
    measured(blocking, 500, 2000, 6, 5);
}

/* Somebody above runs in between, in step and out of step. */
static void disturber(word us)
{
    struct bursts own = {.count = 0};
    while (read_time() < end_of_test) {
        own.count = 0;
        bursts_run(&own, us, end_of_test);
        yield();
    }
}

static void window_preempted(void)
{
    static const word periods[] = {1000, 700, 5000};
    for (unsigned i = 0; i < 3; i++) {
        struct thread d = limited(300, periods[i], 0);
        d.priority = 150;
        end_of_test = read_time() + ticks_of(60000);
        unsigned finished = (unsigned)shared[511];
        thread_start(&d, disturber, 250);
        struct thread t = limited(1000, 5000, i * 3);
        seen.count = 0;
        thread_start(&t, running, 0);
        wait_done(finished + 2);
        CHECK(bursts_most(&seen, 5000) <= 1000 + SLACK_US);
        CHECK(bursts_sum(&seen) > 3000);
    }
}

/* Three pieces, used at three times, come back at three times. */
static word stamps[8];

static void in_pieces(word unused)
{
    (void)unused;
    word start = read_time();
    stamps[0] = start;
    for (word i = 0; i < 3; i++) {
        while (read_time() < start + ticks_of(1900 * i))
            (void)receive(PN_SYS_WAIT, pace, 0);
        bursts_run(&seen, 200, ~(word)0);
    }
    /* 400 are left, then each piece one period after its use. */
    seen.count = 0;
    bursts_run(&seen, 990, ~(word)0);
}

static void pieces_come_back(void)
{
    pace = new_object(PN_CAP_NOTIFICATION, 0);
    end_of_test = read_time() + ticks_of(30000);
    start_pacer(1000, 1000);
    struct thread t = limited(1000, 10000, 6);
    thread_start(&t, in_pieces, 0);
    wait_done(2);
    word first = us_of(seen.at[0].start - stamps[0]);
    CHECK(first < 5000);
    word back = 0;
    for (unsigned i = 1; i < seen.count; i++) {
        word at = us_of(seen.at[i].start - stamps[0]);
        if (us_of(seen.at[i].start - seen.at[i - 1].end) > 300)
            stamps[1 + back++] = at;
    }
    CHECK_EQ(back, 3);
    CHECK(stamps[1] >= 9990 && stamps[1] < 10100);
    CHECK(stamps[2] >= 11800 && stamps[2] < 12200);
    CHECK(stamps[3] >= 13700 && stamps[3] < 14300);
}

/* The same uses with room for two refills only: nothing comes back before the last of the joined pieces
 * would. */
static void pieces_join(void)
{
    pace = new_object(PN_CAP_NOTIFICATION, 0);
    end_of_test = read_time() + ticks_of(30000);
    start_pacer(1000, 1000);
    struct thread t = limited(1000, 10000, 0);
    thread_start(&t, in_pieces, 0);
    wait_done(2);
    for (unsigned i = 1; i < seen.count; i++) {
        if (us_of(seen.at[i].start - seen.at[i - 1].end) > 300)
            CHECK(us_of(seen.at[i].start - stamps[0]) > 11000);
    }
}

static void idle_then_run(word unused)
{
    (void)unused;
    (void)receive(PN_SYS_WAIT, pace, 0);
    end_of_test = read_time() + ticks_of(5000 * 4);
    bursts_run(&seen, 1000000, end_of_test);
}

static void not_saved(void)
{
    pace = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = limited(1000, 5000, 3);
    thread_start(&t, idle_then_run, 0);
    sleep_us(50000);
    signal(pace);
    wait_done(1);
    CHECK(bursts_most(&seen, 5000) <= 1000 + SLACK_US);
    CHECK(bursts_sum(&seen) <= 4000 + SLACK_US);
    CHECK(bursts_sum(&seen) > 3900);
}

static void smallest(void)
{
    measured(running, PN_MIN_BUDGET_US, 1000, 0, 50);
    CHECK(bursts_most(&seen, 1000) > 10);
}

static struct bursts both[2];

static void half(word n)
{
    bursts_run(&both[n], 1000000, end_of_test);
}

static void two_halves(void)
{
    end_of_test = read_time() + ticks_of(100000);
    for (word i = 0; i < 2; i++) {
        struct thread t = limited(1000, 2000, 0);
        thread_start(&t, half, i);
    }
    wait_done(2);
    for (word i = 0; i < 2; i++) {
        CHECK(bursts_sum(&both[i]) > 45000 && bursts_sum(&both[i]) <= 50000 + SLACK_US);
        CHECK(bursts_most(&both[i], 2000) <= 1000 + SLACK_US);
    }
}

static void full_never_throttled(void)
{
    end_of_test = read_time() + ticks_of(50000);
    struct thread t = limited(500, 500, 0);
    thread_start(&t, half, 0);
    wait_done(1);
    CHECK(bursts_sum(&both[0]) > 49000);
}

static void high_leaves_rest(void)
{
    end_of_test = read_time() + ticks_of(50000);
    struct thread high = limited(1000, 5000, 0);
    high.priority = 120;
    thread_start(&high, half, 0);
    struct thread low = thread_new();
    thread_start(&low, half, 1);
    wait_done(2);
    CHECK(bursts_sum(&both[0]) > 9000 && bursts_sum(&both[0]) <= 10000 + SLACK_US);
    CHECK(bursts_sum(&both[1]) > 38000 && bursts_sum(&both[1]) < 41500);
}

static void yield_once(word unused)
{
    (void)unused;
    stamps[0] = read_time();
    yield();
    stamps[1] = read_time();
}

static void yield_gives_up(void)
{
    struct thread t = limited(1000, 5000, 0);
    thread_start(&t, yield_once, 0);
    wait_done(1);
    word us = us_of(stamps[1] - stamps[0]);
    CHECK(us > 4900 && us < 5200);
    struct thread full = limited(1000, 1000, 0);
    thread_start(&full, yield_once, 0);
    wait_done(2);
    CHECK(us_of(stamps[1] - stamps[0]) < 50);
}

/* Uses up what it has until less than the minimum is left, then waits or calls. */
static void use_and_wait(word unused)
{
    (void)unused;
    stamps[0] = read_time();
    bursts_run(&seen, 988, ~(word)0);
    (void)receive(PN_SYS_WAIT, pace, 0);
    stamps[1] = read_time();
}

static void woken_without_budget(void)
{
    pace = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = limited(1000, 10000, 0);
    thread_start(&t, use_and_wait, 0);
    sleep_us(2000);
    signal(pace);
    wait_done(1);
    CHECK(us_of(stamps[1] - stamps[0]) >= 9980);
}

static void use_and_call(word unused)
{
    (void)unused;
    stamps[0] = read_time();
    bursts_run(&seen, 985, ~(word)0);
    (void)call(ep, info(1, 0), 0, 0, 0, 0);
}

static void long_service(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        if (label_of(r.a1) == 1)
            stamps[1] = read_time();
        word end = read_time() + ticks_of(label_of(r.a1) == 2 ? 3000 : 10);
        while (read_time() < end)
            ;
        r = reply_receive(ep, reply, info(0, 0), 0);
    }
}

static void other_client(word unused)
{
    (void)unused;
    (void)call(ep, info(2, 0), 0, 0, 0, 0);
}

/* A queued caller whose budget has ended lends a context that may not be used yet. */
static void lent_without_budget(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread server = thread_new();
    server.notification = new_object(PN_CAP_NOTIFICATION, 0);
    server.flags |= PN_TCB_PASSIVE;
    server.priority = 80;
    thread_start(&server, long_service, 0);
    sleep_us(200);
    struct thread other = thread_new();
    thread_start(&other, other_client, 0);
    sleep_us(500);
    struct thread t = limited(1000, 10000, 0);
    thread_start(&t, use_and_call, 0);
    wait_done(2);
    CHECK(us_of(stamps[1] - stamps[0]) >= 9980);
}

static const struct test_case cases[] = {
    {"contexts: never above the budget in any period, running", window_running},
    {"contexts: never above the budget in any period, yielding", window_yielding},
    {"contexts: never above the budget in any period, blocking", window_blocking},
    {"contexts: never above the budget in any period, preempted", window_preempted},
    {"contexts: use in pieces comes back in pieces", pieces_come_back},
    {"contexts: pieces join, later rather than earlier", pieces_join},
    {"contexts: time not used is not saved", not_saved},
    {"contexts: the smallest budget", smallest},
    {"contexts: two halves share the processor", two_halves},
    {"contexts: budget equal to period is never throttled", full_never_throttled},
    {"contexts: a high priority leaves what it may not use", high_leaves_rest},
    {"contexts: yield gives up the rest of a refill or slice", yield_gives_up},
    {"contexts: woken without budget, runs at the refill", woken_without_budget},
    {"contexts: lent without budget, runs at the refill", lent_without_budget},
};

const struct test_group contexts_group = GROUP(cases);
