/* SPDX-License-Identifier: BSD-2-Clause */
/* Every message form, one at a time, seen in all registers of the thread that uses it. */
#include "cases.h"
#include "../lib/puppet.h"

static cptr ep;
static cptr reply;
static cptr ntfn;

static struct puppet make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    return puppet_new();
}

/* All registers but those of the answer, of which 'words' came, are as they were. */
static void check_kept(const struct puppet *p, const word *before, unsigned words)
{
    for (unsigned i = 1; i < R_COUNT; i++) {
        bool answer = i == R_A0 || i == R_A1 || (i >= R_A2 && i < R_A2 + words);
        if (!answer)
            CHECK_EQ(p->reg[i], before[i]);
    }
}

static void keep(const struct puppet *p, word *before)
{
    for (unsigned i = 0; i < R_COUNT; i++)
        before[i] = p->reg[i];
}

static void send_waits(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = derived(ep, PN_WRITE, 0x77), .a1 = info(5, 2), .a2 = 21, .a3 = 22, .a4 = 23};
    word before[R_COUNT];
    CHECK_EQ(puppet_try(&p, PN_SYS_SEND, &in), BLOCKED);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a0, 0x77);
    CHECK_EQ(r.a1, info(5, 2));
    CHECK_EQ(r.a2, 21);
    CHECK_EQ(r.a3, 22);
    CHECK_EQ(r.a4, 0);
    /* No answer is expected: the reply object is free, the sender goes on, no register has changed. */
    (void)send(PN_SYS_SEND, reply, info(9, 1), 9);
    keep(&p, before);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], in.a0);
    CHECK_EQ(p.reg[R_A1], in.a1);
    check_kept(&p, before, 0);
}

static void nbsend_dropped(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = ep, .a1 = info(5, 4), .a2 = 1};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], ep);
    CHECK_EQ(p.reg[R_A1], info(5, 4));
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, 0);
}

static void call_waits_for_answer(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = derived(ep, PN_WRITE | PN_CALL, 3), .a1 = info(5, 1), .a2 = 21, .a3 = 22};
    word before[R_COUNT];
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), BLOCKED);
    keep(&p, before);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, 3);
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
    struct regs answer = {.a0 = reply, .a1 = info(8, 3), .a2 = 31, .a3 = 32, .a4 = 33, .a5 = 34};
    syscall(PN_SYS_SEND, &answer);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    CHECK_EQ(p.reg[R_A1], info(8, 3));
    CHECK_EQ(p.reg[R_A2], 31);
    CHECK_EQ(p.reg[R_A2 + 2], 33);
    check_kept(&p, before, 3);
}

/* The send half finds a receiver. */
static void nbsend_recv_delivers(void)
{
    struct puppet p = make();
    struct puppet listener = puppet_new();
    cptr other = new_object(PN_CAP_ENDPOINT, 0);
    struct regs wait = {.a0 = other, .a6 = new_object(PN_CAP_REPLY, 0)};
    CHECK_EQ(puppet_try(&listener, PN_SYS_RECV, &wait), BLOCKED);
    struct regs in = {.a0 = ep, .a1 = info(4, 1), .a2 = 44, .a6 = reply, .t0 = derived(other, PN_WRITE, 6)};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_RECV, &in), BLOCKED);
    CHECK_EQ(puppet_outcome(&listener, NULL), RETURNED);
    CHECK_EQ(listener.reg[R_A0], 6);
    CHECK_EQ(listener.reg[R_A1], info(4, 1));
    CHECK_EQ(listener.reg[R_A2], 44);
    (void)send(PN_SYS_SEND, derived(ep, PN_WRITE, 8), info(2, 1), 88);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 8);
    CHECK_EQ(p.reg[R_A2], 88);
}

static void nbsend_recv_drops(void)
{
    struct puppet p = make();
    cptr other = new_object(PN_CAP_ENDPOINT, 0);
    const cptr nobody[] = {other, 0, PN_ROOT_SLOTS, ~(word)0, derived(other, PN_READ, 0)};
    for (unsigned i = 0; i < 5; i++) {
        struct regs in = {.a0 = ep, .a1 = info(4, 1), .a2 = 44, .a6 = reply, .t0 = nobody[i]};
        CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_RECV, &in), BLOCKED);
        (void)send(PN_SYS_SEND, derived(ep, PN_WRITE, 8), info(2, 0), 0);
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A0], 8);
        CHECK_EQ(p.reg[R_A1], info(2, 0));
        CHECK_EQ(receive(PN_SYS_NBRECV, other, new_object(PN_CAP_REPLY, 0)).a1, 0);
    }
}

