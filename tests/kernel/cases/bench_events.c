/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a page fault and an interrupt cost: instructions between an instruction of one thread and the return
 * of the handler, an active thread of higher priority in another address space, from its receive, and back.
 */
#include "bench.h"
#include "cases.h"

#define NOWHERE  0x33000000 /* nothing is ever mapped here */
#define UART_IER 1
#define IER_THRE 2 /* raises the interrupt at once: the transmitter is idle */
#define UART_IRQ 10
#define FULL_US  10000000 /* no budget ends during a measurement */

/* The shared page: the handler's stamps of this round, how many it has handled, how many
 * invocations failed. */
enum { RUNNING, REPLYING, HANDLED, FAILURES };

static word there[BENCH_ROUNDS];
static word back[BENCH_ROUNDS];

static cptr events; /* where the handler receives */
static cptr reply;
static cptr irq;
static cptr victim;

static void note(unsigned round, word first, word second)
{
    if (round < BENCH_WARMUP)
        return;
    there[round - BENCH_WARMUP] = first;
    back[round - BENCH_WARMUP] = second;
}

static void fault_handler(word unused)
{
    (void)unused;
    struct regs r = {.a0 = events, .a6 = reply};
    struct stamps at = timed_syscall(PN_SYS_RECV, &r);
    for (;;) {
        shared[RUNNING] = at.after;
        /* Behind the load, an instruction of four bytes. */
        shared[FAILURES] += invoke3(victim, PN_TCB_WRITE_REGISTERS, 0, 1, r.a2 + 4) != PN_OK;
        shared[HANDLED]++;
        struct regs next = {.a0 = events, .a1 = info(0, 0), .a6 = reply};
        r = next;
        at = timed_syscall(PN_SYS_REPLY_RECV, &r);
        shared[REPLYING] = at.before;
    }
}

static struct stamps timed_load(void)
{
    struct stamps at;
    __asm__ volatile(".option push\n\t.option norvc\n\trdinstret %0\n\tld %1, 0(%2)\n\trdinstret %1\n\t"
                     ".option pop"
                     : "=&r"(at.before), "=&r"(at.after)
                     : "r"(NOWHERE)
                     : "memory");
    return at;
}

/* The stamp of a reply is known when the handler has received again: one round later. */
static void faulter(word unused)
{
    (void)unused;
    word resumed = 0;
    for (unsigned i = 0; i < BENCH_WARMUP + BENCH_ROUNDS; i++) {
        bench_round(i);
        struct stamps at = timed_load();
        note(i, between(at.before, shared[RUNNING]), between(shared[REPLYING], resumed));
        resumed = at.after;
    }
    thread_done();
}

static struct thread handler_thread(word priority)
{
    struct thread t = thread_new();
    t.priority = priority;
    t.budget = t.period = FULL_US;
    return t;
}

static void finish(const char *first, const char *second)
{
    wait_done(1);
    CHECK_EQ(shared[FAILURES], 0);
    CHECK_EQ(shared[HANDLED], BENCH_WARMUP + BENCH_ROUNDS);
    report(first, bench_median(there));
    report(second, bench_median(back));
}

static void page_fault(void)
{
    (void)use_uart();
    events = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.budget = t.period = FULL_US;
    t.fault_endpoint = derived(events, PN_WRITE | PN_CALL, 1);
    victim = t.tcb;
    struct thread handler = handler_thread(110);
    thread_start_apart(&handler, fault_handler, 0);
    thread_start(&t, faulter, 0);
    finish("vmfault_to_handler", "vmfault_reply");
}

static void interrupt_handler(word unused)
{
    (void)unused;
    for (;;) {
        struct regs r = {.a0 = events};
        struct stamps at = timed_syscall(PN_SYS_WAIT, &r);
        shared[RUNNING] = at.after;
        ((volatile unsigned char *)CONSOLE_VADDR)[UART_IER] = 0;
        shared[FAILURES] += invoke0(irq, PN_IRQ_ACK) != PN_OK;
        shared[HANDLED]++;
    }
}

static struct stamps timed_store(void)
{
    struct stamps at;
    __asm__ volatile("rdinstret %0\n\tsb %2, 0(%3)\n\trdinstret %1"
                     : "=&r"(at.before), "=&r"(at.after)
                     : "r"(IER_THRE), "r"(CONSOLE_VADDR + UART_IER)
                     : "memory");
    return at;
}

static void interrupted(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < BENCH_WARMUP + BENCH_ROUNDS; i++) {
        bench_round(i);
        struct stamps at = timed_store();
        note(i, between(at.before, shared[RUNNING]), between(at.before, at.after));
    }
    thread_done();
}

static void interrupt(void)
{
    cptr uart_frame = use_uart();
    events = new_object(PN_CAP_NOTIFICATION, 0);
    irq = new_slot();
    word source[4] = {UART_IRQ, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, source, 4, NULL), PN_OK);
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, derived(events, PN_WRITE, 1)), PN_OK);
    struct thread handler = handler_thread(200);
    handler.notification = events;
    thread_start_apart(&handler, interrupt_handler, 0);
    map_frame(handler.vspace, uart_frame, CONSOLE_VADDR, PN_READ | PN_WRITE);
    struct thread t = thread_new();
    t.budget = t.period = FULL_US;
    thread_start(&t, interrupted, 0);
    finish("irq_to_handler", "irq_round_trip");
}

static const struct test_case cases[] = {
    {"bench: page fault and reply", page_fault},
    {"bench: interrupt and return", interrupt},
};

const struct test_group bench_events_group = GROUP(cases);
