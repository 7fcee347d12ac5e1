/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: lengths, labels, badges, queues, rights, replies. */
#include "cases.h"

static cptr ep;
static cptr reply;
static word order;

/* Echo server: answers with label + 1 and the same words. */
static void echo(word count)
{
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (word i = 0; i < count; i++) {
        shared[0] = r.a0;
        r.a0 = ep;
        r.a1 = info(label_of(r.a1) + 1, length_of(r.a1));
        r.a6 = reply;
        syscall(PN_SYS_REPLY_RECV, &r);
    }
}

static void make(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
}

static struct thread echo_server(bool passive)
{
    make();
    struct thread server = thread_new();
    server.flags |= passive ? PN_TCB_PASSIVE : 0;
    if (passive)
        server.notification = new_object(PN_CAP_NOTIFICATION, 0);
    server.priority = 255;
    thread_start(&server, echo, 1000);
    yield();
    return server;
}

static void call_lengths(bool passive)
{
    struct thread server = echo_server(passive);
    cptr client = derived(ep, PN_WRITE | PN_CALL, 0x77);
    for (unsigned length = 0; length <= PN_MAX_MSG; length++) {
        for (unsigned i = 4; i < PN_MAX_MSG; i++)
            *message_word(PN_MSGBUF_VADDR, i) = 1000 * length + i;
        struct regs r = call(client, info(500 + length, length), 11, 22, 33, 44);
        CHECK_EQ(label_of(r.a1), 501 + length);
        CHECK_EQ(length_of(r.a1), length);
        CHECK_EQ(r.a0, 0);
        CHECK_EQ(shared[0], 0x77);
        CHECK_EQ(r.a2, 11);
        CHECK_EQ(r.a3, 22);
        CHECK_EQ(r.a4, 33);
        CHECK_EQ(r.a5, 44);
        for (unsigned i = 4; i < PN_MAX_MSG; i++) {
            CHECK_EQ(*message_word(PN_MSGBUF_VADDR, i), 1000 * length + i);
            if (i < length)
                CHECK_EQ(*message_word(server.buffer, i), 1000 * length + i);
        }
    }
}

static void call_active(void)
{
    call_lengths(false);
}

static void call_passive(void)
{
    call_lengths(true);
}

static void long_messages(void)
{
    (void)echo_server(false);
    for (word length = PN_MAX_MSG; length < 128; length++)
        CHECK_EQ(length_of(call(ep, info(1, length), 0, 0, 0, 0).a1), PN_MAX_MSG);
    /* The bits of capabilities in a message are ignored and not passed on. */
    struct regs r = call(ep, info(1, 2) | 0xf80, 0, 0, 0, 0);
    CHECK_EQ(r.a1, info(2, 2));
    r = call(ep, ~(word)0, 0, 0, 0, 0);
    CHECK_EQ(r.a1, info(0, PN_MAX_MSG));
}

static void words_not_sent(word unused)
{
    (void)unused;
    struct regs r = {.a0 = ep, .a2 = 1, .a3 = 2, .a4 = 3, .a5 = 4, .a6 = reply};
    syscall(PN_SYS_RECV, &r);
    shared[1] = r.a2;
    shared[2] = r.a3;
    shared[3] = r.a4;
    shared[4] = r.a5;
}

static void no_leak(void)
{
    make();
    struct thread server = thread_new();
    thread_start(&server, words_not_sent, 0);
    sleep_us(100);
    struct regs r = {.a0 = ep, .a1 = info(0, 1), .a2 = 0xaa, .a3 = 0xbb, .a4 = 0xcc, .a5 = 0xdd};
    syscall(PN_SYS_SEND, &r);
    sleep_us(100);
    CHECK_EQ(shared[1], 0xaa);
    CHECK_EQ(shared[2], 2);
    CHECK_EQ(shared[3], 3);
    CHECK_EQ(shared[4], 4);
}

static void sender(word value)
{
    struct regs r = send(PN_SYS_SEND, ep, info(value, 1), value);
    (void)r;
}

static void queue_order(void)
{
    make();
    static const word priorities[] = {50, 70, 60, 70, 50, 60};
    static const word expected[] = {1, 3, 2, 5, 0, 4};
    for (unsigned i = 0; i < 6; i++) {
        struct thread t = thread_new();
        t.priority = priorities[i];
        thread_start(&t, sender, i);
        sleep_us(100);
    }
    for (unsigned i = 0; i < 6; i++) {
        struct regs r = receive(PN_SYS_RECV, ep, reply);
        CHECK_EQ(r.a2, expected[i]);
        CHECK_EQ(label_of(r.a1), expected[i]);
    }
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
}

