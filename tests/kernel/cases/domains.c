/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of several domains: whatever happens, each runs in its own domain's time only. */
#include "domains.h"

static const struct slot round[] = {{1, SLOT_US}, {2, SLOT_US}, {0, ROUND_US - 2 * SLOT_US}};

struct bursts domain_seen[4];
word domain_end;
static cptr ep;
static cptr reply;
static cptr ntfn;

void domain_running(word i)
{
    bursts_run(&domain_seen[i], 1000000, domain_end);
}

struct thread domain_thread(word domain, word priority, word budget, word period)
{
    struct thread t = thread_new();
    t.domain = domain;
    t.priority = priority;
    t.budget = budget;
    t.period = period;
    return t;
}

struct thread domain_unlimited(word domain, word priority)
{
    return domain_thread(domain, priority, 1000000, 1000000);
}

void domain_begin(word rounds)
{
    domain_end = read_time() + ticks_of(rounds * ROUND_US + ROUND_US / 2);
    slots_begin(round, 3, 0, PN_SCHEDULE_NOW);
}

word domain_position_us(word time)
{
    return us_of(slot_position(time));
}

void domain_check_only(unsigned i, word domain)
{
    CHECK(domain_seen[i].count > 0);
    for (unsigned b = 0; b < domain_seen[i].count; b++) {
        struct burst at = domain_seen[i].at[b];
        CHECK_EQ(slot_domain(at.start + (at.end - at.start) / 2), domain);
    }
}

/* Priorities mean nothing between domains. */
static void higher_elsewhere(void)
{
    struct thread low = domain_unlimited(1, 1);
    struct thread high = domain_unlimited(2, 254);
    thread_start(&high, domain_running, 2);
    thread_start(&low, domain_running, 1);
    domain_begin(8);
    bursts_run(&domain_seen[0], 1000000, domain_end);
    wait_done(2);
    domain_check_only(0, 0);
    domain_check_only(1, 1);
    domain_check_only(2, 2);
    CHECK(bursts_sum(&domain_seen[1]) + 9 * ENTRY_US > 9 * SLOT_US);
    CHECK(bursts_sum(&domain_seen[2]) + 8 * ENTRY_US > 8 * SLOT_US);
}

static void idle_slot(void)
{
    struct thread t = domain_unlimited(1, 200);
    thread_start(&t, domain_running, 1);
    domain_begin(8);
    bursts_run(&domain_seen[0], 1000000, domain_end);
    wait_done(1);
    domain_check_only(0, 0);
    domain_check_only(1, 1);
    for (unsigned b = 1; b + 1 < domain_seen[0].count; b++)
        CHECK(domain_seen[0].at[b].start - domain_seen[0].at[b - 1].end >= ticks_of(2 * SLOT_US));
}

/* A budget comes back while the domain has its time and nobody else is ready. */
static void release_when_idle(void)
{
    struct thread t = domain_thread(1, 100, 200, 700);
    thread_start(&t, domain_running, 1);
    domain_begin(6);
    wait_done(1);
    domain_check_only(1, 1);
    CHECK(bursts_most(&domain_seen[1], 700) <= 200 + SLACK_US);
    CHECK(domain_seen[1].count >= 7 * 3);
}

static void release_when_parked(void)
{
    struct thread t = domain_thread(1, 120, 500, 2500);
    struct thread below = domain_unlimited(1, 100);
    thread_start(&t, domain_running, 1);
    thread_start(&below, domain_running, 2);
    domain_begin(6);
    wait_done(2);
    domain_check_only(1, 1);
    domain_check_only(2, 1);
    for (unsigned b = 1; b + 1 < domain_seen[1].count; b++) {
        CHECK(domain_position_us(domain_seen[1].at[b].start) <= ENTRY_US);
        CHECK(domain_seen[1].at[b].end - domain_seen[1].at[b].start >= ticks_of(500 - ENTRY_US));
    }
    CHECK(domain_seen[1].count >= 7);
}

