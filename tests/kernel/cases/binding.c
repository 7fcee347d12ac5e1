/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications with several waiters, and bound ones in every state of their thread. */
#include "cases.h"
#include "../lib/puppet.h"

#define WAITERS 12

static cptr ep;
static cptr reply;
static cptr ntfn;

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
}

static struct puppet bound(void)
{
    make();
    struct thread t = thread_new();
    t.notification = ntfn;
    return puppet_of(t);
}

static word poll(void)
{
    return receive(PN_SYS_NBWAIT, ntfn, 0).a0;
}

static word woken;

static void waiter(word number)
{
    shared[20 + number] = receive(number % 2 == 0 ? PN_SYS_WAIT : PN_SYS_RECV, ntfn, reply).a0;
    shared[1 + woken++] = number;
}

/* Each signal wakes one, who gets its badge alone; among equals whoever waits longest. */
static void one_signal_one_waiter(void)
{
    make();
    for (word i = 0; i < WAITERS; i++) {
        struct thread t = thread_new();
        t.priority = 50 + i % 3;
        thread_start(&t, waiter, i);
        sleep_us(30);
    }
    sleep_us(200);
    for (word i = 0; i < WAITERS; i++)
        signal(derived(ntfn, PN_WRITE, (word)1 << i));
    CHECK_EQ(poll(), 0);
    wait_done(WAITERS);
    for (word i = 0; i < WAITERS; i++) {
        word number = 2 - i / 4 + 3 * (i % 4);
        CHECK_EQ(shared[1 + i], number);
        CHECK_EQ(shared[20 + number], (word)1 << i);
    }
}

/* One that leaves the queue in the middle misses its turn and nobody else's. */
static void waiter_leaves(void)
{
    make();
    struct thread t[5];
    for (word i = 0; i < 5; i++) {
        t[i] = thread_new();
        thread_start(&t[i], waiter, i);
    }
    sleep_us(300);
    CHECK_EQ(invoke0(t[0].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke0(t[2].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke0(t[4].tcb, PN_TCB_RESET), PN_OK);
    for (word i = 0; i < 3; i++)
        signal(derived(ntfn, PN_WRITE, (word)1 << i));
    sleep_us(300);
    CHECK_EQ(shared[21], 1);
    CHECK_EQ(shared[23], 2);
    CHECK_EQ(poll(), 4);
    CHECK_EQ(woken, 2);
    /* The suspended one comes back to the end of the queue. */
    CHECK_EQ(invoke0(t[2].tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    signal(derived(ntfn, PN_WRITE, 8));
    sleep_us(100);
    CHECK_EQ(shared[22], 8);
}

static void badge_of_zero(void)
{
    make();
    struct puppet p = puppet_new();
    struct regs in = {.a0 = ntfn, .a1 = 99};
    signal(ntfn);
    CHECK_EQ(puppet_try(&p, PN_SYS_WAIT, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    CHECK_EQ(p.reg[R_A1], 0);
    /* Taken: the next one waits, and a badge of 0 wakes it. */
    CHECK_EQ(puppet_try(&p, PN_SYS_WAIT, &in), BLOCKED);
    signal(ntfn);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
}

static void all_bits(void)
{
    make();
    for (unsigned i = 0; i < 64; i++)
        signal(derived(ntfn, PN_WRITE, (word)1 << i));
    CHECK_EQ(poll(), ~(word)0);
    CHECK_EQ(poll(), 0);
}

/* Bound, and the thread is not receiving: the word collects, and comes with its next receive. */
static void collects(struct puppet *p, cptr other)
{
    signal(derived(ntfn, PN_WRITE, 1));
    signal(derived(ntfn, PN_WRITE, 4));
    struct regs in = {.a0 = other, .a6 = reply};
    CHECK_EQ(puppet_try(p, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(p->reg[R_A0], 5);
    CHECK_EQ(p->reg[R_A1], 0);
    CHECK_EQ(puppet_try(p, PN_SYS_NBRECV, &in), RETURNED);
    CHECK_EQ(p->reg[R_A0], 0);
}

static void bound_inactive(void)
{
    struct puppet p = bound();
    collects(&p, ep);
}

static void bound_sending(void)
{
    struct puppet p = bound();
    struct regs in = {.a0 = ep, .a1 = info(3, 0)};
    CHECK_EQ(puppet_try(&p, PN_SYS_SEND, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(3, 0));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    collects(&p, ep);
}

static void bound_calling(void)
{
    struct puppet p = bound();
    struct regs in = {.a0 = ep, .a1 = info(3, 0)};
    cptr mine = new_object(PN_CAP_REPLY, 0);
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, mine).a1, info(3, 0));
    signal(derived(ntfn, PN_WRITE, 4));
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    (void)send(PN_SYS_SEND, mine, info(6, 0), 0);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(6, 0));
    collects(&p, ep);
}

/* In a fault it is not woken either. */
static void bound_faulting(void)
{
    struct puppet p = bound();
    p.reg[R_PC] = 0x70000000;
    puppet_go(&p);
    sleep_us(100);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a3, 0x70000000);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    collects(&p, ep);
}

/* Receiving: the signal is its message, the reply object offered stays free. */
static void bound_receiving(void)
{
    struct puppet p = bound();
    struct puppet c = puppet_new();
    struct regs in = {.a0 = ep, .a1 = 7, .a2 = 8, .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 0x40));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0x40);
    CHECK_EQ(p.reg[R_A1], 0);
    CHECK_EQ(p.reg[R_A2], 8);
    struct regs again = {.a0 = ntfn};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &again), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    /* The endpoint has no receiver left; a caller queues. */
    struct regs out = {.a0 = ep, .a1 = info(2, 0)};
    CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(2, 0));
}

/* A pending signal comes first, and leaves a caller in the reply object alone. */
static void keeps_caller(void)
{
    struct puppet p = bound();
    struct puppet c = puppet_new();
    struct regs out = {.a0 = ep, .a1 = info(2, 0)};
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(2, 0));
    signal(derived(ntfn, PN_WRITE, 2));
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 2);
    (void)send(PN_SYS_SEND, reply, info(5, 0), 0);
    CHECK_EQ(puppet_outcome(&c, NULL), RETURNED);
    CHECK_EQ(c.reg[R_A1], info(5, 0));
}

