/* SPDX-License-Identifier: BSD-2-Clause */
/* Priorities, time slices, budgets, donation. */
#include "cases.h"

static word logged;

static void log_word(word value)
{
    shared[1 + logged++] = value;
}

static void one_word(word value)
{
    log_word(value);
}

static void priority_order(void)
{
    static const word priorities[] = {3, 250, 64, 63, 128, 127, 192, 191, 2, 65};
    static const word expected[] = {250, 192, 191, 128, 127, 65, 64, 63, 3, 2};
    for (unsigned i = 0; i < 10; i++) {
        struct thread t = thread_new();
        t.priority = priorities[i];
        thread_start(&t, one_word, priorities[i]);
    }
    wait_done(10);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQ(shared[1 + i], expected[i]);
}

static void yielding(word value)
{
    for (unsigned i = 0; i < 3; i++) {
        log_word(value);
        yield();
    }
}

static void yield_order(void)
{
    for (word i = 0; i < 3; i++) {
        struct thread t = thread_new();
        thread_start(&t, yielding, i);
    }
    wait_done(3);
    for (unsigned i = 0; i < 9; i++)
        CHECK_EQ(shared[1 + i], i % 3);
}

/* Ticks that the thread really ran until 'shared[0]' is set: gaps in the clock are somebody else's time. */
static void spin(word number)
{
    word last = read_time();
    word sum = 0;
    while (shared[0] == 0) {
        word now = read_time();
        if (now - last < 200)
            sum += now - last;
        last = now;
        shared[100 + number] = sum * 1000000 / bootinfo->timebase_hz;
    }
}

/* Uses up its budget, so that it comes back one period later, and then ends the test. */
static void wait_one_period(word us)
{
    word end = read_time() + us * bootinfo->timebase_hz / 1000000;
    while (read_time() < end)
        yield();
    shared[0] = 1;
}

static void run_for(word us)
{
    struct thread t = thread_new();
    t.priority = 254;
    t.budget = 20;
    t.period = 1000;
    thread_start(&t, wait_one_period, us);
}

static void time_slices(void)
{
    for (word i = 0; i < 3; i++) {
        struct thread t = thread_new();
        t.budget = t.period = 1000;
        thread_start(&t, spin, i);
    }
    run_for(30000);
    wait_done(4);
    for (unsigned i = 0; i < 3; i++)
        CHECK(shared[100 + i] > 8000 && shared[100 + i] < 12000);
}

static void budget(void)
{
    for (word i = 0; i < 2; i++) {
        struct thread t = thread_new();
        t.priority = 100 + i;
        t.budget = i == 1 ? 2000 : 10000;
        t.period = 10000;
        t.refills = 4;
        thread_start(&t, spin, i);
    }
    run_for(100000);
    wait_done(3);
    CHECK(shared[101] > 17000 && shared[101] < 23000);
    CHECK(shared[100] > 70000 && shared[100] < 85000);
}

/* Blocks often: fragments its budget into refills, and still gets no more than its share. */
static void spin_and_yield(word number)
{
    word sum = 0;
    while (shared[0] == 0) {
        word start = read_time();
        while (read_time() - start < 1000)
            ;
        sum += 1000;
        shared[100 + number] = sum * 1000000 / bootinfo->timebase_hz;
        for (unsigned i = 0; i < 3; i++)
            (void)receive(PN_SYS_NBWAIT, PN_ROOT_TCB + 1000, 0);
        yield();
    }
}

static void fragmented(void)
{
    struct thread t = thread_new();
    t.budget = 1000;
    t.period = 10000;
    t.refills = 6;
    t.fault_endpoint = 0;
    thread_start(&t, spin_and_yield, 0);
    run_for(100000);
    wait_done(1);
    CHECK(shared[100] < 12000);
}

static void idle_until_refill(void)
{
    struct thread t = thread_new();
    t.budget = 1000;
    t.period = 50000;
    word start = read_time();
    thread_start(&t, wait_one_period, 120000);
    wait_done(1);
    word us = (read_time() - start) * 1000000 / bootinfo->timebase_hz;
    CHECK(us >= 120000 && us < 160000);
}

static cptr handler_ep;
static cptr handler_reply;

static void timeout_fault(void)
{
    handler_ep = new_object(PN_CAP_ENDPOINT, 0);
    handler_reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.budget = 1000;
    t.period = 20000;
    t.timeout_endpoint = derived(handler_ep, PN_WRITE | PN_CALL, 0x70);
    thread_start(&t, spin, 0);
    struct regs r = receive(PN_SYS_RECV, handler_ep, handler_reply);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(r.a0, 0x70);
        CHECK_EQ(r.a1, info(PN_FAULT_TIMEOUT, 2));
        CHECK((r.a2 & 0xff00) == 0x5c00);
        CHECK(r.a3 > 900 && r.a3 < 1300);
        word before = read_time();
        r = reply_receive(handler_ep, handler_reply, 0, 0);
        word us = (read_time() - before) * 1000000 / bootinfo->timebase_hz;
        CHECK(us > 18000 && us < 22000);
    }
}

static void never_runs(void)
{
    struct thread t = thread_new();
    t.budget = 0;
    thread_start(&t, one_word, 1);
    sleep_us(5000);
    CHECK_EQ(logged, 0);
}

static cptr eps[3];
static cptr replies[3];
static cptr home;

/* Passive server number n: calls the next one in turn. */
static void chain(word n)
{
    struct regs r = receive(PN_SYS_RECV, eps[n], replies[n]);
    for (;;) {
        log_word(n);
        word value = r.a2 + 1;
        if (n < 2)
            value = call(eps[n + 1], info(0, 1), value, 0, 0, 0).a2;
        log_word(10 + n);
        r = reply_receive(eps[n], replies[n], info(0, 1), value + 100);
    }
}