static void budget_ends(void)
{
    struct thread t = domain_thread(1, 120, 500, 10000);
    struct thread below = domain_unlimited(1, 100);
    struct thread other = domain_unlimited(2, 200);
    thread_start(&t, domain_running, 1);
    thread_start(&below, domain_running, 2);
    thread_start(&other, domain_running, 3);
    domain_begin(6);
    wait_done(3);
    domain_check_only(1, 1);
    domain_check_only(2, 1);
    domain_check_only(3, 2);
    CHECK(domain_seen[1].count >= 4);
    CHECK(bursts_most(&domain_seen[1], 10000) <= 500 + SLACK_US);
    word rest = 7 * SLOT_US - 4 * 500;
    CHECK(bursts_sum(&domain_seen[2]) <= rest + 4 * SLACK_US);
    CHECK(bursts_sum(&domain_seen[2]) + 12 * ENTRY_US >= rest);
}

/* The end of a slot is not the end of a time slice. */
static void slice_goes_on(void)
{
    struct thread one = domain_thread(1, 100, 3000, 3000);
    struct thread two = domain_thread(1, 100, 3000, 3000);
    thread_start(&one, domain_running, 1);
    thread_start(&two, domain_running, 2);
    domain_begin(6);
    wait_done(2);
    word switched = domain_position_us(domain_seen[1].at[1].end);
    CHECK(switched >= 1000 - SLACK_US && switched <= 1000 + ENTRY_US);
    CHECK(domain_seen[1].at[1].end < domain_seen[2].at[0].start);
    CHECK(domain_seen[2].at[1].end < domain_seen[1].at[2].start);
    CHECK(domain_position_us(domain_seen[2].at[0].start) >= 1000);
    CHECK(domain_position_us(domain_seen[2].at[1].start) <= ENTRY_US);
}

/* Preempted when the slot ended: goes on before others of its priority. The one above runs again in every
 * slot, and through its end. */
static void preempted_at_end(void)
{
    struct thread above = domain_thread(1, 150, 600, 1500);
    struct thread first = domain_unlimited(1, 100);
    struct thread second = domain_unlimited(1, 100);
    thread_start(&above, domain_running, 3);
    thread_start(&first, domain_running, 1);
    thread_start(&second, domain_running, 2);
    domain_begin(5);
    while (read_time() < domain_end)
        sleep_us(500);
    CHECK(domain_seen[1].count >= 6);
    CHECK(domain_position_us(domain_seen[3].at[1].end - ticks_of(SLACK_US)) + 2 * SLACK_US >= SLOT_US);
    domain_check_only(1, 1);
    domain_check_only(3, 1);
    CHECK_EQ(domain_seen[2].count, 0);
}

static word answered[8];
static word served[8];

/* Waits, and writes down when it was woken. */
static void waiter(word i)
{
    for (unsigned n = 0; n < 4; n++) {
        (void)receive(PN_SYS_WAIT, ntfn + i, 0);
        served[2 * n + i] = read_time();
        shared[1]++;
    }
}

static void start_waiters(word domain)
{
    ntfn = new_slot();
    (void)new_slot();
    CHECK_EQ(retype(ram, PN_CAP_NOTIFICATION, 0, PN_ROOT_CNODE, ntfn, 2, 0), PN_OK);
    for (word i = 0; i < 2; i++) {
        struct thread t = domain_unlimited(domain, 100 + i);
        thread_start(&t, waiter, i);
    }
}

/* The root signals, the lower one first; both wait for their slot, where the higher one is first. */
static void signals(void)
{
    start_waiters(2);
    domain_begin(0);
    for (unsigned n = 0; n < 4; n++) {
        while (shared[1] < 2 * n)
            sleep_us(200);
        signal(ntfn);
        signal(ntfn + 1);
    }
    wait_done(2);
    for (unsigned n = 0; n < 4; n++) {
        CHECK_EQ(slot_domain(served[2 * n]), 2);
        CHECK_EQ(slot_domain(served[2 * n + 1]), 2);
        CHECK(served[2 * n + 1] < served[2 * n]);
    }
}