/* A server that answers a caller and sends elsewhere in one go, as Microkit's loop does. */
static void nbsend_recv_answers(void)
{
    struct puppet p = make();
    struct puppet server = puppet_new();
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&server, PN_SYS_RECV, &in), BLOCKED);
    struct regs out = {.a0 = derived(ep, PN_ALL_RIGHTS, 2), .a1 = info(1, 0)};
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(puppet_outcome(&server, NULL), RETURNED);
    struct regs again = {.a0 = ep, .a1 = info(7, 1), .a2 = 70, .a6 = reply, .t0 = reply};
    CHECK_EQ(puppet_try(&server, PN_SYS_NBSEND_RECV, &again), BLOCKED);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(7, 1));
    CHECK_EQ(p.reg[R_A2], 70);
}

static void nbsend_recv_signals(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = ep, .a1 = info(4, 1), .a6 = reply, .t0 = derived(ntfn, PN_WRITE, 0x20)};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_RECV, &in), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0x20);
}

static void nbsend_recv_invokes(void)
{
    struct puppet p = make();
    struct puppet other = puppet_new();
    struct regs wait = {.a0 = ntfn};
    CHECK_EQ(puppet_try(&other, PN_SYS_WAIT, &wait), BLOCKED);
    struct regs in = {.a0 = ep, .a1 = info(PN_TCB_SUSPEND, 0), .a6 = reply, .t0 = other.t.tcb};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_RECV, &in), BLOCKED);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(puppet_outcome(&other, NULL), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 1);
}

static void nbsend_wait(void)
{
    struct puppet p = make();
    cptr other = new_object(PN_CAP_NOTIFICATION, 0);
    struct regs in = {.a0 = ntfn, .a6 = 999, .t0 = derived(other, PN_WRITE, 0x11)};
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_WAIT, &in), BLOCKED);
    CHECK_EQ(receive(PN_SYS_NBWAIT, other, 0).a0, 0x11);
    signal(derived(ntfn, PN_WRITE, 0x22));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0x22);
    CHECK_EQ(p.reg[R_A1], 0);
    /* On an endpoint: plain messages only. */
    in.a0 = ep;
    CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND_WAIT, &in), BLOCKED);
    (void)send(PN_SYS_SEND, derived(ep, PN_WRITE, 5), info(6, 1), 66);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 5);
    CHECK_EQ(p.reg[R_A2], 66);
}

/* A bad receive half is a fault; the send half has happened. */
static void nbsend_recv_fault(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = PN_ROOT_TCB, .a6 = reply, .t0 = derived(ntfn, PN_WRITE, 4)};
    struct regs fault;
    static const int64_t both[] = {PN_SYS_NBSEND_RECV, PN_SYS_NBSEND_WAIT};
    for (unsigned i = 0; i < 2; i++) {
        puppet_call(&p, both[i], &in);
        CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
        CHECK_EQ(fault.a1, info(PN_FAULT_CAP, 4));
        CHECK_EQ(fault.a2, (word)puppet_ecall);
        CHECK_EQ(fault.a3, PN_ROOT_TCB);
        CHECK_EQ(fault.a4, 1);
        CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 4);
    }
}

