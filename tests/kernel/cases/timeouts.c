/* SPDX-License-Identifier: BSD-2-Clause */
/* Timeout faults: when they come, what they say, and what their answers do. */
#include "cases.h"
#include "../lib/bursts.h"
#include "../lib/puppet.h"

#define BADGE  0x70
#define BUDGET 1000
#define PERIOD 20000

static cptr ep;
static cptr reply;
static word end_of_test;
static struct bursts seen;

static void running(word unused)
{
    (void)unused;
    bursts_run(&seen, 10000000, end_of_test);
}

static struct thread limited(word budget, word period)
{
    if (ep == 0) {
        ep = new_object(PN_CAP_ENDPOINT, 0);
        reply = new_object(PN_CAP_REPLY, 0);
    }
    struct thread t = thread_new();
    t.budget = budget;
    t.period = period;
    t.timeout_endpoint = derived(ep, PN_WRITE | PN_CALL, BADGE);
    end_of_test = ~(word)0;
    return t;
}

static void message(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, running, 0);
    for (unsigned w = 4; w < 8; w++)
        *message_word(PN_MSGBUF_VADDR, w) = 0xeeee;
    struct regs r = {.a0 = ep, .a2 = 1, .a3 = 2, .a4 = 3, .a5 = 4, .a6 = reply};
    syscall(PN_SYS_RECV, &r);
    CHECK_EQ(r.a0, BADGE);
    CHECK_EQ(r.a1, info(PN_FAULT_TIMEOUT, 2));
    CHECK_EQ(r.a2 & 0xff00, 0x5c00);
    CHECK(r.a3 + PN_MIN_BUDGET_US >= BUDGET && r.a3 < BUDGET + 20);
    CHECK_EQ(r.a4, 3);
    CHECK_EQ(r.a5, 4);
    CHECK_EQ(*message_word(PN_MSGBUF_VADDR, 4), 0xeeee);
    /* The next one counts from here. */
    r = reply_receive(ep, reply, 0, 0);
    CHECK_EQ(r.a1, info(PN_FAULT_TIMEOUT, 2));
    CHECK(r.a3 + PN_MIN_BUDGET_US >= BUDGET && r.a3 < BUDGET + 20);
}

/* What was used before, in blocks or between preemptions, is in the sum. */
static void consumed_in_parts(word cap)
{
    for (unsigned i = 0; i < 4; i++) {
        bursts_run(&seen, 200, ~(word)0);
        (void)receive(PN_SYS_WAIT, cap, 0);
    }
    bursts_run(&seen, 10000000, ~(word)0);
}

static void sum_of_parts(void)
{
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = limited(BUDGET, PERIOD);
    t.refills = 6;
    thread_start(&t, consumed_in_parts, ntfn);
    for (unsigned i = 0; i < 4; i++) {
        sleep_us(400);
        signal(derived(ntfn, PN_WRITE, 1));
    }
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_TIMEOUT, 2));
    CHECK(r.a3 + PN_MIN_BUDGET_US >= BUDGET && r.a3 < BUDGET + 40);
}

static void without_handler(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    t.timeout_endpoint = 0;
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 1); /* of other faults */
    end_of_test = read_time() + ticks_of(3 * PERIOD);
    thread_start(&t, running, 0);
    wait_done(1);
    CHECK(seen.count >= 3);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
}

static void label_stops(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, running, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, BADGE);
    (void)send(PN_SYS_SEND, reply, info(1, 0), 0);
    unsigned count = seen.count;
    sleep_us(3 * PERIOD);
    CHECK_EQ(seen.count, count);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, BADGE);
    CHECK(seen.count > count);
}

static void slice_never(void)
{
    struct thread t = limited(500, 500);
    end_of_test = read_time() + ticks_of(20000);
    thread_start(&t, running, 0);
    wait_done(1);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
}

static void yielding(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        bursts_run(&seen, 300, ~(word)0);
        yield();
    }
}

static void yield_never(void)
{
    struct thread t = limited(BUDGET, 3000);
    thread_start(&t, yielding, 0);
    wait_done(1);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
}

static void queued_until_received(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, running, 0);
    sleep_us(3 * PERIOD);
    /* Nobody received: it stood in the queue, without running. */
    word used = bursts_sum(&seen);
    CHECK(used > BUDGET / 2 && used <= BUDGET);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a1, info(PN_FAULT_TIMEOUT, 2));
    (void)send(PN_SYS_SEND, reply, 0, 0);
    sleep_us(300);
    CHECK(bursts_sum(&seen) > used);
}

/* A handler without time of its own does not run on the faulter's. */
static void handling(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        shared[1]++;
        r = reply_receive(ep, reply, 0, 0);
    }
    (void)r;
}

