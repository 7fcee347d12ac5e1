/* SPDX-License-Identifier: BSD-2-Clause */
/* Callers and their answers: reply objects, epochs, and servers that leave. */
#include "cases.h"
#include "../lib/puppet.h"

static cptr ep;
static cptr reply;

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
}

static struct puppet caller(word badge)
{
    struct puppet p = puppet_new();
    struct regs in = {.a0 = derived(ep, PN_ALL_RIGHTS, badge), .a1 = info(2, 0)};
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), BLOCKED);
    return p;
}

static void check_restarted(struct puppet *c, word epoch)
{
    CHECK_EQ(puppet_outcome(c, NULL), RETURNED);
    CHECK_EQ(c->reg[R_A0], 0);
    CHECK_EQ(c->reg[R_A1], info(PN_ERR_PEER_RESTARTED, 1));
    CHECK_EQ(c->reg[R_A2], epoch);
}

/* Two receivers offer the same reply object: the second caller finds it taken. */
static void one_object_two_receivers(void)
{
    make();
    struct puppet s[2] = {puppet_new(), puppet_new()};
    struct regs in = {.a0 = ep, .a6 = reply};
    for (unsigned i = 0; i < 2; i++)
        CHECK_EQ(puppet_try(&s[i], PN_SYS_RECV, &in), BLOCKED);
    struct puppet first = caller(1);
    CHECK_EQ(puppet_outcome(&s[0], NULL), RETURNED);
    CHECK_EQ(s[0].reg[R_A0], 1);
    struct puppet second = puppet_new();
    struct regs out = {.a0 = derived(ep, PN_ALL_RIGHTS, 2), .a1 = info(2, 0)};
    CHECK_EQ(puppet_try(&second, PN_SYS_CALL, &out), RETURNED);
    CHECK_EQ(second.reg[R_A1], info(PN_ERR_ILLEGAL_OPERATION, 0));
    CHECK_EQ(puppet_outcome(&s[1], NULL), RETURNED);
    CHECK_EQ(s[1].reg[R_A0], 2);
    (void)send(PN_SYS_SEND, reply, info(7, 0), 0);
    CHECK_EQ(puppet_outcome(&first, NULL), RETURNED);
    CHECK_EQ(first.reg[R_A1], info(7, 0));
}

/* Receiving anew gives the caller up; the epoch that it is told is the receiver's. */
static void epoch_of_receiver(void)
{
    make();
    struct puppet s = puppet_new();
    CHECK_EQ(invoke0(s.t.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(s.t.tcb, PN_TCB_RESET), PN_OK);
    struct puppet c = caller(1);
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&s, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(puppet_try(&s, PN_SYS_RECV, &in), BLOCKED);
    check_restarted(&c, 2);
}

/* Queued callers belong to who received last; of others' endpoints nobody is told. */
static void queued_belong_to_last(void)
{
    make();
    struct puppet a = puppet_new();
    struct puppet b = puppet_new();
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&a, PN_SYS_NBRECV, &in), RETURNED);
    in.a6 = new_object(PN_CAP_REPLY, 0);
    CHECK_EQ(puppet_try(&b, PN_SYS_NBRECV, &in), RETURNED);
    struct puppet c = caller(1);
    CHECK_EQ(invoke0(a.t.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(puppet_outcome(&c, NULL), BLOCKED);
    CHECK_EQ(invoke0(b.t.tcb, PN_TCB_RESET), PN_OK);
    check_restarted(&c, 1);
}

/* Plain senders and faulters in the queue stay when the server is reset, in their order. */
static void others_stay_queued(void)
{
    make();
    struct puppet s = puppet_new();
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&s, PN_SYS_NBRECV, &in), RETURNED);
    struct puppet sender[2] = {puppet_new(), puppet_new()};
    struct puppet c = puppet_new();
    struct regs out = {.a0 = derived(ep, PN_ALL_RIGHTS, 5), .a1 = info(3, 0)};
    CHECK_EQ(puppet_try(&sender[0], PN_SYS_SEND, &out), BLOCKED);
    CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 6);
    thread_make(&t, NULL, 0); /* starts at address 0 */
    word nowhere[3] = {1, 1, 0x70000000};
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, nowhere, 3, NULL), PN_OK);
    sleep_us(100);
    out.a1 = info(4, 0);
    CHECK_EQ(puppet_try(&sender[1], PN_SYS_SEND, &out), BLOCKED);
    CHECK_EQ(invoke0(s.t.tcb, PN_TCB_RESET), PN_OK);
    check_restarted(&c, 1);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(3, 0));
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(PN_FAULT_VM, 4));
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(4, 0));
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, 0);
}

/* A server that is suspended keeps its callers, received and queued. */
static void suspended_server(void)
{
    make();
    struct puppet s = puppet_new();
    struct regs in = {.a0 = ep, .a6 = reply};
    struct puppet a = caller(1);
    CHECK_EQ(puppet_try(&s, PN_SYS_RECV, &in), RETURNED);
    struct puppet b = caller(2);
    CHECK_EQ(invoke0(s.t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(puppet_outcome(&a, NULL), BLOCKED);
    CHECK_EQ(puppet_outcome(&b, NULL), BLOCKED);
    struct regs answer = {.a0 = ep, .a1 = info(9, 0), .a6 = reply};
    CHECK_EQ(puppet_try(&s, PN_SYS_REPLY_RECV, &answer), RETURNED);
    CHECK_EQ(s.reg[R_A0], 2);
    CHECK_EQ(puppet_outcome(&a, NULL), RETURNED);
    CHECK_EQ(a.reg[R_A1], info(9, 0));
}

/* The fault that a handler had received goes to whoever receives next. */
static void fault_to_another(void)
{
    make();
    struct puppet h = puppet_new();
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 6);
    thread_make(&t, NULL, 0);
    word nowhere[3] = {1, 1, 0x70000000};
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, nowhere, 3, NULL), PN_OK);
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&h, PN_SYS_RECV, &in), RETURNED);
    CHECK_EQ(h.reg[R_A1], info(PN_FAULT_VM, 4));
    CHECK_EQ(invoke0(h.t.tcb, PN_TCB_RESET), PN_OK);
    struct regs r = receive(PN_SYS_NBRECV, ep, new_object(PN_CAP_REPLY, 0));
    CHECK_EQ(r.a0, 6);
    CHECK_EQ(r.a1, info(PN_FAULT_VM, 4));
    CHECK_EQ(r.a3, 0x70000000);
}