static void receive_on_notification(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = ntfn, .a1 = 5, .a2 = 6, .a6 = 0};
    word before[R_COUNT];
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    keep(&p, before);
    signal(derived(ntfn, PN_WRITE, 0x41));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0x41);
    CHECK_EQ(p.reg[R_A1], 0);
    check_kept(&p, before, 0);
    before[R_A7] = (word)PN_SYS_NBRECV;
    CHECK_EQ(puppet_try(&p, PN_SYS_NBRECV, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    CHECK_EQ(p.reg[R_A1], 0);
    check_kept(&p, before, 0);
}

static void poll_takes_message(void)
{
    struct puppet p = make();
    struct puppet s = puppet_new();
    struct regs out = {.a0 = derived(ep, PN_ALL_RIGHTS, 9), .a1 = info(3, 1), .a2 = 30};
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&s, PN_SYS_SEND, &out), BLOCKED);
    CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 9);
    CHECK_EQ(p.reg[R_A2], 30);
    CHECK_EQ(puppet_outcome(&s, NULL), RETURNED);
    /* A call: NBRecv keeps the caller in the reply object, NBWait refuses it. */
    CHECK_EQ(puppet_try(&s, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(puppet_try(&p, PN_SYS_NBRECV, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 9);
    (void)send(PN_SYS_SEND, reply, info(4, 0), 0);
    CHECK_EQ(puppet_outcome(&s, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A1], info(3, 1));
    CHECK_EQ(s.reg[R_A1], info(4, 0));
    CHECK_EQ(puppet_try(&s, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(puppet_try(&p, PN_SYS_NBWAIT, &in), RETURNED);
    CHECK_EQ(p.reg[R_A2], 30);
    CHECK_EQ(puppet_outcome(&s, NULL), RETURNED);
    CHECK_EQ(s.reg[R_A1], info(PN_ERR_ILLEGAL_OPERATION, 0));
}

static void reply_receive_without_caller(void)
{
    struct puppet p = make();
    struct regs in = {.a0 = ep, .a1 = info(4, 4), .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_REPLY_RECV, &in), BLOCKED);
    (void)send(PN_SYS_SEND, derived(ep, PN_WRITE, 1), info(2, 0), 0);
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 1);
}

static void reply_receive_without_reply(void)
{
    struct puppet p = make();
    struct regs fault;
    static const word bad[] = {0, PN_ROOT_TCB, PN_ROOT_SLOTS, ~(word)0};
    for (unsigned i = 0; i < 4; i++) {
        struct regs in = {.a0 = ep, .a6 = bad[i]};
        puppet_call(&p, PN_SYS_REPLY_RECV, &in);
        CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
        CHECK_EQ(fault.a1, info(PN_FAULT_CAP, 4));
        CHECK_EQ(fault.a3, bad[i]);
        CHECK_EQ(fault.a4, 1);
        /* A notification needs none. */
        in.a0 = ntfn;
        CHECK_EQ(puppet_try(&p, PN_SYS_REPLY_RECV, &in), BLOCKED);
        signal(derived(ntfn, PN_WRITE, 2));
        CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
        CHECK_EQ(p.reg[R_A0], 2);
    }
}

static void reply_then_notification(void)
{
    struct puppet p = make();
    struct puppet c = puppet_new();
    struct regs out = {.a0 = ep, .a1 = info(1, 0)};
    struct regs in = {.a0 = ep, .a6 = reply};
    CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), RETURNED);
    struct regs next = {.a0 = ntfn, .a1 = info(6, 1), .a2 = 60, .a6 = reply};
    CHECK_EQ(puppet_try(&p, PN_SYS_REPLY_RECV, &next), BLOCKED);
    CHECK_EQ(puppet_outcome(&c, NULL), RETURNED);
    CHECK_EQ(c.reg[R_A1], info(6, 1));
    CHECK_EQ(c.reg[R_A2], 60);
    signal(derived(ntfn, PN_WRITE, 1));
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
}

/* Signalling or answering by Call gets the kernel's empty answer at once. */
static void call_on_others(void)
{
    struct puppet p = make();
    struct puppet c = puppet_new();
    struct regs in = {.a0 = derived(ntfn, PN_WRITE, 0x80), .a1 = info(3, 4), .a2 = 5};
    word before[R_COUNT];
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    CHECK_EQ(p.reg[R_A1], 0);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0x80);
    struct regs out = {.a0 = ep, .a1 = info(1, 0)};
    CHECK_EQ(puppet_try(&c, PN_SYS_CALL, &out), BLOCKED);
    (void)receive(PN_SYS_RECV, ep, reply);
    in.a0 = reply;
    in.a1 = info(3, 1);
    keep(&p, before);
    before[R_A2] = 5;
    CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    CHECK_EQ(p.reg[R_A1], 0);
    CHECK_EQ(p.reg[R_A2], 5);
    CHECK_EQ(puppet_outcome(&c, NULL), RETURNED);
    CHECK_EQ(c.reg[R_A1], info(3, 1));
    CHECK_EQ(c.reg[R_A2], 5);
}

