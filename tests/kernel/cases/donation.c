/* SPDX-License-Identifier: BSD-2-Clause */
/* Lent time: where it goes, and that it comes back, whoever leaves and when. */
#include "cases.h"
#include "../lib/bursts.h"
#include "../lib/puppet.h"

#define LEVELS 3

/* A line of passive servers; each calls the next one as long as the message says so, the last one works. */
static cptr eps[LEVELS];
static cptr replies[LEVELS];
static struct thread servers[LEVELS];
static struct thread client;

/* shared[] */
#define HOLD    1  /* the last server works until this is 0 */
#define SERVED  10 /* + level: messages taken */
#define INNER   20 /* + level: answer of the next level */
#define ANSWERS 30 /* calls of the client that came back */
#define LAST    31 /* message info of the last answer */
#define CLIENTS 2  /* the client goes on while this is not 0 */

static void server(word level)
{
    struct regs r = receive(PN_SYS_RECV, eps[level], replies[level]);
    for (;;) {
        shared[SERVED + level]++;
        word depth = r.a2;
        if (depth > level + 1) {
            shared[INNER + level] = call(eps[level + 1], info(1, 1), depth, 0, 0, 0).a1;
        } else {
            while (shared[HOLD] != 0)
                ;
        }
        r = reply_receive(eps[level], replies[level], info(2 + level, 1), level);
    }
}

static void calling(word depth)
{
    while (shared[CLIENTS] != 0) {
        shared[LAST] = call(eps[0], info(1, 1), depth, 0, 0, 0).a1;
        shared[ANSWERS]++;
        yield();
    }
}

static void start_servers(bool own_time)
{
    for (word i = 0; i < LEVELS; i++) {
        eps[i] = new_object(PN_CAP_ENDPOINT, 0);
        replies[i] = new_object(PN_CAP_REPLY, 0);
    }
    for (word i = 0; i < LEVELS; i++) {
        servers[i] = thread_new();
        servers[i].priority = 110 + i;
        servers[i].flags |= own_time ? 0 : PN_TCB_PASSIVE;
        servers[i].notification = new_object(PN_CAP_NOTIFICATION, 0);
        thread_start(&servers[i], server, i);
    }
    sleep_us(500);
}

static void start_client(word depth)
{
    client = thread_new();
    client.priority = 100;
    client.budget = client.period = 500;
    shared[CLIENTS] = 1;
    thread_start(&client, calling, depth);
}

/* Everything works: calls of every depth come back, each server being asked. */
static void check_works(word depth)
{
    word before = shared[ANSWERS];
    sleep_us(5000);
    CHECK(shared[ANSWERS] > before + 3);
    CHECK_EQ(shared[LAST], info(2, 1));
    for (word i = 0; i < depth; i++) {
        word served = shared[SERVED + i];
        sleep_us(2000);
        CHECK(shared[SERVED + i] > served);
    }
}

/* With 'depth' levels inside each other, do 'method' to one of those in the line (0 client, 1.. servers)
 * while the last one works on the client's time; then let it go on and see that all is as before. */
static void leave(word depth, word who, word method)
{
    start_servers(false);
    shared[HOLD] = 1;
    start_client(depth);
    sleep_us(2000);
    CHECK_EQ(shared[SERVED + depth - 1], 1);
    CHECK_EQ(shared[ANSWERS], 0);
    cptr tcb = who == 0 ? client.tcb : servers[who - 1].tcb;
    CHECK_EQ(invoke0(tcb, method), PN_OK);
    sleep_us(2000);
    bool reset = method == PN_TCB_RESET;
    if (reset && who == depth && depth > 1)
        CHECK_EQ(shared[INNER + depth - 2], info(PN_ERR_PEER_RESTARTED, 1));
    if (reset && who == depth && depth == 1)
        CHECK_EQ(shared[LAST], info(PN_ERR_PEER_RESTARTED, 1));
    shared[HOLD] = 0;
    sleep_us(2000);
    CHECK_EQ(invoke0(tcb, PN_TCB_RESUME), PN_OK);
    check_works(depth);
    /* Once more: what happened has left nothing behind. */
    CHECK_EQ(invoke0(tcb, method), PN_OK);
    sleep_us(1000);
    CHECK_EQ(invoke0(tcb, PN_TCB_RESUME), PN_OK);
    check_works(depth);
}

#define LEAVE(name, depth, who, method) \
    static void name(void)              \
    {                                   \
        leave(depth, who, method);      \
    }

