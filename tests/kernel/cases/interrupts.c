/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of two devices of the board: the UART (transmitter empty) and the clock (alarm). */
#include "cases.h"
#include "../lib/puppet.h"

#define UART_SOURCE  10
#define CLOCK_SOURCE 11
#define CLOCK_PADDR  0x101000
#define UART_VADDR   0x34000000
#define CLOCK_VADDR  0x34001000
#define LEVEL        0
#define EDGE         1

static volatile unsigned char *const uart = (volatile unsigned char *)UART_VADDR;
static volatile uint32_t *const clock_reg = (volatile uint32_t *)CLOCK_VADDR;

static cptr ntfn;
static cptr other;

/* The UART's line is high while its interrupt is enabled and not read. */
static void uart_raise(void)
{
    uart[1] = 0;
    uart[1] = 2;
}

static void uart_lower(void)
{
    (void)uart[2];
    uart[1] = 0;
}

/* An alarm in the past fires at once. */
static void clock_raise(void)
{
    clock_reg[4] = 1;
    clock_reg[3] = 0;
    clock_reg[2] = 1;
}

static void clock_lower(void)
{
    clock_reg[7] = 1;
}

static cptr handler(word source, word trigger)
{
    cptr irq = new_slot();
    word words[4] = {source, trigger, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    return irq;
}

static void make(void)
{
    cptr frame = new_slot();
    CHECK_EQ(retype(device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, frame, 1, UART_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, frame, UART_VADDR, PN_READ | PN_WRITE);
    cptr page = new_slot();
    CHECK_EQ(retype(low_device, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, page, 1, CLOCK_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, page, CLOCK_VADDR, PN_READ | PN_WRITE);
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    other = new_object(PN_CAP_NOTIFICATION, 0);
    uart_lower();
    clock_lower();
}

static void target(cptr irq, cptr notification, word badge)
{
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, derived(notification, PN_WRITE, badge)), PN_OK);
}

static word poll(cptr notification)
{
    /* The interrupt is taken between two instructions of user mode. */
    for (unsigned i = 0; i < 20; i++)
        __asm__ volatile("nop");
    return receive(PN_SYS_NBWAIT, notification, 0).a0;
}

/* Heard once; heard again only when it was acknowledged, if the device has called meanwhile. */
static void masked(word source, word trigger, void (*raise)(void), void (*lower)(void))
{
    make();
    cptr irq = handler(source, trigger);
    target(irq, ntfn, 0x100);
    CHECK_EQ(poll(ntfn), 0);
    for (unsigned i = 0; i < 5; i++) {
        raise();
        CHECK_EQ(poll(ntfn), 0x100);
        for (unsigned k = 0; k < 3; k++) {
            raise();
            CHECK_EQ(poll(ntfn), 0);
            CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
            CHECK_EQ(poll(ntfn), 0x100);
        }
        lower();
        CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
        CHECK_EQ(poll(ntfn), 0);
    }
}

static void uart_level(void)
{
    masked(UART_SOURCE, LEVEL, uart_raise, uart_lower);
}

static void clock_level(void)
{
    masked(CLOCK_SOURCE, LEVEL, clock_raise, clock_lower);
}

static void uart_edge(void)
{
    masked(UART_SOURCE, EDGE, uart_raise, uart_lower);
}

static void no_target(void)
{
    make();
    (void)handler(UART_SOURCE, LEVEL);
    uart_raise();
    CHECK_EQ(poll(ntfn), 0);
    cptr irq = handler(UART_SOURCE, LEVEL);
    target(irq, ntfn, 4);
    uart_raise();
    CHECK_EQ(poll(ntfn), 4);
}

static void new_target(void)
{
    make();
    cptr irq = handler(UART_SOURCE, LEVEL);
    target(irq, ntfn, 1);
    target(irq, other, 2);
    uart_raise();
    CHECK_EQ(poll(ntfn), 0);
    CHECK_EQ(poll(other), 2);
    target(irq, other, 8);
    uart_raise();
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(other), 8);
}

/* Acknowledging too early or twice neither loses nor makes a signal. */
static void second_acknowledge(void)
{
    make();
    cptr irq = handler(UART_SOURCE, LEVEL);
    target(irq, ntfn, 1);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 0);
    uart_raise();
    CHECK_EQ(poll(ntfn), 1);
    uart_lower();
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 0);
    uart_raise();
    CHECK_EQ(poll(ntfn), 1);
}