static void passive_handler_gets_none(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    struct thread h = thread_new();
    h.budget = PN_MIN_BUDGET_US + 80;
    h.period = 1000000;
    thread_start(&h, handling, 0);
    sleep_us(500);
    CHECK_EQ(invoke0(h.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke2(h.tcb, PN_TCB_SET_SCHED, 120, 0), PN_OK);
    CHECK_EQ(invoke0(h.tcb, PN_TCB_RESUME), PN_OK);
    thread_start(&t, running, 0);
    sleep_us(3 * PERIOD);
    CHECK_EQ(shared[1], 0);
}

static void active_handler(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    struct thread h = thread_new();
    h.priority = 120;
    thread_start(&h, handling, 0);
    end_of_test = read_time() + ticks_of(5 * PERIOD);
    thread_start(&t, running, 0);
    wait_done(1);
    CHECK(shared[1] >= 4 && shared[1] <= 6);
    CHECK(bursts_most(&seen, PERIOD) <= BUDGET + 3);
}

/* A passive server uses up its client's budget: its own timeout handler is told, with the client's badge, and
 * can reset it, which frees the client. */
static cptr server_ep;
static cptr server_reply;

static void greedy(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, server_ep, server_reply);
    shared[2] = r.a2;
    bursts_run(&seen, 10000000, ~(word)0);
}

static void greedy_client(word value)
{
    struct regs r = call(server_ep, info(1, 1), value, 0, 0, 0);
    shared[3] = r.a1;
    shared[4] = r.a2;
}

static void server_out_of_time(void)
{
    server_ep = new_object(PN_CAP_ENDPOINT, 0);
    server_reply = new_object(PN_CAP_REPLY, 0);
    struct thread s = limited(10000, 10000);
    s.flags |= PN_TCB_PASSIVE;
    s.notification = new_object(PN_CAP_NOTIFICATION, 0);
    s.priority = 120;
    thread_start(&s, greedy, 0);
    sleep_us(200);
    struct thread c = limited(BUDGET, PERIOD);
    thread_make(&c, greedy_client, 7);
    word words[5] = {c.sc, BUDGET, PERIOD, 0, 0xc11e};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, words, 5, NULL), PN_OK);
    thread_run(&c);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(shared[2], 7);
    CHECK_EQ(r.a0, BADGE);
    CHECK_EQ(r.a1, info(PN_FAULT_TIMEOUT, 2));
    CHECK_EQ(r.a2, 0xc11e);
    CHECK_EQ(invoke0(s.tcb, PN_TCB_RESET), PN_OK);
    CHECK_EQ(invoke0(s.tcb, PN_TCB_RESUME), PN_OK);
    wait_done(1);
    CHECK_EQ(shared[3], info(PN_ERR_PEER_RESTARTED, 1));
    CHECK_EQ(shared[4], 1);
    /* The late answer reaches nobody. */
    (void)send(PN_SYS_SEND, reply, 0, 0);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
}

/* Words of the answer change nothing. */
static void answer_words(void)
{
    struct thread t = limited(BUDGET, PERIOD);
    struct puppet p = puppet_of(t);
    word words[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, p.t.fault_endpoint, 0, t.timeout_endpoint};
    CHECK_EQ(invoke(p.t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    p.reg[R_PC] = (word)(puppet_break + 1);
    puppet_go(&p);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, BADGE);
    struct regs a = {.a0 = reply, .a1 = info(0, 4), .a2 = 1, .a3 = 2, .a4 = 3, .a5 = 4};
    syscall(PN_SYS_SEND, &a);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, BADGE);
    word reg[R_COUNT];
    registers_read(p.t.tcb, reg);
    CHECK_EQ(reg[R_PC], (word)(puppet_break + 1));
    for (unsigned i = 1; i < R_COUNT; i++)
        CHECK_EQ(reg[i], p.reg[i]);
}

static const struct test_case cases[] = {
    {"timeouts: the message", message},
    {"timeouts: consumption is a sum of parts", sum_of_parts},
    {"timeouts: without handler it waits for the refill", without_handler},
    {"timeouts: an answer with a label stops", label_stops},
    {"timeouts: words of an answer change nothing", answer_words},
    {"timeouts: a time slice never faults", slice_never},
    {"timeouts: yield never faults", yield_never},
    {"timeouts: the fault waits for its handler", queued_until_received},
    {"timeouts: no time is lent to the handler", passive_handler_gets_none},
    {"timeouts: a handler that lets it go on gives no time away", active_handler},
    {"timeouts: a passive server out of its client's time", server_out_of_time},
};

const struct test_group timeouts_group = GROUP(cases);
