/* SPDX-License-Identifier: BSD-2-Clause */
/* Suspend, resume, registers, reset. */
#include "cases.h"

static cptr ep;
static cptr ep2;
static cptr reply;
static cptr reply2;

static void count(word unused)
{
    (void)unused;
    for (;;) {
        shared[0]++;
        yield();
    }
}

static void suspend_running(void)
{
    struct thread t = thread_new();
    thread_start(&t, count, 0);
    sleep_us(500);
    CHECK(shared[0] > 0);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    word now = shared[0];
    sleep_us(500);
    CHECK_EQ(shared[0], now);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(500);
    CHECK(shared[0] > now);
}

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    ep2 = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    reply2 = new_object(PN_CAP_REPLY, 0);
}

static void do_send(word value)
{
    (void)send(PN_SYS_SEND, ep, info(1, 1), value);
    shared[1]++;
}

static void do_receive(word unused)
{
    (void)unused;
    shared[2] = receive(PN_SYS_RECV, ep, reply).a2;
    shared[1]++;
}

static void do_call(word value)
{
    struct regs r = call(ep, info(1, 1), value, 0, 0, 0);
    shared[3] = r.a1;
    shared[4] = r.a2;
    shared[1]++;
}

static void suspend_sender(void)
{
    make();
    struct thread t = thread_new();
    thread_start(&t, do_send, 7);
    sleep_us(100);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, 0);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    /* It sends again, once. */
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 7);
    sleep_us(100);
    CHECK_EQ(shared[1], 1);
}

static void suspend_receiver(void)
{
    make();
    struct thread t = thread_new();
    thread_start(&t, do_receive, 0);
    sleep_us(100);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    (void)send(PN_SYS_NBSEND, ep, info(0, 1), 5);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    CHECK_EQ(shared[1], 0);
    (void)send(PN_SYS_SEND, ep, info(0, 1), 6);
    sleep_us(100);
    CHECK_EQ(shared[2], 6);
}

static void suspend_caller(void)
{
    make();
    struct thread t = thread_new();
    thread_start(&t, do_call, 9);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 9);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    (void)send(PN_SYS_SEND, reply, info(1, 0), 0);
    sleep_us(100);
    CHECK_EQ(shared[1], 0);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 9);
    (void)send(PN_SYS_SEND, reply, info(4, 0), 0);
    sleep_us(100);
    CHECK_EQ(shared[1], 1);
    CHECK_EQ(label_of(shared[3]), 4);
}

static void suspend_self(word tcb)
{
    shared[0] = 1;
    shared[2] = invoke0(tcb, PN_TCB_SUSPEND);
    shared[0] = 2;
}

static void self(void)
{
    struct thread t = thread_new();
    thread_start(&t, suspend_self, t.tcb);
    sleep_us(100);
    CHECK_EQ(shared[0], 1);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    CHECK_EQ(shared[0], 2);
    CHECK_EQ(shared[2], PN_OK);
}

static void registers(void)
{
    struct thread t = thread_new();
    thread_make(&t, count, 0);
    word write[34] = {0, 32};
    for (unsigned i = 0; i < 32; i++)
        write[2 + i] = 0x1000 + i;
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 34, NULL), PN_OK);
    word read[2] = {0, 32};
    struct regs r;
    CHECK_EQ(invoke(t.tcb, PN_TCB_READ_REGISTERS, read, 2, &r), PN_OK);
    CHECK_EQ(length_of(r.a1), 32);
    CHECK_EQ(r.a2, 0x1000);
    CHECK_EQ(r.a3, 0x1001);
    CHECK_EQ(r.a4, 0x1002);
    CHECK_EQ(r.a5, 0x1003);
    for (unsigned i = 4; i < 32; i++)
        CHECK_EQ(*message_word(PN_MSGBUF_VADDR, i), 0x1000 + i);
    write[1] = 33;
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 34, NULL), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 10, NULL), PN_ERR_TRUNCATED_MESSAGE);
    read[1] = 33;
    CHECK_EQ(invoke(t.tcb, PN_TCB_READ_REGISTERS, read, 2, NULL), PN_ERR_RANGE);
    read[1] = 1;
    CHECK_EQ(invoke(PN_ROOT_TCB, PN_TCB_READ_REGISTERS, read, 2, NULL), PN_ERR_ILLEGAL_OPERATION);
}

static word starts;

static void counting_start(word unused)
{
    (void)unused;
    shared[10] = ++starts;
    for (;;)
        yield();
}

