/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: lengths, labels, badges, queues, rights. */
#include "cases.h"

static cptr ep;
static cptr reply;

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

static void call_lengths(bool passive)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    cptr client = derived(ep, PN_WRITE | PN_CALL, 0x77);
    struct thread server = thread_new();
    server.flags |= passive ? PN_TCB_PASSIVE : 0;
    if (passive)
        server.notification = new_object(PN_CAP_NOTIFICATION, 0);
    server.priority = 255;
    thread_start(&server, echo, 1000);
    yield();
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

static const struct test_case cases[] = {
    {"ipc: call with 0..120 words, active server", call_active},
    {"ipc: call with 0..120 words, passive server", call_passive},
};

const struct test_group ipc_group = GROUP(cases);