LEAVE(one_reset_client, 1, 0, PN_TCB_RESET)
LEAVE(one_reset_server, 1, 1, PN_TCB_RESET)
LEAVE(one_suspend_client, 1, 0, PN_TCB_SUSPEND)
LEAVE(one_suspend_server, 1, 1, PN_TCB_SUSPEND)
LEAVE(two_reset_client, 2, 0, PN_TCB_RESET)
LEAVE(two_reset_first, 2, 1, PN_TCB_RESET)
LEAVE(two_reset_second, 2, 2, PN_TCB_RESET)
LEAVE(two_suspend_first, 2, 1, PN_TCB_SUSPEND)
LEAVE(three_reset_client, 3, 0, PN_TCB_RESET)
LEAVE(three_reset_first, 3, 1, PN_TCB_RESET)
LEAVE(three_reset_second, 3, 2, PN_TCB_RESET)
LEAVE(three_reset_third, 3, 3, PN_TCB_RESET)
LEAVE(three_suspend_client, 3, 0, PN_TCB_SUSPEND)
LEAVE(three_suspend_first, 3, 1, PN_TCB_SUSPEND)
LEAVE(three_suspend_second, 3, 2, PN_TCB_SUSPEND)
LEAVE(three_suspend_third, 3, 3, PN_TCB_SUSPEND)

/* The budget of a sporadic client bounds all levels together. */
static struct bursts used;
static word end_of_test;

static void burning(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, eps[0], replies[0]);
    for (;;) {
        bursts_run(&used, 150, end_of_test);
        r = reply_receive(eps[0], replies[0], 0, 0);
    }
    (void)r;
}

static void burning_client(word unused)
{
    (void)unused;
    while (read_time() < end_of_test) {
        bursts_run(&used, 100, end_of_test);
        (void)call(eps[0], 0, 0, 0, 0, 0);
    }
}

static void budget_of_all(void)
{
    eps[0] = new_object(PN_CAP_ENDPOINT, 0);
    replies[0] = new_object(PN_CAP_REPLY, 0);
    struct thread s = thread_new();
    s.priority = 120;
    s.flags |= PN_TCB_PASSIVE;
    s.notification = new_object(PN_CAP_NOTIFICATION, 0);
    end_of_test = read_time() + ticks_of(60000);
    thread_start(&s, burning, 0);
    sleep_us(200);
    struct thread c = thread_new();
    c.budget = 1000;
    c.period = 5000;
    c.refills = 2;
    thread_start(&c, burning_client, 0);
    wait_done(1);
    CHECK(bursts_most(&used, 5000) <= 1000 + 3);
    CHECK(bursts_sum(&used) > 9000);
}

/* Three levels, each working before and after it calls the next one. */
static void burning_level(word level)
{
    struct regs r = receive(PN_SYS_RECV, eps[level], replies[level]);
    for (;;) {
        bursts_run(&used, 70, end_of_test);
        if (level + 1 < LEVELS)
            (void)call(eps[level + 1], 0, 0, 0, 0, 0);
        bursts_run(&used, 70, end_of_test);
        r = reply_receive(eps[level], replies[level], 0, 0);
    }
    (void)r;
}

static void budget_of_levels(void)
{
    end_of_test = read_time() + ticks_of(60000);
    for (word i = 0; i < LEVELS; i++) {
        eps[i] = new_object(PN_CAP_ENDPOINT, 0);
        replies[i] = new_object(PN_CAP_REPLY, 0);
    }
    for (word i = 0; i < LEVELS; i++) {
        servers[i] = thread_new();
        servers[i].priority = 110 + i;
        servers[i].flags |= PN_TCB_PASSIVE;
        servers[i].notification = new_object(PN_CAP_NOTIFICATION, 0);
        thread_start(&servers[i], burning_level, i);
    }
    sleep_us(300);
    struct thread c = thread_new();
    c.budget = 1000;
    c.period = 5000;
    c.refills = 2;
    thread_start(&c, burning_client, 0);
    wait_done(1);
    CHECK(bursts_most(&used, 5000) <= 1000 + 3);
    CHECK(bursts_sum(&used) > 9000);
}

/* A server with time of its own works on that, and its client's budget stays untouched. */
static void active_server_pays(void)
{
    start_servers(true);
    shared[HOLD] = 1;
    start_client(1);
    sleep_us(3000);
    CHECK_EQ(shared[SERVED], 1);
    /* The server is the one that cannot go on when its own time is taken away. */
    CHECK_EQ(invoke0(servers[0].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke2(servers[0].tcb, PN_TCB_SET_SCHED, 110, 0), PN_OK);
    CHECK_EQ(invoke0(servers[0].tcb, PN_TCB_RESUME), PN_OK);
    shared[HOLD] = 0;
    sleep_us(3000);
    CHECK_EQ(shared[ANSWERS], 0);
}

/* Neither Send nor a signal lends anything. */
static void sends_lend_nothing(void)
{
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.budget = 0;
    struct puppet p = puppet_of(t);
    struct regs in = {.a0 = ep, .a6 = reply};
    /* Its first step needs time: a context for the way into Recv, then none. */
    word words[5] = {new_object(PN_CAP_SCHED_CONTEXT, 0), 1000, 1000, 0, 0};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, words, 5, NULL), PN_OK);
    CHECK_EQ(invoke2(p.t.tcb, PN_TCB_SET_SCHED, 100, words[0]), PN_OK);
    CHECK_EQ(puppet_try(&p, PN_SYS_RECV, &in), BLOCKED);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke2(p.t.tcb, PN_TCB_SET_SCHED, 100, 0), PN_OK);
    CHECK_EQ(invoke0(p.t.tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(200);
    (void)send(PN_SYS_NBSEND, ep, info(1, 0), 0);
    CHECK_EQ(puppet_outcome(&p, NULL), BLOCKED);
}

/* A context that is away in a call cannot be given to somebody else or changed. */
static void lent_is_taken(void)
{
    start_servers(false);
    shared[HOLD] = 1;
    start_client(2);
    sleep_us(2000);
    struct thread other = thread_new();
    word words[5] = {client.sc, 1000, 1000, 0, 0};
    CHECK_EQ(invoke2(other.tcb, PN_TCB_SET_SCHED, 1, client.sc), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, words, 5, NULL), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke2(client.tcb, PN_TCB_SET_SCHED, 1, 0), PN_ERR_ILLEGAL_OPERATION);
    CHECK_EQ(invoke0(servers[1].tcb, PN_TCB_SUSPEND), PN_OK);
    CHECK_EQ(invoke2(servers[1].tcb, PN_TCB_SET_SCHED, 1, 0), PN_ERR_ILLEGAL_OPERATION);
}