static void receiver(word value)
{
    struct regs r = receive(PN_SYS_WAIT, ep, 0);
    shared[10 + order++] = 100 * value + r.a2;
}

static void receiver_order(void)
{
    make();
    static const word priorities[] = {50, 70, 60, 70};
    static const word expected[] = {1, 3, 2, 0};
    for (unsigned i = 0; i < 4; i++) {
        struct thread t = thread_new();
        t.priority = priorities[i];
        thread_start(&t, receiver, i);
        sleep_us(100);
    }
    for (unsigned i = 0; i < 4; i++) {
        (void)send(PN_SYS_SEND, ep, info(0, 1), i);
        sleep_us(100);
        CHECK_EQ(shared[10 + i], 100 * expected[i] + i);
    }
    (void)send(PN_SYS_NBSEND, ep, info(0, 1), 9);
}

static void non_blocking(void)
{
    make();
    struct regs r = send(PN_SYS_NBSEND, ep, info(3, 1), 1);
    r = receive(PN_SYS_NBRECV, ep, reply);
    CHECK_EQ(r.a0, 0);
    CHECK_EQ(r.a1, 0);
    r = receive(PN_SYS_NBWAIT, ep, 0);
    CHECK_EQ(r.a0, 0);
    struct thread t = thread_new();
    thread_start(&t, receiver, 0);
    sleep_us(100);
    (void)send(PN_SYS_NBSEND, ep, info(3, 1), 5);
    sleep_us(100);
    CHECK_EQ(shared[10], 5);
}

static void caller(word value)
{
    struct regs r = call(ep, info(value, 1), value, 0, 0, 0);
    shared[20 + value] = r.a1;
    shared[30 + value] = r.a2;
}

static void reply_later(void)
{
    make();
    cptr second = new_object(PN_CAP_REPLY, 0);
    for (word i = 0; i < 2; i++) {
        struct thread t = thread_new();
        t.priority = 100 - i;
        thread_start(&t, caller, i);
    }
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, second).a2, 1);
    (void)send(PN_SYS_SEND, second, info(9, 1), 91);
    (void)send(PN_SYS_SEND, reply, info(8, 1), 80);
    /* Answering twice is answering nobody. */
    (void)send(PN_SYS_SEND, reply, info(7, 1), 70);
    wait_done(2);
    CHECK_EQ(shared[20], info(8, 1));
    CHECK_EQ(shared[30], 80);
    CHECK_EQ(shared[21], info(9, 1));
    CHECK_EQ(shared[31], 91);
}

static void dropped_call(void)
{
    make();
    struct thread t = thread_new();
    thread_start(&t, caller, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a2, 0);
    /* Receiving with the same reply object gives the caller up. */
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
    wait_done(1);
    CHECK_EQ(label_of(shared[20]), PN_ERR_PEER_RESTARTED);
}

static void call_without_reply(void)
{
    make();
    struct thread t = thread_new();
    thread_start(&t, caller, 0);
    CHECK_EQ(receive(PN_SYS_WAIT, ep, 0).a2, 0);
    wait_done(1);
    CHECK_EQ(label_of(shared[20]), PN_ERR_ILLEGAL_OPERATION);
}

static void registers_survive(void)
{
    (void)echo_server(true);
    CHECK_EQ(call_preserving(ep), 0);
}

static const struct test_case cases[] = {
    {"ipc: call with 0..120 words, active server", call_active},
    {"ipc: call with 0..120 words, passive server", call_passive},
    {"ipc: longer lengths and capability bits are cut off", long_messages},
    {"ipc: words beyond the length are not disclosed", no_leak},
    {"ipc: senders queue by priority, then in order", queue_order},
    {"ipc: receivers queue by priority, then in order", receiver_order},
    {"ipc: non-blocking forms", non_blocking},
    {"ipc: replies in any order, and only once", reply_later},
    {"ipc: a call whose reply object is reused is given up", dropped_call},
    {"ipc: a call to a receiver without reply object is refused", call_without_reply},
    {"ipc: a system call preserves all other registers", registers_survive},
};

const struct test_group ipc_group = GROUP(cases);
