/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls across domains: the server works in its own domain's time, on the client's context if that is lent.
 */
#include "domains.h"

static cptr ep;
static cptr reply;
static cptr ntfn;

static word answered[8];
static word served[8];

/* Calls, and writes down when it was answered. */
static void client(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < 8; i++) {
        struct regs r = call(ep, info(7, 1), i, 0, 0, 0);
        CHECK_EQ(r.a1, info(8, 1));
        CHECK_EQ(r.a2, i + 1);
        answered[i] = read_time();
    }
}

static void server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        served[r.a2 % 8] = read_time();
        r = reply_receive(ep, reply, info(8, 1), r.a2 + 1);
    }
}

static void rendezvous(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    ntfn = derived(new_object(PN_CAP_NOTIFICATION, 0), PN_ALL_RIGHTS, 4);
}

static void make_passive(struct thread *t)
{
    t->notification = ntfn;
    t->flags |= PN_TCB_PASSIVE;
}

static void calls(word server_priority, bool passive)
{
    rendezvous();
    struct thread s = domain_unlimited(2, server_priority);
    if (passive)
        make_passive(&s);
    struct thread c = domain_unlimited(1, 100);
    thread_start(&s, server, 0);
    thread_start(&c, client, 0);
    domain_begin(1);
    wait_done(1);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQ(slot_domain(served[i]), 2);
        CHECK_EQ(slot_domain(answered[i]), 1);
        CHECK(served[i] < answered[i] && answered[i] - served[i] < ticks_of(ROUND_US));
    }
}

static void active_server(void)
{
    calls(200, false);
}

static void active_server_below(void)
{
    calls(50, false);
}

static void passive_server(void)
{
    calls(200, true);
}

static void passive_server_below(void)
{
    calls(50, true);
}

/* What a server does on a lent context is the client's time, in the server's slots. */
static word work_us;

static void worker(word unused)
{
    (void)unused;
    (void)receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        bursts_run(&domain_seen[2], work_us, ~(word)0);
        (void)reply_receive(ep, reply, 0, 0);
    }
}

static void caller(word unused)
{
    (void)unused;
    (void)call(ep, 0, 0, 0, 0, 0);
    answered[0] = read_time();
    bursts_run(&domain_seen[1], 100, ~(word)0);
}

/* The server waits before its client calls. */
static void lend(word budget, word period)
{
    static const struct slot server_first[] = {{2, SLOT_US}, {1, SLOT_US}, {0, 1000}};
    rendezvous();
    struct thread s = domain_unlimited(2, 90);
    make_passive(&s);
    struct thread c = domain_thread(1, 100, budget, period);
    thread_start(&s, worker, 0);
    thread_start(&c, caller, 0);
    slots_begin(server_first, 3, 0, PN_SCHEDULE_NOW);
}

static void charged(void)
{
    work_us = 700;
    lend(750, 10000);
    wait_done(1);
    domain_check_only(2, 2);
    domain_check_only(1, 1);
    CHECK(domain_position_us(answered[0]) <= ENTRY_US);
    /* The rest of the first budget, and what is missing a period later. */
    CHECK_EQ(domain_seen[1].count, 2);
    CHECK(domain_seen[1].at[0].end - domain_seen[1].at[0].start <= ticks_of(50));
    CHECK(domain_seen[1].at[1].start - domain_seen[1].at[0].end > ticks_of(3000));
}

static void lent_ends(void)
{
    work_us = 2500;
    lend(1000, 1500);
    wait_done(1);
    domain_check_only(2, 2);
    CHECK(domain_seen[2].count >= 4);
    CHECK(bursts_most(&domain_seen[2], 1500) <= 1000 + SLACK_US);
    CHECK_EQ(slot_domain(answered[0]), 1);
}

/* The client is gone while its server waits for its slot: the server keeps the context until it waits again.
 */
static void client_reset(void)
{
    work_us = 5000;
    rendezvous();
    struct thread s = domain_unlimited(2, 90);
    make_passive(&s);
    struct thread c = domain_unlimited(1, 100);
    thread_start(&s, worker, 0);
    thread_start(&c, caller, 0);
    domain_begin(4);
    /* Now the call is received, the server worked once. */
    CHECK_EQ(domain_seen[2].count, 1);
    CHECK_EQ(invoke0(c.tcb, PN_TCB_RESET), PN_OK);
    while (read_time() < domain_end)
        sleep_us(300);
    domain_check_only(2, 2);
    CHECK(bursts_sum(&domain_seen[2]) + SLACK_US >= work_us);
    CHECK_EQ(answered[0], 0);
    CHECK_EQ(invoke0(c.tcb, PN_TCB_RESUME), PN_OK);
    wait_done(1);
    CHECK_EQ(slot_domain(answered[0]), 1);
}

static const struct test_case cases[] = {
    {"domains: calls to an active server", active_server},
    {"domains: calls to an active server of lower priority", active_server_below},
    {"domains: calls to a passive server", passive_server},
    {"domains: calls to a passive server of lower priority", passive_server_below},
    {"domains: a server's time is the client's", charged},
    {"domains: a lent budget ends in the server's slot", lent_ends},
    {"domains: the client is reset", client_reset},
};

const struct test_group domains_calls_group = GROUP(cases);
