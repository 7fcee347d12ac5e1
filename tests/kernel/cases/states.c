/* SPDX-License-Identifier: BSD-2-Clause */
/* Suspend, resume, registers and reset of a thread in every state that a thread can be in. */
#include "cases.h"
#include "../lib/puppet.h"

#define WORD     0x51
#define START_SP 0x3000f0
#define START_A0 0x77u

enum state {
    READY,
    RUNNING,
    RECEIVING,
    SENDING,
    CALLING,
    ANSWERED, /* its call has been received and not answered */
    WAITING,
    FAULTING, /* its fault is in the queue */
    HANDLED,  /* its fault has been received and not answered */
    NO_BUDGET,
    TIMED_OUT,
    STOPPED /* never started, or faulted without handler */
};

static cptr ep;
static cptr reply;
static cptr ntfn;
static struct puppet p;

static void started(void)
{
    shared[1]++;
    thread_done();
    for (;;)
        (void)receive(PN_SYS_WAIT, ntfn, 0);
}

/* Bring the puppet into a state by what it does itself. */
static void enter(enum state s)
{
    struct regs in = {.a0 = s == WAITING ? ntfn : ep, .a1 = info(4, 1), .a2 = WORD, .a6 = reply};
    static const int64_t calls[] = {
        [RECEIVING] = PN_SYS_RECV, [SENDING] = PN_SYS_SEND, [CALLING] = PN_SYS_CALL,
        [ANSWERED] = PN_SYS_CALL,  [WAITING] = PN_SYS_WAIT, [STOPPED] = 0};
    if (s == STOPPED)
        return;
    if (calls[s] != 0) {
        puppet_call(&p, calls[s], &in);
    } else {
        /* To the endless loop behind the breakpoint, or to nowhere. */
        p.reg[R_PC] = s == FAULTING || s == HANDLED ? 0x70000000 : (word)(puppet_break + 1);
        puppet_go(&p);
    }
    if (s != READY)
        sleep_us(s == NO_BUDGET || s == TIMED_OUT ? 1000 : 100);
    if (s == ANSWERED)
        CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a2, WORD);
    if (s == HANDLED)
        CHECK_EQ(label_of(receive(PN_SYS_NBRECV, p.ep, p.reply).a1), PN_FAULT_VM);
    if (s == TIMED_OUT)
        CHECK_EQ(label_of(receive(PN_SYS_NBRECV, p.ep, p.reply).a1), PN_FAULT_TIMEOUT);
}

static void make(enum state s)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = thread_new();
    if (s == NO_BUDGET || s == TIMED_OUT) {
        t.budget = 100;
        t.period = 100000;
    }
    p = puppet_of(t);
    if (s == TIMED_OUT) {
        word words[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, p.t.fault_endpoint, p.t.flags, p.t.fault_endpoint};
        CHECK_EQ(invoke(p.t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    }
    CHECK_EQ(invoke3(p.t.tcb, PN_TCB_SET_START, (word)started, p.t.stack_top, START_A0), PN_OK);
    enter(s);
}

/* The puppet is in no queue, waits for nobody, and does not run. */
static void check_gone(void)
{
    word before[R_COUNT];
    word after[R_COUNT];
    registers_read(p.t.tcb, before);
    (void)send(PN_SYS_NBSEND, ep, info(1, 1), 99);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, new_object(PN_CAP_REPLY, 0)).a1, 0);
    CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, new_object(PN_CAP_REPLY, 0)).a1, 0);
    signal(derived(ntfn, PN_WRITE, 2));
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 2);
    (void)send(PN_SYS_SEND, reply, info(9, 1), 98);
    (void)send(PN_SYS_SEND, p.reply, info(0, 1), 97);
    sleep_us(200);
    registers_read(p.t.tcb, after);
    for (unsigned i = 0; i < R_COUNT; i++)
        CHECK_EQ(after[i], before[i]);
}

/* What it was in has gone on or started again; see that it comes to its end. */
static void finish(enum state s)
{
    switch (s) {
    case RECEIVING:
        (void)send(PN_SYS_SEND, ep, info(1, 1), 42);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A2], 42);
        break;
    case SENDING:
    case CALLING:
    case ANSWERED:
        CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a2, WORD);
        (void)send(PN_SYS_SEND, reply, info(6, 0), 0);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(label_of(p.reg[R_A1]), s == SENDING ? 4 : 6);
        break;
    case WAITING:
        signal(derived(ntfn, PN_WRITE, 4));
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A0], 4);
        break;
    case FAULTING:
    case HANDLED:
        CHECK_EQ(receive(PN_SYS_NBRECV, p.ep, p.reply).a3, 0x70000000);
        break;
    default:
        CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
        break;
    }
}

static void suspend_in(enum state s)
{
    make(s);
    word before[R_COUNT];
    word after[R_COUNT];
    registers_read(p.t.tcb, before);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    registers_read(p.t.tcb, after);
    bool in_call = s >= RECEIVING && s <= WAITING;
    for (unsigned i = 0; i < R_COUNT; i++)
        CHECK_EQ(after[i], before[i] - (in_call && i == R_PC ? 4 : 0));
    if (in_call)
        CHECK_EQ(after[R_PC], (word)puppet_ecall);
    check_gone();
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    if (s == STOPPED)
        return;
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(200);
    finish(s);
}