/* A fault that is received without reply object, or given up, stops its thread. */
static void fault_given_up(void)
{
    make();
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 6);
    thread_make(&t, NULL, 0);
    word nowhere[3] = {1, 1, 0x70000000};
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, nowhere, 3, NULL), PN_OK);
        sleep_us(100);
        if (i == 0) {
            CHECK_EQ(receive(PN_SYS_NBWAIT, ep, 0).a1, info(PN_FAULT_VM, 4));
        } else {
            CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(PN_FAULT_VM, 4));
            CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, 0);
        }
        /* Not waiting for an answer any more: resumed, it faults again. */
        CHECK_EQ(invoke3(t.tcb, PN_TCB_SET_START, 0x70000000, 0, 0), PN_OK);
    }
}

/* What a reset leaves: the message buffer. */
static void buffer_survives(void)
{
    struct puppet p = puppet_new();
    for (unsigned i = 0; i < PN_PAGE_SIZE / 8; i++)
        ((volatile word *)p.t.buffer)[i] = 0x1000 + i;
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESET), PN_OK);
    for (unsigned i = 0; i < PN_PAGE_SIZE / 8; i++)
        CHECK_EQ(((volatile word *)p.t.buffer)[i], 0x1000 + i);
}

/* Without a mapped buffer there is one that only the kernel sees: zeros at first, then what was received. */
static void hidden_buffer(void)
{
    make();
    struct puppet p = {.t = thread_new()};
    p.ep = new_object(PN_CAP_ENDPOINT, 0);
    p.reply = new_object(PN_CAP_REPLY, 0);
    word words[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, derived(p.ep, PN_WRITE | PN_CALL, PUPPET_BADGE), 0, 0};
    CHECK_EQ(invoke(p.t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    word parameters[5] = {new_object(PN_CAP_SCHED_CONTEXT, 0), 1000, 1000, 0, 0};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, parameters, 5, NULL), PN_OK);
    CHECK_EQ(invoke2(p.t.tcb, PN_TCB_SET_SCHED, 100, parameters[0]), PN_OK);
    struct regs out = {.a0 = ep, .a1 = info(1, 120)};
    struct regs in = {.a0 = ep, .a6 = reply};
    for (unsigned round = 0; round < 2; round++) {
        CHECK_EQ(puppet_try(&p, PN_SYS_SEND, &out), BLOCKED);
        for (unsigned i = 4; i < 120; i++)
            *message_word(PN_MSGBUF_VADDR, i) = 0xdead;
        CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(1, 120));
        for (unsigned i = 4; i < 120; i++)
            CHECK_EQ(*message_word(PN_MSGBUF_VADDR, i), round == 0 ? 0 : 0x700 + i);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
        for (unsigned i = 4; i < 120; i++)
            *message_word(PN_MSGBUF_VADDR, i) = 0x700 + i;
        (void)send(PN_SYS_SEND, ep, info(2, 120), 0);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A1], info(2, 120));
    }
}

/* The flag without a notification does nothing: the thread keeps its context. */
static void passive_without_notification(void)
{
    make();
    struct thread t = thread_new();
    t.flags |= PN_TCB_PASSIVE;
    struct puppet p = puppet_of(t);
    struct regs in = {.a0 = ep, .a6 = reply};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
        (void)send(PN_SYS_SEND, ep, info(1, 0), 0);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    }
}

/* A reservation does not live through a system call, so that nobody stores on another's. */
static void reserve(word unused)
{
    (void)unused;
    word failed;
    struct regs r = {0};
    __asm__ volatile("lr.d t3, (%0)" : : "r"(&shared[50]) : "t3", "memory");
    syscall(PN_SYS_YIELD, &r);
    __asm__ volatile("sc.d %0, %1, (%2)" : "=r"(failed) : "r"(1), "r"(&shared[50]) : "memory");
    shared[51] = failed != 0;
}

static void reservation_lost(void)
{
    struct thread t = thread_new();
    thread_start(&t, reserve, 0);
    wait_done(1);
    CHECK_EQ(shared[51], 1);
    CHECK_EQ(shared[50], 0);
}

static const struct test_case cases[] = {
    {"ipc: two receivers offer one reply object", one_object_two_receivers},
    {"ipc: a caller that is given up learns the epoch", epoch_of_receiver},
    {"ipc: a thread without message buffer", hidden_buffer},
    {"ipc: a reservation ends with the system call", reservation_lost},
    {"reset: queued callers belong to the last receiver", queued_belong_to_last},
    {"reset: queued senders and faulters stay", others_stay_queued},
    {"reset: the message buffer stays", buffer_survives},
    {"reset: a received fault goes to another handler", fault_to_another},
    {"threads: a suspended server keeps its callers", suspended_server},
    {"faults: received without reply object, or given up", fault_given_up},
    {"donation: the flag without notification", passive_without_notification},
};

const struct test_group calls_group = GROUP(cases);