static void chain_client(word value)
{
    for (word i = 0; i < 3; i++)
        shared[200 + i] = call(eps[0], info(0, 1), value + i, 0, 0, 0).a2;
}

static void nested_donation(void)
{
    for (unsigned i = 0; i < 3; i++) {
        eps[i] = new_object(PN_CAP_ENDPOINT, 0);
        replies[i] = new_object(PN_CAP_REPLY, 0);
    }
    for (word i = 0; i < 3; i++) {
        struct thread t = thread_new();
        t.notification = new_object(PN_CAP_NOTIFICATION, 0);
        t.flags |= PN_TCB_PASSIVE;
        t.priority = 120 + i;
        thread_start(&t, chain, i);
    }
    sleep_us(1000);
    struct thread c = thread_new();
    thread_start(&c, chain_client, 5);
    wait_done(1);
    static const word expected[] = {0, 1, 2, 12, 11, 10};
    for (unsigned i = 0; i < 18; i++)
        CHECK_EQ(shared[1 + i], expected[i % 6]);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(shared[200 + i], 5 + i + 3 + 300);
}

/* A passive server cannot use more than its client's budget. */
static void burn(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, eps[0], replies[0]);
    for (;;) {
        spin(0);
        r = reply_receive(eps[0], replies[0], info(0, 0), 0);
    }
    (void)r;
}

static void burn_client(word unused)
{
    (void)unused;
    (void)call(eps[0], info(0, 0), 0, 0, 0, 0);
}

static void client_pays(void)
{
    eps[0] = new_object(PN_CAP_ENDPOINT, 0);
    replies[0] = new_object(PN_CAP_REPLY, 0);
    struct thread s = thread_new();
    s.notification = new_object(PN_CAP_NOTIFICATION, 0);
    s.flags |= PN_TCB_PASSIVE;
    s.priority = 120;
    thread_start(&s, burn, 0);
    sleep_us(1000);
    shared[0] = 0;
    struct thread c = thread_new();
    c.budget = 1000;
    c.period = 10000;
    thread_start(&c, burn_client, 0);
    run_for(100000);
    wait_done(2);
    CHECK(shared[100] > 8000 && shared[100] < 12500);
}

/* Signals run a passive server on its own scheduling context, also after a call came and went. */
static void mixed(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, eps[0], replies[0]);
    for (;;) {
        log_word(r.a0);
        if (r.a0 == 0x99)
            r = reply_receive(eps[0], replies[0], info(0, 0), 0);
        else
            r = receive(PN_SYS_RECV, eps[0], replies[0]);
    }
}

static void passive_signals(void)
{
    eps[0] = new_object(PN_CAP_ENDPOINT, 0);
    replies[0] = new_object(PN_CAP_REPLY, 0);
    home = new_object(PN_CAP_NOTIFICATION, 0);
    cptr two = derived(home, PN_WRITE, 2);
    struct thread s = thread_new();
    s.notification = home;
    s.flags |= PN_TCB_PASSIVE;
    s.priority = 120;
    thread_start(&s, mixed, 0);
    sleep_us(100);
    cptr client = derived(eps[0], PN_WRITE | PN_CALL, 0x99);
    for (unsigned i = 0; i < 3; i++) {
        signal(two);
        sleep_us(100);
        (void)call(client, 0, 0, 0, 0, 0);
    }
    for (unsigned i = 0; i < 6; i++)
        CHECK_EQ(shared[1 + i], i % 2 == 0 ? 2 : 0x99);
    CHECK_EQ(logged, 6);
    /* A plain message too: it has nobody else's time to run on. */
    (void)send(PN_SYS_NBSEND, derived(eps[0], PN_WRITE, 7), 0, 0);
    sleep_us(100);
    CHECK_EQ(logged, 7);
    CHECK_EQ(shared[7], 7);
}

static void signaller(word cap)
{
    log_word(1);
    signal(cap);
    log_word(3);
}

static void high_waiter(word cap)
{
    (void)receive(PN_SYS_WAIT, cap, 0);
    log_word(2);
}

static void preemption(word waiter_priority, const word *expected)
{
    home = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread w = thread_new();
    w.priority = waiter_priority;
    thread_start(&w, high_waiter, home);
    sleep_us(100);
    struct thread s = thread_new();
    s.priority = 100;
    thread_start(&s, signaller, derived(home, PN_WRITE, 1));
    wait_done(2);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(shared[1 + i], expected[i]);
}

static void preempt_higher(void)
{
    static const word expected[] = {1, 2, 3};
    preemption(101, expected);
}

static void preempt_equal(void)
{
    static const word expected[] = {1, 3, 2};
    preemption(100, expected);
}

static void preempt_lower(void)
{
    static const word expected[] = {1, 3, 2};
    preemption(99, expected);
}

static const struct test_case cases[] = {
    {"order: ten priorities", priority_order},
    {"order: yield goes round within a priority", yield_order},
    {"order: time slices within a priority", time_slices},
    {"contexts: a budget is enforced and replenished", budget},
    {"contexts: fragmented use gets no more than the budget", fragmented},
    {"contexts: idle until the next refill", idle_until_refill},
    {"timeouts: resumed by the answer, at the refill", timeout_fault},
    {"contexts: without scheduling context nothing runs", never_runs},
    {"donation: nested, and back", nested_donation},
    {"donation: the client pays for a passive server", client_pays},
    {"donation: passive server, signals on its own context", passive_signals},
    {"order: a signal preempts for a higher priority", preempt_higher},
    {"order: a signal does not preempt for an equal priority", preempt_equal},
    {"order: a signal does not preempt for a lower priority", preempt_lower},
};

const struct test_group sched_group = GROUP(cases);
