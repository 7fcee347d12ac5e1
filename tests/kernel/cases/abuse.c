/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls with wild registers: an error, a fault or nothing, and the kernel goes on. */
#include "cases.h"

#define ROUNDS 4000
#define SLOTS  16

static word seed;

static word random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* Mostly small, sometimes at the edges, sometimes anything. */
static word wild(void)
{
    word r = random_word();
    switch (r % 8) {
    case 0:
        return random_word();
    case 1:
        return ~(word)0 - random_word() % 4;
    case 2:
        return (word)1 << random_word() % 64;
    case 3:
        return random_word() % 2048;
    default:
        return random_word() % SLOTS;
    }
}

static cptr fault_ep;
static cptr fault_reply;
static cptr ticks;

/* The victim's code: one system call, then a breakpoint. */
static void victim(word unused)
{
    (void)unused;
    __asm__ volatile("ecall\n\tebreak\n1:\tj 1b");
}

static void ticker(word unused)
{
    (void)unused;
    for (;;) {
        signal(ticks);
        yield();
    }
}

static void fill_cnode(cptr cnode, cptr tcb, cptr other)
{
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    cptr irq = new_slot();
    word words[4] = {5, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    cptr u = new_object(PN_CAP_UNTYPED, 64 * PN_PAGE_SIZE);
    const cptr all[] = {ep,
                        ntfn,
                        new_object(PN_CAP_REPLY, 0),
                        tcb,
                        other,
                        new_object(PN_CAP_FRAME, PN_PAGE_BITS),
                        new_object(PN_CAP_PAGE_TABLE, 0),
                        new_object(PN_CAP_VSPACE, 0),
                        irq,
                        u,
                        new_object(PN_CAP_SCHED_CONTEXT, 0),
                        cnode,
                        new_object(PN_CAP_REPLY, 0),
                        derived(ep, PN_WRITE | PN_CALL, 0x55)};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        CHECK_EQ(derive(cnode, 1 + i, all[i], PN_ALL_RIGHTS, 0), PN_OK);
}

static void one_call(cptr tcb, bool methods)
{
    word write[34] = {1, 32};
    for (unsigned i = 0; i < 32; i++)
        write[2 + i] = wild();
    write[2] = (word)victim;
    word number = ~(random_word() % 20);
    write[2 + 16 + 7] = methods || random_word() % 8 != 0 ? number : wild();
    if (methods || number == (word)PN_SYS_DEBUG_PUTCHAR || number == (word)PN_SYS_DEBUG_HALT)
        write[2 + 16 + 7] = ~(word)0;
    /* a1: message info */
    word label = methods ? random_word() % 50 : wild();
    write[2 + 16 + 1] = info(label, random_word() % 128);
    for (unsigned i = 4; i < 34; i++)
        *message_word(PN_MSGBUF_VADDR, i) = write[i];
    CHECK_EQ(invoke(tcb, PN_TCB_WRITE_REGISTERS, write, 34, NULL), PN_OK);
    /* Until it traps or somebody below gets to run. */
    struct regs r = receive(PN_SYS_RECV, fault_ep, fault_reply);
    if (r.a0 == 0x77)
        (void)receive(PN_SYS_NBRECV, fault_ep, fault_reply);
    CHECK_EQ(invoke0(tcb, PN_TCB_SUSPEND), PN_OK);
}

static void abuse(bool methods, bool sealed, word start)
{
    seed = start;
    fault_ep = new_object(PN_CAP_ENDPOINT, 0);
    fault_reply = new_object(PN_CAP_REPLY, 0);
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    ticks = derived(ntfn, PN_WRITE, 1);
    CHECK_EQ(invoke1(PN_ROOT_TCB, PN_TCB_BIND_NOTIFICATION, ntfn), PN_OK);
    cptr cnode = new_object(PN_CAP_CNODE, SLOTS);
    struct thread t = thread_new();
    struct thread other = thread_new();
    thread_make(&other, victim, 0);
    t.cnode = cnode;
    t.fault_endpoint = derived(fault_ep, PN_WRITE | PN_CALL, 0x77);
    thread_make(&t, victim, 0);
    fill_cnode(cnode, t.tcb, other.tcb);
    struct thread tick = thread_new();
    tick.priority = 1;
    thread_start(&tick, ticker, 0);
    if (sealed)
        CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    for (unsigned i = 0; i < ROUNDS; i++)
        one_call(t.tcb, methods);
}

static void any_call(void)
{
    abuse(false, false, 0x1234567);
}

static void any_method(void)
{
    abuse(true, false, 0x89abcdef);
}

static void any_call_sealed(void)
{
    abuse(false, true, 0x7654321);
}

static void any_method_sealed(void)
{
    abuse(true, true, 0xfedcba98);
}

static const struct test_case cases[] = {
    {"abuse: wild registers in every system call", any_call},
    {"abuse: wild arguments of every method", any_method},
    {"abuse: wild registers after seal", any_call_sealed},
    {"abuse: wild arguments after seal", any_method_sealed},
};

const struct test_group abuse_group = GROUP(cases);