/* Each source is masked and acknowledged on its own. */
static void two_sources(void)
{
    make();
    cptr a = handler(UART_SOURCE, LEVEL);
    cptr b = handler(CLOCK_SOURCE, LEVEL);
    target(a, ntfn, 1);
    target(b, ntfn, 2);
    uart_raise();
    CHECK_EQ(poll(ntfn), 1);
    clock_raise();
    CHECK_EQ(poll(ntfn), 2);
    uart_raise();
    clock_raise();
    CHECK_EQ(invoke0(b, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 2);
    CHECK_EQ(poll(ntfn), 0);
    uart_lower();
    CHECK_EQ(invoke0(a, PN_IRQ_ACK), PN_OK);
    (void)poll(ntfn);
    CHECK_EQ(invoke0(a, PN_IRQ_ACK), PN_OK);
    clock_lower();
    CHECK_EQ(invoke0(b, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 0);
    uart_raise();
    clock_raise();
    word both = poll(ntfn);
    both |= poll(ntfn);
    CHECK_EQ(both, 3);
}

/* Who has no capability to the source cannot acknowledge, whatever else it has. */
static void not_ones_own(void)
{
    make();
    cptr a = handler(UART_SOURCE, LEVEL);
    cptr b = handler(CLOCK_SOURCE, LEVEL);
    target(a, ntfn, 1);
    cptr cnode = new_object(PN_CAP_CNODE, 8);
    CHECK_EQ(derive(cnode, 1, b, PN_ALL_RIGHTS, 0), PN_OK);
    CHECK_EQ(derive(cnode, 2, ntfn, PN_WRITE, 0x40), PN_OK);
    CHECK_EQ(derive(cnode, 3, new_object(PN_CAP_ENDPOINT, 0), PN_READ, 0), PN_OK);
    struct thread t = thread_new();
    t.cnode = cnode;
    struct puppet p = puppet_of(t);
    uart_raise();
    CHECK_EQ(poll(ntfn), 1);
    uart_raise();
    static const word expected[] = {PN_ERR_INVALID_CAPABILITY, PN_OK, PN_OK, PN_ERR_INVALID_CAPABILITY,
                                    PN_ERR_INVALID_CAPABILITY};
    for (word slot = 0; slot < 5; slot++) {
        struct regs in = {.a0 = slot, .a1 = info(PN_IRQ_ACK, 0)};
        CHECK_EQ(puppet_try(&p, PN_SYS_CALL, &in), RETURNED);
        CHECK_EQ(p.reg[R_A1], info(expected[slot], 0));
        CHECK_EQ(receive(PN_SYS_NBWAIT, ntfn, 0).a0, slot == 2 ? 0x40 : 0);
    }
    CHECK_EQ(invoke0(a, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 1);
}

static void two_capabilities(void)
{
    make();
    cptr a = handler(UART_SOURCE, LEVEL);
    cptr b = handler(UART_SOURCE, EDGE);
    target(a, ntfn, 1);
    target(b, ntfn, 2);
    uart_raise();
    CHECK_EQ(poll(ntfn), 2);
    uart_raise();
    CHECK_EQ(invoke0(a, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 2);
}

/* Threads that interrupts wake. */
static void waiter(word cap)
{
    shared[1] = receive(PN_SYS_WAIT, cap, 0).a0;
    shared[2] = shared[3];
}

static void busy(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < 1000; i++)
        shared[3]++;
    uart_raise();
    for (unsigned i = 0; i < 1000; i++)
        shared[3]++;
}

static void preempts(void)
{
    make();
    target(handler(UART_SOURCE, LEVEL), ntfn, 1);
    struct thread w = thread_new();
    w.priority = 110;
    thread_start(&w, waiter, ntfn);
    sleep_us(100);
    struct thread b = thread_new();
    thread_start(&b, busy, 0);
    wait_done(2);
    CHECK_EQ(shared[1], 1);
    CHECK(shared[2] >= 1000 && shared[2] < 1010);
    CHECK_EQ(shared[3], 2000);
}

static void waits_its_turn(void)
{
    make();
    target(handler(UART_SOURCE, LEVEL), ntfn, 1);
    struct thread w = thread_new();
    w.priority = 90;
    thread_start(&w, waiter, ntfn);
    sleep_us(100);
    struct thread b = thread_new();
    thread_start(&b, busy, 0);
    wait_done(2);
    CHECK_EQ(shared[1], 1);
    CHECK_EQ(shared[2], 2000);
}

static void to_bound_thread(void)
{
    make();
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    struct thread t = thread_new();
    t.notification = ntfn;
    t.flags |= PN_TCB_PASSIVE;
    struct puppet p = puppet_of(t);
    target(handler(UART_SOURCE, LEVEL), ntfn, 0x30);
    struct regs in = {.a0 = ep, .a6 = new_object(PN_CAP_REPLY, 0)};
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    uart_raise();
    CHECK_EQ(puppet_outcome(&p, NULL), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0x30);
    CHECK_EQ(p.reg[R_A1], 0);
}

/* Everybody waits: the interrupt ends the kernel's sleep. */
static void wakes_from_idle(void)
{
    make();
    cptr irq = handler(UART_SOURCE, LEVEL);
    target(irq, ntfn, 1);
    /* Writing a character empties and fills the transmitter some time later. */
    uart[1] = 2;
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 1);
    CHECK_EQ(uart[2] & 0xf, 2);
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    uart[0] = '.';
    CHECK_EQ(receive(PN_SYS_WAIT, ntfn, 0).a0, 1);
}

/* After seal: acknowledging goes on, choosing another target does not. */
static void after_seal(void)
{
    make();
    cptr irq = handler(UART_SOURCE, LEVEL);
    target(irq, ntfn, 1);
    cptr elsewhere = derived(other, PN_WRITE, 2);
    CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
    uart_raise();
    CHECK_EQ(poll(ntfn), 1);
    uart_raise();
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, elsewhere), PN_ERR_SEALED);
    CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    CHECK_EQ(poll(ntfn), 1);
    CHECK_EQ(receive(PN_SYS_NBWAIT, other, 0).a0, 0);
}