/* A signal to a higher one of another domain does not stop the one who gives it. */
static void signaller(word unused)
{
    (void)unused;
    for (unsigned n = 0; n < 4; n++) {
        signal(ntfn);
        signal(ntfn + 1);
        answered[n] = read_time();
        CHECK_EQ(shared[1], 2 * n);
        while (shared[1] < 2 * n + 2)
            yield();
    }
}

static void signals_across(void)
{
    start_waiters(2);
    struct thread t = domain_unlimited(1, 1);
    thread_start(&t, signaller, 0);
    domain_begin(0);
    wait_done(3);
    for (unsigned n = 0; n < 4; n++) {
        CHECK_EQ(slot_domain(answered[n]), 1);
        CHECK_EQ(slot_domain(served[2 * n]), 2);
        CHECK(answered[n] < served[2 * n + 1] && served[2 * n + 1] < served[2 * n]);
    }
}

/* Yield finds nobody of another domain. */
static void yielding(word unused)
{
    (void)unused;
    while (read_time() < domain_end) {
        word before = read_time();
        yield();
        word after = read_time();
        shared[2] += slot_domain(before) == 1 && after - before < ticks_of(ENTRY_US);
        shared[3]++;
    }
}

static void yields(void)
{
    struct thread t = domain_unlimited(1, 100);
    struct thread other = domain_unlimited(2, 100);
    thread_start(&t, yielding, 0);
    thread_start(&other, domain_running, 2);
    domain_begin(3);
    wait_done(2);
    CHECK(shared[3] > 100);
    CHECK(shared[2] + 8 >= shared[3]);
    domain_check_only(2, 2);
}

#define UART_SOURCE 10
#define UART_ENABLE 1
static cptr irq;
static volatile unsigned char *const uart = (volatile unsigned char *)CONSOLE_VADDR;

static void handler(word unused)
{
    (void)unused;
    for (unsigned n = 0; n < 4; n++) {
        (void)receive(PN_SYS_WAIT, ntfn, 0);
        served[n] = read_time();
        uart[UART_ENABLE] = 0;
        CHECK_EQ(invoke0(irq, PN_IRQ_ACK), PN_OK);
        shared[1]++;
    }
}

/* The transmitter is ready as soon as somebody wants to know. */
static void raiser(word unused)
{
    (void)unused;
    for (unsigned n = 0; n < 4; n++) {
        while (shared[1] < n)
            yield();
        answered[n] = read_time();
        uart[UART_ENABLE] = 2;
        word end = read_time() + ticks_of(100);
        while (read_time() < end)
            ;
        shared[2] += shared[1];
    }
}

static void interrupts(void)
{
    (void)use_uart();
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    irq = new_slot();
    word words[4] = {UART_SOURCE, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    CHECK_EQ(invoke1(irq, PN_IRQ_SET_NOTIFICATION, ntfn), PN_OK);
    struct thread h = domain_unlimited(2, 200);
    struct thread r = domain_unlimited(1, 100);
    thread_start(&h, handler, 0);
    thread_start(&r, raiser, 0);
    domain_begin(0);
    wait_done(2);
    for (unsigned n = 0; n < 4; n++) {
        CHECK_EQ(slot_domain(answered[n]), 1);
        CHECK_EQ(slot_domain(served[n]), 2);
        CHECK(domain_position_us(served[n]) <= 2 * ENTRY_US);
    }
    CHECK_EQ(shared[2], 0 + 1 + 2 + 3);
}

/* The root, in domain 0, handles faults of domain 1. */
static void faulting(word unused)
{
    (void)unused;
    for (unsigned n = 0; n < 4; n++) {
        shared[1] = *(volatile word *)(SHARED_VADDR + PN_PAGE_SIZE * (word)(1 + n));
        served[n] = read_time();
    }
}

static void faults(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = domain_unlimited(1, 100);
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 1);
    thread_start(&t, faulting, 0);
    domain_begin(0);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (unsigned n = 0; n < 4; n++) {
        answered[n] = read_time();
        CHECK_EQ(label_of(r.a1), PN_FAULT_VM);
        map_frame(PN_ROOT_VSPACE, new_object(PN_CAP_FRAME, PN_PAGE_BITS), r.a3, PN_READ);
        if (n == 3)
            (void)send(PN_SYS_SEND, reply, 0, 0);
        else
            r = reply_receive(ep, reply, 0, 0);
    }
    wait_done(1);
    for (unsigned n = 0; n < 4; n++) {
        CHECK_EQ(slot_domain(answered[n]), 0);
        CHECK_EQ(slot_domain(served[n]), 1);
    }
}

