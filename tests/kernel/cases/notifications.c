/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications, binding, interrupts. */
#include "cases.h"

static cptr ntfn;
static cptr ep;
static cptr reply;

static void coalesce(void)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    cptr one = derived(ntfn, PN_WRITE, 1);
    cptr four = derived(ntfn, PN_WRITE, 4);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    signal(one);
    signal(four);
    signal(one);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 5);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    signal(four);
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 4);
    (void)send(PN_SYS_NBSEND, one, 0, 0);
    CHECK_EQ(receive(PN_SYS_NBRECV, ntfn, 0).a0, 1);
    CHECK_EQ(label_of(call(one, 0, 0, 0, 0, 0).a1), PN_OK);
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 1);
    CHECK_EQ(label_of(call(derived(ntfn, PN_READ, 0), 0, 0, 0, 0, 0).a1), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
}

static void waiter(word number)
{
    shared[number] = receive(PN_SYS_WAIT, ntfn, 0).a0;
}

static void wake_order(void)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    for (word i = 1; i <= 3; i++) {
        struct thread t = thread_new();
        t.priority = 50 + i;
        thread_start(&t, waiter, i);
    }
    sleep_us(100);
    for (word i = 3; i >= 1; i--) {
        signal(derived(ntfn, PN_WRITE, 0x10 + i));
        sleep_us(100);
        for (word j = 1; j <= 3; j++)
            CHECK_EQ(shared[j], j >= i ? 0x10 + j : 0);
    }
}

/* A Microkit-like loop: what came first is written down. */
static void event_loop(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (unsigned i = 0; i < 8; i++) {
        shared[1 + i] = r.a0;
        shared[0] = i + 1;
        if (r.a0 >= 0x1000)
            r = reply_receive(ep, reply, info(r.a0, 0), 0);
        else
            r = receive(PN_SYS_RECV, ep, reply);
    }
}

static struct thread event_thread(bool passive)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.notification = ntfn;
    t.flags |= passive ? PN_TCB_PASSIVE : 0;
    thread_start(&t, event_loop, 0);
    return t;
}

static void calling(word badge)
{
    (void)call(derived(ep, PN_ALL_RIGHTS, badge), info(0, 0), 0, 0, 0, 0);
}

static void bound_first(bool passive)
{
    struct thread t = event_thread(passive);
    (void)t;
    /* Both a call and signals are there when it first receives. */
    struct thread c = thread_new();
    c.priority = 110;
    cptr badged = derived(ep, PN_ALL_RIGHTS, 0x1001);
    (void)badged;
    thread_start(&c, calling, 0x1001);
    signal(derived(ntfn, PN_WRITE, 2));
    signal(derived(ntfn, PN_WRITE, 8));
    sleep_us(1000);
    CHECK_EQ(shared[0], 2);
    CHECK_EQ(shared[1], 10);
    CHECK_EQ(shared[2], 0x1001);
    /* And while it is blocked in receive. */
    signal(derived(ntfn, PN_WRITE, 4));
    sleep_us(1000);
    CHECK_EQ(shared[0], 3);
    CHECK_EQ(shared[3], 4);
    CHECK_EQ(receive(PN_SYS_NBWAIT, derived(ep, PN_READ, 0), 0).a0, 0);
}

static void bound_active(void)
{
    bound_first(false);
}

static void bound_passive(void)
{
    bound_first(true);
}

/* UART transmitter-empty interrupt: source 10, level. */
#define UART_SOURCE 10
#define UART_VADDR  0x34000000

static volatile unsigned char *const uart = (volatile unsigned char *)UART_VADDR;

static cptr uart_interrupt(void)
{
    cptr frame = new_slot();
    CHECK_EQ(retype(device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, frame, 1, UART_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, frame, UART_VADDR, PN_READ | PN_WRITE);
    cptr irq = new_slot();
    word words[4] = {UART_SOURCE, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, derived(ntfn, PN_READ, 0)), PN_ERR_INVALID_CAPABILITY);
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, derived(ntfn, PN_WRITE, 0x40)), PN_OK);
    return irq;
}

static void interrupt(void)
{
    cptr irq = uart_interrupt();
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    uart[1] = 2;
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 0x40);
    /* Still asserted, but masked until it is acknowledged. */
    for (unsigned i = 0; i < 100; i++)
        CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    (void)uart[2];
    uart[1] = 0;
    uart[1] = 2;
    for (unsigned i = 0; i < 100; i++)
        CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 0x40);
    (void)uart[2];
    uart[1] = 0;
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, 0);
    /* An acknowledgement out of turn does no harm. */
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    uart[1] = 2;
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 0x40);
}

static void interrupt_rules(void)
{
    cptr slot = new_slot();
    word words[4] = {0, 0, PN_ROOT_CNODE, slot};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_RANGE);
    words[0] = PN_MAX_IRQS;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_RANGE);
    words[0] = ~(word)0;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_RANGE);
    words[0] = 1;
    words[1] = 2;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_INVALID_ARGUMENT);
    words[1] = 1;
    words[2] = PN_ROOT_TCB;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_INVALID_CAPABILITY);
    words[2] = PN_ROOT_CNODE;
    words[3] = PN_ROOT_TCB;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_DELETE_FIRST);
    words[3] = PN_ROOT_SLOTS;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_RANGE);
    words[3] = slot;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    CHECK_EQ(invoke1(slot, PN_IRQ_SET_NOTIFICATION, PN_ROOT_TCB), PN_ERR_INVALID_CAPABILITY);
}

static const struct test_case cases[] = {
    {"notifications: signals coalesce", coalesce},
    {"notifications: waiters wake by priority", wake_order},
    {"binding: bound, before queued calls, active", bound_active},
    {"binding: bound, before queued calls, passive", bound_passive},
    {"interrupts: interrupt, masked until acknowledged", interrupt},
    {"interrupts: rules of interrupt capabilities", interrupt_rules},
};

const struct test_group notifications_group = GROUP(cases);