static void wait_on_endpoint(void)
{
    struct puppet p = bound();
    struct regs in = {.a0 = ep};
    CHECK_EQ(puppet_try(&p, PN_SYS_WAIT, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 3));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 3);
    signal(derived(ntfn, PN_WRITE, 3));
    CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 3);
}

/* Its own notification it may wait for; nobody else may. */
static void waits_itself(void)
{
    struct puppet p = bound();
    struct puppet other = puppet_new();
    struct regs in = {.a0 = ntfn};
    struct regs fault;
    CHECK_EQ(puppet_try(&p, PN_SYS_WAIT, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 3));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 3);
    static const int64_t forms[] = {PN_SYS_WAIT, PN_SYS_NBWAIT, PN_SYS_RECV, PN_SYS_NBRECV};
    signal(derived(ntfn, PN_WRITE, 8));
    for (unsigned i = 0; i < 4; i++) {
        puppet_call(&other, forms[i], &in);
        CHECK_EQ(puppet_outcome(&other, &fault), FAULTED);
        CHECK_EQ(fault.a1, info(PN_FAULT_CAP, 4));
        CHECK_EQ(fault.a3, ntfn);
    }
    CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 8);
}

/* Signals that were not taken survive suspend and reset, and reach the next life. */
static void survive_reset(void)
{
    struct puppet p = bound();
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESET), PN_OK);
    signal(derived(ntfn, PN_WRITE, 4));
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 5);
}

/* Resumed, a receive that a signal would have ended takes what came meanwhile. */
static void survive_suspend(void)
{
    struct puppet p = bound();
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    signal(derived(ntfn, PN_WRITE, 6));
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 6);
}

/* Two threads, two notifications: each has its own. */
static void two_bindings(void)
{
    struct puppet a = bound();
    cptr first = ntfn;
    cptr first_ep = ep;
    struct puppet b = bound();
    struct regs in = {.a0 = first_ep, .a6 = new_object(PN_CAP_REPLY, 0)};
    CHECK_EQ(puppet_try(&a, PN_SYS_RECV, &in), BLOCKED);
    in.a6 = reply;
    CHECK_EQ(puppet_try(&b, PN_SYS_RECV, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 2));
    CHECK_EQ(puppet_outcome(&a, NULL), BLOCKED);
    CHECK_EQ(puppet_outcome(&b, NULL), RETURNED);
    CHECK_EQ(b.reg[R_A0], 2);
    signal(derived(first, PN_WRITE, 1));
    CHECK_EQ(puppet_outcome(&a, NULL), RETURNED);
    CHECK_EQ(a.reg[R_A0], 1);
}

static const struct test_case cases[] = {
    {"notifications: one signal wakes one waiter, in order", one_signal_one_waiter},
    {"notifications: a waiter that leaves", waiter_leaves},
    {"notifications: a badge of 0", badge_of_zero},
    {"notifications: all bits", all_bits},
    {"binding: signals to an inactive thread collect", bound_inactive},
    {"binding: signals to a sender collect", bound_sending},
    {"binding: signals to a caller collect", bound_calling},
    {"binding: signals to a faulter collect", bound_faulting},
    {"binding: a signal ends a receive, the reply object stays free", bound_receiving},
    {"binding: a signal before a message leaves the caller waiting", keeps_caller},
    {"binding: receiving without reply object", wait_on_endpoint},
    {"binding: only the bound thread waits", waits_itself},
    {"binding: signals survive a reset", survive_reset},
    {"binding: signals survive a suspension", survive_suspend},
    {"binding: two threads", two_bindings},
};

const struct test_group binding_group = GROUP(cases);
