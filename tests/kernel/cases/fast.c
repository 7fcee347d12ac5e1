/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls and answers that the kernel's short ways (kernel/src/fast) have to leave to the general way, and what
 * must then come out. Threads share the root task's memory.
 */
#include "cases.h"

#define CLIENT 100

static cptr ep;
static cptr reply;
static cptr wake;
static char trail[16]; /* who did something, in order */
static volatile unsigned steps;
static volatile word answer;

static void step(char who)
{
    trail[steps % sizeof trail] = who;
    steps++;
}

static void check_trail(const char *expected)
{
    for (unsigned i = 0; expected[i] != 0; i++)
        CHECK_EQ(trail[i], expected[i]);
}

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    wake = new_object(PN_CAP_NOTIFICATION, 0);
}

static void server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        step('s');
        r = reply_receive(ep, reply, info(7, 1), r.a2 + 1);
    }
}

static struct thread start_server(word priority)
{
    struct thread t = thread_new();
    t.priority = priority;
    thread_start(&t, server, 0);
    sleep_us(100);
    return t;
}

static void client(word value)
{
    step('c');
    answer = call(ep, info(1, 1), value, 0, 0, 0).a2;
    step('C');
}

static void woken_client(word value)
{
    (void)receive(PN_SYS_WAIT, wake, 0);
    client(value);
}

static void bystander(word unused)
{
    (void)unused;
    step('b');
}

static void waking_bystander(word unused)
{
    signal(wake);
    bystander(unused);
}

static void start(word priority, void (*function)(word), word argument)
{
    struct thread t = thread_new();
    t.priority = priority;
    thread_start(&t, function, argument);
}

static void ready_thread_first(void)
{
    make();
    (void)start_server(50);
    start(80, bystander, 0);
    start(CLIENT, client, 5);
    wait_done(2);
    check_trail("cbsC");
    CHECK_EQ(answer, 6);
}

static void preempted_thread_first(void)
{
    make();
    (void)start_server(50);
    start(CLIENT, woken_client, 5);
    sleep_us(100);
    start(80, waking_bystander, 0);
    wait_done(2);
    check_trail("cbsC");
    CHECK_EQ(answer, 6);
}

static struct thread late;

static void answering_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    thread_run(&late);
    step('s');
    r = reply_receive(ep, reply, info(7, 1), r.a2 + 1);
}

/* The answer makes a client ready that is not the first. */
static void ready_thread_before_client(void)
{
    make();
    late = thread_new();
    late.priority = 110;
    thread_make(&late, bystander, 0);
    start(120, answering_server, 0);
    sleep_us(100);
    start(CLIENT, client, 5);
    wait_done(2);
    check_trail("csbC");
}

static cptr second_reply;

static void second_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, second_reply);
    step('t');
    (void)r;
}

static void two_receivers(void)
{
    make();
    second_reply = new_object(PN_CAP_REPLY, 0);
    (void)start_server(110);
    start(105, second_server, 0);
    sleep_us(100);
    start(CLIENT, client, 5);
    sleep_us(200);
    CHECK_EQ(answer, 6);
    /* The server that answered is the first of both again. */
    start(CLIENT, client, 15);
    wait_done(2);
    CHECK_EQ(answer, 16);
    check_trail("csCcsC");
}

static void queued_callers(void)
{
    make();
    start(CLIENT, client, 1);
    start(CLIENT, client, 2);
    sleep_us(200);
    check_trail("cc");
    (void)start_server(110);
    wait_done(2);
    check_trail("ccss");
    CHECK_EQ(steps, 6);
}

static void signalled_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        step('s');
        signal(wake);
        r = reply_receive(ep, reply, info(7, 1), r.a2 + 1);
        step(r.a0 == 0x40 ? 'n' : 'x');
        r = receive(PN_SYS_RECV, ep, reply);
    }
}