/* Resume on a thread that waits takes it out and repeats what it did. */
static void resume_in(enum state s)
{
    make(s);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
    if (s == ANSWERED || s == HANDLED)
        (void)send(PN_SYS_SEND, s == ANSWERED ? reply : p.reply, info(0, 0), 0); /* comes too late */
    sleep_us(200);
    if (s == STOPPED) {
        CHECK_EQ(shared[1], 1);
        return;
    }
    finish(s);
    CHECK_EQ(shared[1], 0);
}

static void read_in(enum state s)
{
    make(s);
    word seen[R_COUNT];
    registers_read(p.t.tcb, seen);
    if (s != STOPPED) {
        for (unsigned i = 1; i < R_COUNT; i++)
            CHECK_EQ(seen[i], p.reg[i]);
    }
    /* Reading has not moved it. */
    if (s == ANSWERED)
        (void)send(PN_SYS_SEND, reply, info(6, 0), 0);
    if (s == ANSWERED)
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    else if (s != HANDLED)
        finish(s);
    /* With the flag it is suspended as well. */
    if (s == NO_BUDGET || s == TIMED_OUT)
        sleep_us(100000);
    enter(s);
    word read[2] = {1, 1};
    CHECK_EQ(invoke(p.t.tcb, PN_TCB_READ_REGISTERS, read, 2, NULL), PN_OK);
    check_gone();
}

static void write_in(enum state s)
{
    make(s);
    /* Without resuming: out of the system call, or waiting for the handler as before. */
    word reg[R_COUNT];
    for (unsigned i = 0; i < R_COUNT; i++)
        reg[i] = 0x4400 + i;
    reg[R_PC] = (word)puppet_break;
    registers_write(p.t.tcb, reg, R_COUNT, false);
    if (s == FAULTING)
        CHECK_EQ(label_of(receive(PN_SYS_NBRECV, p.ep, p.reply).a1), PN_FAULT_VM);
    if (s == FAULTING || s == HANDLED || s == TIMED_OUT) {
        (void)send(PN_SYS_SEND, p.reply, 0, 0);
    } else if (s != READY && s != RUNNING && s != NO_BUDGET) {
        check_gone();
        CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
    }
    if (s == NO_BUDGET || s == TIMED_OUT)
        sleep_us(100000);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    for (unsigned i = 1; i < R_COUNT; i++)
        CHECK_EQ(p.reg[i], 0x4400 + i);
    /* And resuming. */
    enter(s);
    registers_write(p.t.tcb, reg, R_COUNT, true);
    if (s == NO_BUDGET || s == TIMED_OUT)
        sleep_us(100000);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_S0], 0x4400 + R_S0);
}

static void reset_in(enum state s)
{
    make(s);
    for (word life = 1; life <= 3; life++) {
        struct regs r;
        word reg[R_COUNT];
        CHECK_EQ(invoke(p.t.tcb, PN_TCB_RESET, NULL, 0, &r), PN_OK);
        CHECK_EQ(r.a1, info(0, 1));
        CHECK_EQ(r.a2, life);
        registers_read(p.t.tcb, reg);
        for (unsigned i = 0; i < R_COUNT; i++) {
            word expected = i == R_PC ? (word)started : i == R_SP ? p.t.stack_top : i == R_A0 ? START_A0 : 0;
            CHECK_EQ(reg[i], expected);
        }
        check_gone();
        CHECK_EQ(shared[1], life - 1);
        CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
        wait_done((unsigned)life);
        CHECK_EQ(shared[1], life);
        CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
        if (life < 3)
            enter(s);
    }
}

#define EACH(X)                                     \
    X(READY, ready, "ready")                        \
    X(RUNNING, running, "running")                  \
    X(RECEIVING, receiving, "receiving")            \
    X(SENDING, sending, "sending")                  \
    X(CALLING, calling, "calling, in the queue")    \
    X(ANSWERED, answered, "calling, received")      \
    X(WAITING, waiting, "waiting for a signal")     \
    X(FAULTING, faulting, "faulting, in the queue") \
    X(HANDLED, faulted, "faulting, received")       \
    X(NO_BUDGET, no_budget, "without budget")       \
    X(TIMED_OUT, timed_out, "in a timeout fault")   \
    X(STOPPED, stopped, "inactive")

#define FUNCTIONS(state, name, text) \
    static void suspend_##name(void) \
    {                                \
        suspend_in(state);           \
    }                                \
    static void resume_##name(void)  \
    {                                \
        resume_in(state);            \
    }                                \
    static void read_##name(void)    \
    {                                \
        read_in(state);              \
    }                                \
    static void write_##name(void)   \
    {                                \
        write_in(state);             \
    }                                \
    static void reset_##name(void)   \
    {                                \
        reset_in(state);             \
    }

EACH(FUNCTIONS)

#define SUSPEND(state, name, text) {"threads: suspend while " text, suspend_##name},
#define RESUME(state, name, text)  {"threads: resume while " text, resume_##name},
#define READ(state, name, text)    {"registers: read while " text, read_##name},
#define WRITE(state, name, text)   {"registers: write while " text, write_##name},
#define RESET(state, name, text)   {"reset: while " text, reset_##name},

static const struct test_case cases[] = {EACH(SUSPEND) EACH(RESUME) EACH(READ) EACH(WRITE) EACH(RESET)};

const struct test_group states_group = GROUP(cases);