/* The server faults: its handler runs on the client's time, and the client gets its answer in the end. */
static cptr fault_ep;
static cptr fault_reply;

static void faulting_server(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, eps[0], replies[0]);
    for (;;) {
        __asm__ volatile(".option push\n\t.option norvc\n\tebreak\n\t.option pop");
        r = reply_receive(eps[0], replies[0], info(7, 0), 0);
    }
    (void)r;
}

static void passive_handler(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, fault_ep, fault_reply);
    for (;;) {
        shared[40]++;
        r = reply_receive(fault_ep, fault_reply, info(shared[41], 1), r.a2 + 4);
    }
}

static void start_faulting(void)
{
    eps[0] = new_object(PN_CAP_ENDPOINT, 0);
    replies[0] = new_object(PN_CAP_REPLY, 0);
    fault_ep = new_object(PN_CAP_ENDPOINT, 0);
    fault_reply = new_object(PN_CAP_REPLY, 0);
    struct thread h = thread_new();
    h.priority = 130;
    h.flags |= PN_TCB_PASSIVE;
    h.notification = new_object(PN_CAP_NOTIFICATION, 0);
    thread_start(&h, passive_handler, 0);
    servers[0] = thread_new();
    servers[0].priority = 120;
    servers[0].flags |= PN_TCB_PASSIVE;
    servers[0].notification = new_object(PN_CAP_NOTIFICATION, 0);
    servers[0].fault_endpoint = derived(fault_ep, PN_WRITE | PN_CALL, 5);
    thread_start(&servers[0], faulting_server, 0);
    sleep_us(500);
}

static void server_faults(void)
{
    start_faulting();
    start_client(1);
    sleep_us(3000);
    CHECK(shared[ANSWERS] > 3);
    CHECK(shared[40] >= shared[ANSWERS]);
    CHECK_EQ(shared[LAST], info(7, 0));
}

/* The handler gives the server up: the client waits until it is reset, and has its time back then. */
static void server_given_up(void)
{
    start_faulting();
    shared[41] = 1;
    start_client(1);
    sleep_us(3000);
    CHECK_EQ(shared[ANSWERS], 0);
    CHECK_EQ(shared[40], 1);
    shared[41] = 0;
    CHECK_EQ(invoke0(servers[0].tcb, PN_TCB_RESET), PN_OK);
    sleep_us(500);
    CHECK_EQ(shared[LAST], info(PN_ERR_PEER_RESTARTED, 1));
    CHECK_EQ(invoke0(servers[0].tcb, PN_TCB_RESUME), PN_OK);
    sleep_us(3000);
    CHECK_EQ(shared[LAST], info(7, 0));
}

static const struct test_case cases[] = {
    {"donation: one level, client reset", one_reset_client},
    {"donation: one level, server reset", one_reset_server},
    {"donation: one level, client suspended", one_suspend_client},
    {"donation: one level, server suspended", one_suspend_server},
    {"donation: two levels, client reset", two_reset_client},
    {"donation: two levels, first server reset", two_reset_first},
    {"donation: two levels, second server reset", two_reset_second},
    {"donation: two levels, first server suspended", two_suspend_first},
    {"donation: three levels, client reset", three_reset_client},
    {"donation: three levels, first server reset", three_reset_first},
    {"donation: three levels, second server reset", three_reset_second},
    {"donation: three levels, third server reset", three_reset_third},
    {"donation: three levels, client suspended", three_suspend_client},
    {"donation: three levels, first server suspended", three_suspend_first},
    {"donation: three levels, second server suspended", three_suspend_second},
    {"donation: three levels, third server suspended", three_suspend_third},
    {"donation: one budget for client and server", budget_of_all},
    {"donation: one budget for a client and three levels", budget_of_levels},
    {"donation: an active server works on its own time", active_server_pays},
    {"donation: plain messages lend nothing", sends_lend_nothing},
    {"donation: a lent context cannot be given or changed", lent_is_taken},
    {"donation: the server faults, its handler on the same time", server_faults},
    {"donation: the server is given up, then reset", server_given_up},
};

const struct test_group donation_group = GROUP(cases);