/* A signal that is pending at the answer comes before the next message. */
static void pending_signal(void)
{
    make();
    cptr bound = wake;
    wake = derived(bound, PN_WRITE, 0x40);
    struct thread t = thread_new();
    t.priority = 110;
    t.notification = bound;
    t.flags |= PN_TCB_PASSIVE;
    thread_start(&t, signalled_server, 0);
    sleep_us(100);
    start(CLIENT, client, 5);
    wait_done(1);
    start(CLIENT, client, 6);
    wait_done(2);
    check_trail("csnCcsnC");
    CHECK_EQ(answer, 7);
}

static cptr deaf;

static void deaf_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    step('s');
    (void)reply_receive(deaf, reply, info(7, 1), r.a2 + 1);
    step('x');
}

/* The caller is answered although the receive half fails. */
static void answer_then_fault(void)
{
    make();
    cptr faults = new_object(PN_CAP_ENDPOINT, 0);
    cptr fault_reply = new_object(PN_CAP_REPLY, 0);
    deaf = derived(ep, PN_WRITE | PN_CALL, 0);
    struct thread t = thread_new();
    t.priority = 110;
    t.fault_endpoint = derived(faults, PN_WRITE | PN_CALL, 3);
    thread_start(&t, deaf_server, 0);
    sleep_us(100);
    start(CLIENT, client, 5);
    struct regs r = receive(PN_SYS_RECV, faults, fault_reply);
    CHECK_EQ(label_of(r.a1), PN_FAULT_CAP);
    CHECK_EQ(r.a3, deaf);
    CHECK_EQ(r.a4, 1);
    wait_done(1);
    check_trail("csC");
    CHECK_EQ(answer, 6);
}

static word read_counter(void)
{
    word value;
    __asm__ volatile("rdinstret %0" : "=r"(value));
    return value;
}

static void counting_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    step('s');
    (void)read_counter();
    (void)reply_receive(ep, reply, info(7, 1), r.a2 + 1);
}

static void counting_client(word value)
{
    client(value);
    (void)read_counter();
    step('x');
}

/* What a thread may do besides does not pass on with the call, nor back with the answer. */
static void other_flags(void)
{
    make();
    cptr faults = new_object(PN_CAP_ENDPOINT, 0);
    struct thread t = thread_new();
    t.priority = 110;
    thread_start(&t, counting_server, 0);
    sleep_us(100);
    struct thread c = thread_new();
    c.flags = 0;
    c.fault_endpoint = derived(faults, PN_WRITE | PN_CALL, 3);
    thread_start(&c, counting_client, 5);
    struct regs r = receive(PN_SYS_RECV, faults, new_object(PN_CAP_REPLY, 0));
    CHECK_EQ(label_of(r.a1), PN_FAULT_USER_EXCEPTION);
    check_trail("csC");
    CHECK_EQ(steps, 3);
    CHECK_EQ(answer, 6);
}

static void sporadic_server(void)
{
    make();
    struct thread t = thread_new();
    t.priority = 110;
    t.budget = 1000;
    t.period = 5000;
    thread_start(&t, server, 0);
    sleep_us(100);
    for (word i = 0; i < 3; i++) {
        start(CLIENT, client, i);
        wait_done((unsigned)i + 1);
        CHECK_EQ(answer, i + 1);
    }
    check_trail("csCcsCcs");
}

static const struct test_case cases[] = {
    {"fast: a ready thread runs before a server of lower priority", ready_thread_first},
    {"fast: a preempted thread runs before a server of lower priority", preempted_thread_first},
    {"fast: a ready thread runs before an answered client of lower priority", ready_thread_before_client},
    {"fast: two receivers at one endpoint", two_receivers},
    {"fast: an answer while callers are queued", queued_callers},
    {"fast: an answer while a signal is pending", pending_signal},
    {"fast: an answer whose receive half fails", answer_then_fault},
    {"fast: client and server with different flags", other_flags},
    {"fast: a server with sporadic budget", sporadic_server},
};

const struct test_group fast_group = GROUP(cases);