static void timeouts(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = domain_thread(1, 100, 500, 3000);
    t.timeout_endpoint = derived(ep, PN_WRITE | PN_CALL, 1);
    thread_start(&t, domain_running, 1);
    domain_begin(4);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    while (read_time() < domain_end) {
        CHECK_EQ(label_of(r.a1), PN_FAULT_TIMEOUT);
        CHECK_EQ(slot_domain(read_time()), 0);
        r = reply_receive(ep, reply, 0, 0);
    }
    CHECK_EQ(domain_seen[1].count, 5);
    domain_check_only(1, 1);
}

static void counting(word unused)
{
    (void)unused;
    shared[5]++;
    domain_running(1);
}

/* The root, in its own slot, does this to a thread that is ready in another domain. */
static void treated(word method, bool starts_anew)
{
    struct thread t = domain_unlimited(1, 100);
    thread_start(&t, counting, 0);
    domain_begin(6);
    CHECK_EQ(domain_seen[1].count, 1);
    CHECK_EQ(invoke0(t.tcb, method), PN_OK);
    sleep_us(ROUND_US);
    CHECK_EQ(domain_seen[1].count, 1);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(domain_seen[1].count, 1);
    wait_done(1);
    domain_check_only(1, 1);
    CHECK(domain_seen[1].count > 2);
    CHECK_EQ(shared[5], starts_anew ? 2 : 1);
}

static void suspended(void)
{
    treated(PN_TCB_SUSPEND, false);
}

static void reset(void)
{
    treated(PN_TCB_RESET, true);
}

/* From one domain to the other, while inactive. */
static void moved(void)
{
    struct thread t = domain_unlimited(1, 100);
    thread_start(&t, domain_running, 1);
    domain_begin(6);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(slot_domain(domain_seen[1].at[0].start), 1);
    domain_seen[1].count = 0;
    CHECK_EQ(invoke3(t.tcb, PN_TCB_SET_SCHED, 100, t.sc, 2), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    wait_done(1);
    CHECK(domain_seen[1].count > 4);
    domain_check_only(1, 2);
}

static const struct test_case cases[] = {
    {"domains: a higher one elsewhere", higher_elsewhere},
    {"domains: a slot without ready threads", idle_slot},
    {"domains: a budget comes back in an idle slot", release_when_idle},
    {"domains: a budget comes back in another slot", release_when_parked},
    {"domains: a budget ends in a slot", budget_ends},
    {"domains: a time slice goes on in the next round", slice_goes_on},
    {"domains: who was preempted goes first in the next round", preempted_at_end},
    {"domains: signals wait for the slot", signals},
    {"domains: signals across domains", signals_across},
    {"domains: yield stays inside", yields},
    {"domains: interrupts wait for the handler's slot", interrupts},
    {"domains: faults handled in another domain", faults},
    {"domains: timeout faults handled in another domain", timeouts},
    {"domains: suspend and resume while parked", suspended},
    {"domains: reset while parked", reset},
    {"domains: a thread changes its domain", moved},
};

const struct test_group domains_group = GROUP(cases);