/* Send and NBSend on an object perform the method and change no register, whatever comes of it. */
static void send_invokes(void)
{
    struct puppet p = make();
    struct puppet other = puppet_new();
    static const int64_t forms[] = {PN_SYS_SEND, PN_SYS_NBSEND};
    static const word methods[] = {PN_TCB_READ_REGISTERS, PN_TCB_EPOCH, PN_TCB_RESET, PN_TCB_SUSPEND, 99};
    for (unsigned f = 0; f < 2; f++) {
        for (unsigned m = 0; m < 5; m++) {
            word before[R_COUNT];
            struct regs in = {.a0 = other.t.tcb, .a1 = info(methods[m], 2), .a2 = 0, .a3 = 32};
            for (unsigned i = 4; i < 32; i++)
                *message_word(p.t.buffer, i) = i;
            puppet_call(&p, forms[f], &in);
            keep(&p, before);
            CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
            CHECK_EQ(p.reg[R_A0], in.a0);
            CHECK_EQ(p.reg[R_A1], in.a1);
            check_kept(&p, before, 0);
            for (unsigned i = 4; i < 32; i++)
                CHECK_EQ(*message_word(p.t.buffer, i), i);
        }
    }
    struct regs r;
    CHECK_EQ(invoke(other.t.tcb, PN_TCB_EPOCH, NULL, 0, &r), PN_OK);
    CHECK_EQ(r.a2, 2);
}

static void bad_capability_by_form(void)
{
    struct puppet p = make();
    static const word bad[] = {0, PN_ROOT_SLOTS, ~(word)0, (word)1 << 63};
    static const int64_t faulting[] = {PN_SYS_SEND,        PN_SYS_RECV,       PN_SYS_NBRECV,
                                       PN_SYS_WAIT,        PN_SYS_NBWAIT,     PN_SYS_REPLY_RECV,
                                       PN_SYS_NBSEND_RECV, PN_SYS_NBSEND_WAIT};
    for (unsigned b = 0; b < 4; b++) {
        struct regs in = {.a0 = bad[b], .a1 = info(1, 1), .a2 = 2, .a6 = reply};
        struct regs fault;
        for (unsigned f = 0; f < 8; f++) {
            word before[R_COUNT];
            puppet_call(&p, faulting[f], &in);
            keep(&p, before);
            CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
            CHECK_EQ(fault.a1, info(PN_FAULT_CAP, 4));
            CHECK_EQ(fault.a2, (word)puppet_ecall);
            CHECK_EQ(fault.a3, bad[b]);
            CHECK_EQ(fault.a4, f != 0);
            CHECK_EQ(fault.a5, 2);
            for (unsigned i = 0; i < R_COUNT; i++)
                CHECK_EQ(p.reg[i], before[i]);
        }
        CHECK_EQ(puppet_try(&p, PN_SYS_NBSEND, &in), RETURNED);
        CHECK_EQ(p.reg[R_A1], info(1, 1));
        CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
        CHECK_EQ(p.reg[R_A1], info(PN_ERR_INVALID_CAPABILITY, 0));
        CHECK_EQ(p.reg[R_A2], 2);
    }
}

static const struct test_case cases[] = {
    {"ipc: send waits for a receiver, not for an answer", send_waits},
    {"ipc: a non-blocking send without receiver is lost", nbsend_dropped},
    {"ipc: call waits for the answer, also when received", call_waits_for_answer},
    {"ipc: NBSendRecv, send half finds a receiver", nbsend_recv_delivers},
    {"ipc: NBSendRecv, send half finds nobody", nbsend_recv_drops},
    {"ipc: NBSendRecv, send half answers a caller", nbsend_recv_answers},
    {"ipc: NBSendRecv, send half signals", nbsend_recv_signals},
    {"ipc: NBSendRecv, send half invokes a method", nbsend_recv_invokes},
    {"ipc: NBSendWait on notification and endpoint", nbsend_wait},
    {"ipc: NBSendRecv and NBSendWait, receive half faults", nbsend_recv_fault},
    {"ipc: receive on a notification waits, NBRecv polls", receive_on_notification},
    {"ipc: polling takes a queued message", poll_takes_message},
    {"ipc: ReplyRecv without caller", reply_receive_without_caller},
    {"ipc: ReplyRecv without reply object", reply_receive_without_reply},
    {"ipc: ReplyRecv on a notification", reply_then_notification},
    {"ipc: call on a notification or reply object returns at once", call_on_others},
    {"ipc: send on an object performs the method without answer", send_invokes},
    {"ipc: a bad capability in each form", bad_capability_by_form},
};

const struct test_group ipc_forms_group = GROUP(cases);