/* Each source of the board, and none beyond; errors in their order, with bounds. */
static void sources(void)
{
    word words[4] = {0, 2, 0, PN_ROOT_SLOTS};
    struct regs r;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 3, NULL), PN_ERR_TRUNCATED_MESSAGE);
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a1, info(PN_ERR_RANGE, 2));
    CHECK_EQ(r.a2, 1);
    word last = r.a3;
    CHECK(last >= CLOCK_SOURCE && last < PN_MAX_IRQS);
    words[0] = last + 1;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_RANGE);
    words[0] = last;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_INVALID_ARGUMENT);
    words[1] = LEVEL;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_INVALID_CAPABILITY);
    words[2] = PN_ROOT_CNODE;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, &r), PN_ERR_RANGE);
    CHECK_EQ(r.a1, info(PN_ERR_RANGE, 0));
    words[3] = PN_ROOT_TCB;
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_ERR_DELETE_FIRST);
    for (word source = 1; source <= last; source++) {
        cptr irq = handler(source, source % 2);
        CHECK_EQ(invoke0(irq, PN_IRQ_SET_NOTIFICATION), PN_ERR_TRUNCATED_MESSAGE);
        CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
    }
}

static const struct test_case cases[] = {
    {"interrupts: masked until acknowledged, level", uart_level},
    {"interrupts: masked until acknowledged, another device", clock_level},
    {"interrupts: masked until acknowledged, edge", uart_edge},
    {"interrupts: without target nothing happens", no_target},
    {"interrupts: a new target replaces the old one", new_target},
    {"interrupts: acknowledging too early or twice", second_acknowledge},
    {"interrupts: two sources, each on its own", two_sources},
    {"interrupts: only one's own can be acknowledged", not_ones_own},
    {"interrupts: two capabilities to one source", two_capabilities},
    {"interrupts: a woken handler preempts", preempts},
    {"interrupts: a woken handler of lower priority waits", waits_its_turn},
    {"interrupts: to a passive server that receives", to_bound_thread},
    {"interrupts: end the kernel's sleep", wakes_from_idle},
    {"interrupts: after seal", after_seal},
    {"interrupts: every source, errors in their order", sources},
};

const struct test_group interrupts_group = GROUP(cases);