static void restart_with_registers(void)
{
    struct thread t = thread_new();
    thread_start(&t, count, 0);
    sleep_us(100);
    word write[3] = {1, 1, (word)counting_start};
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 3, NULL), PN_OK);
    sleep_us(100);
    CHECK_EQ(shared[10], 1);
    word now = shared[0];
    sleep_us(100);
    CHECK_EQ(shared[0], now);
}

static word epoch(cptr tcb)
{
    struct regs r;
    CHECK_EQ(invoke(tcb, PN_TCB_EPOCH, NULL, 0, &r), PN_OK);
    CHECK_EQ(r.a1, info(0, 1));
    return r.a2;
}

static void reset_restarts(void)
{
    struct thread t = thread_new();
    thread_start(&t, counting_start, 0);
    for (word i = 1; i <= 5; i++) {
        sleep_us(100);
        CHECK_EQ(shared[10], i);
        CHECK_EQ(epoch(t.tcb), i - 1);
        struct regs r;
        CHECK_EQ(invoke(t.tcb, PN_TCB_RESET, NULL, 0, &r), PN_OK);
        CHECK_EQ(r.a1, info(0, 1));
        CHECK_EQ(r.a2, i);
        sleep_us(100);
        CHECK_EQ(shared[10], i);
        CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    }
}

/* Receives a call and never answers. */
static void silent_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    shared[5] = r.a2;
    for (;;)
        yield();
}

static struct thread reset_server(bool passive)
{
    make();
    struct thread s = thread_new();
    s.priority = 80;
    if (passive) {
        s.flags |= PN_TCB_PASSIVE;
        s.notification = new_object(PN_CAP_NOTIFICATION, 0);
    }
    thread_start(&s, silent_server, 0);
    sleep_us(100);
    for (word i = 0; i < 3; i++) {
        struct thread c = thread_new();
        c.priority = 90;
        thread_start(&c, do_call, 40 + i);
    }
    sleep_us(20000);
    CHECK_EQ(shared[1], 0);
    CHECK_EQ(shared[5], 40);
    return s;
}

/* The one that waits for the answer, and those in the queue, are told; the next life serves again. */
static void reset_releases(bool passive)
{
    struct thread s = reset_server(passive);
    CHECK_EQ(invoke0(s.tcb, PN_TCB_RESET), PN_OK);
    sleep_us(1000);
    CHECK_EQ(shared[1], 3);
    CHECK_EQ(shared[3], info(PN_ERR_PEER_RESTARTED, 1));
    CHECK_EQ(shared[4], 1);
    CHECK_EQ(invoke0(s.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    struct thread c = thread_new();
    c.priority = 90;
    thread_start(&c, do_call, 60);
    sleep_us(1000);
    CHECK_EQ(shared[5], 60);
    CHECK_EQ(invoke0(s.tcb, PN_TCB_RESET), PN_OK);
    sleep_us(1000);
    CHECK_EQ(shared[1], 4);
    CHECK_EQ(shared[4], 2);
}

static void reset_active(void)
{
    reset_releases(false);
}

static void reset_passive(void)
{
    reset_releases(true);
}

static void stale_reply(void)
{
    make();
    struct thread c = thread_new();
    thread_start(&c, do_call, 1);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 1);
    CHECK_EQ(invoke0(c.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(c.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    /* The new life has called again and is in the queue: the old answer must not reach it. */
    (void)send(PN_SYS_SEND, reply, info(66, 0), 0);
    sleep_us(100);
    CHECK_EQ(shared[1], 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 1);
    (void)send(PN_SYS_SEND, reply, info(67, 0), 0);
    sleep_us(100);
    CHECK_EQ(label_of(shared[3]), 67);
}

/* Middle of a chain of passive servers: client -> middle -> last. */
static void middle(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        shared[20]++;
        struct regs inner = call(ep2, info(0, 1), r.a2, 0, 0, 0);
        shared[21] = inner.a1;
        r = reply_receive(ep, reply, info(2, 1), 1);
    }
}

static void last(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep2, reply2);
    for (;;) {
        shared[22]++;
        while (shared[23] != 0)
            yield();
        r = reply_receive(ep2, reply2, info(3, 1), r.a2);
    }
}

static struct thread client_thread;

static struct thread chain_thread(void (*function)(word), word priority)
{
    struct thread t = thread_new();
    t.priority = priority;
    t.flags |= PN_TCB_PASSIVE;
    t.notification = new_object(PN_CAP_NOTIFICATION, 0);
    thread_start(&t, function, 0);
    return t;
}

static void repeat_call(word value)
{
    for (;;) {
        struct regs r = call(ep, info(1, 1), value, 0, 0, 0);
        shared[3] = r.a1;
        shared[1]++;
        yield();
    }
}

/* Reset or suspend 'victim' (0 client, 1 middle, 2 last) while the last one works; then everything works
 * again. */
static void chain_case(unsigned victim, bool suspend)
{
    make();
    struct thread threads[3];
    threads[2] = chain_thread(last, 112);
    threads[1] = chain_thread(middle, 111);
    sleep_us(1000);
    shared[23] = 1;
    threads[0] = thread_new();
    threads[0].priority = 100;
    thread_start(&threads[0], repeat_call, 50);
    client_thread = threads[0];
    sleep_us(1000);
    CHECK_EQ(shared[22], 1);
    CHECK_EQ(shared[1], 0);
    CHECK_EQ(invoke0(threads[victim].tcb, suspend ? PN_TCB_SUSPEND : PN_TCB_RESET), PN_OK);
    sleep_us(1000);
    if (!suspend && victim == 1)
        CHECK_EQ(shared[1], 0); /* the client is released but its time is still with the last server */
    if (!suspend && victim == 2)
        CHECK_EQ(label_of(shared[21]), PN_ERR_PEER_RESTARTED);
    shared[23] = 0;
    sleep_us(1000);
    CHECK_EQ(invoke0(threads[victim].tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(20000);
    word calls = shared[1];
    sleep_us(20000);
    CHECK(shared[1] > calls + 5);
    CHECK_EQ(shared[3], info(2, 1));
}

static void chain_reset_client(void)
{
    chain_case(0, false);
}

static void chain_reset_middle(void)
{
    chain_case(1, false);
}

static void chain_reset_last(void)
{
    chain_case(2, false);
}

static void chain_suspend_client(void)
{
    chain_case(0, true);
}

static void chain_suspend_middle(void)
{
    chain_case(1, true);
}

static void chain_suspend_last(void)
{
    chain_case(2, true);
}

static void reset_self(word tcb)
{
    shared[0]++;
    if (shared[0] < 3)
        (void)invoke0(tcb, PN_TCB_RESET);
    shared[1] = 1;
}

static void reset_own(void)
{
    struct thread t = thread_new();
    thread_start(&t, reset_self, t.tcb);
    sleep_us(100);
    CHECK_EQ(shared[0], 1);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(100);
    CHECK_EQ(shared[0], 2);
    CHECK_EQ(shared[1], 0);
    CHECK_EQ(epoch(t.tcb), 2);
}

static void fault_load(word unused)
{
    (void)unused;
    shared[0] = *(volatile word *)0x70000000;
}

static void fault_server(word unused)
{
    (void)unused;
    shared[6] = receive(PN_SYS_RECV, ep, reply).a1;
    shared[7]++;
    for (;;)
        yield();
}

/* A handler that is reset is told the fault again. */
static void reset_handler(void)
{
    make();
    struct thread h = thread_new();
    thread_start(&h, fault_server, 0);
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 9);
    thread_start(&t, fault_load, 0);
    sleep_us(20000);
    CHECK_EQ(shared[7], 1);
    CHECK_EQ(invoke0(h.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(h.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(20000);
    CHECK_EQ(shared[7], 2);
    CHECK_EQ(shared[6], info(PN_FAULT_VM, 4));
}

static const struct test_case cases[] = {
    {"threads: suspend and resume while running", suspend_running},
    {"threads: suspended in a send, it sends again", suspend_sender},
    {"threads: suspended in a receive, messages go past it", suspend_receiver},
    {"threads: suspended in a call, the answer goes past it", suspend_caller},
    {"threads: suspend oneself", self},
    {"registers: all 32 in their order, errors", registers},
    {"registers: restart by writing the program counter", restart_with_registers},
    {"reset: starts anew in the next epoch", reset_restarts},
    {"reset: of an active server releases its callers", reset_active},
    {"reset: of a passive server releases its callers", reset_passive},
    {"reset: a stale answer is dropped", stale_reply},
    {"reset: oneself", reset_own},
    {"reset: a reset fault handler gets the fault again", reset_handler},
    {"donation: chain of passive servers, client reset", chain_reset_client},
    {"donation: chain of passive servers, middle reset", chain_reset_middle},
    {"donation: chain of passive servers, last reset", chain_reset_last},
    {"donation: chain of passive servers, client suspended", chain_suspend_client},
    {"donation: chain of passive servers, middle suspended", chain_suspend_middle},
    {"donation: chain of passive servers, last suspended", chain_suspend_last},
};

const struct test_group threads_group = GROUP(cases);
