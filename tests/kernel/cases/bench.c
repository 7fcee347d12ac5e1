/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions between two rdinstret around the system call, median over many rounds; servers in another
 * address space, client priority 100, server 110. The round trip includes the four user instructions of the
 * server's loop.
 */
#include "bench.h"
#include "cases.h"

static word samples[BENCH_ROUNDS];

word bench_median(word *values)
{
    for (unsigned i = 1; i < BENCH_ROUNDS; i++) {
        word x = values[i];
        unsigned j = i;
        for (; j > 0 && values[j - 1] > x; j--)
            values[j] = values[j - 1];
        values[j] = x;
    }
    return values[BENCH_ROUNDS / 2];
}

__attribute__((noinline)) void bench_middle(void)
{
    __asm__ volatile("");
}

/* What a client thread repeats. */
static int64_t client_call;
static struct regs client_regs;
static const char *client_name;

static void client(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < BENCH_WARMUP + BENCH_ROUNDS; i++) {
        struct regs r = client_regs;
        bench_round(i);
        struct stamps at = timed_syscall(client_call, &r);
        if (i >= BENCH_WARMUP)
            samples[i - BENCH_WARMUP] = between(at.before, at.after);
    }
    thread_done();
}

/* The loop of a server: a0 capability, a1 message info, a6 reply object. */
static void server_loop(int64_t number, cptr cap, word message_info, cptr reply_object)
{
    register word a0 __asm__("a0") = cap;
    register word a1 __asm__("a1") = message_info;
    register word a6 __asm__("a6") = reply_object;
    register word a7 __asm__("a7") = (word)number;
    register word s0 __asm__("s2") = cap;
    register word s1 __asm__("s3") = message_info;
    __asm__ volatile("ecall\n1:\tmv a0, s2\n\tmv a1, s3\n\tecall\n\tj 1b"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a6), "r"(a7), "r"(s0), "r"(s1)
                     : "memory");
}

static cptr server_cap;
static cptr server_reply;
static word server_info;

static void reply_server(word unused)
{
    (void)unused;
    server_loop(PN_SYS_REPLY_RECV, server_cap, server_info, server_reply);
}

static void wait_server(word unused)
{
    (void)unused;
    server_loop(PN_SYS_WAIT, server_cap, 0, 0);
}

static void run_client(void)
{
    struct thread t = thread_new();
    t.budget = t.period = 10000000;
    thread_start(&t, client, 0);
    wait_done(1);
    report(client_name, bench_median(samples));
}

static struct thread server_thread(void)
{
    struct thread t = thread_new();
    t.priority = 110;
    t.budget = t.period = 10000000;
    return t;
}

static void call_reply(const char *name, unsigned words, bool passive)
{
    (void)use_uart();
    server_cap = new_object(PN_CAP_ENDPOINT, 0);
    server_reply = new_object(PN_CAP_REPLY, 0);
    server_info = info(0, words);
    struct thread server = server_thread();
    if (passive) {
        server.notification = new_object(PN_CAP_NOTIFICATION, 0);
        server.flags |= PN_TCB_PASSIVE;
    }
    thread_start_apart(&server, reply_server, 0);
    struct regs r = {.a0 = server_cap, .a1 = info(0, words)};
    client_regs = r;
    client_call = PN_SYS_CALL;
    client_name = name;
    run_client();
}

static void passive_0(void)
{
    call_reply("ipc_call_reply_passive_0w", 0, true);
}

static void passive_4(void)
{
    call_reply("ipc_call_reply_passive_4w", 4, true);
}

static void passive_16(void)
{
    call_reply("ipc_call_reply_passive_16w", 16, true);
}

static void passive_120(void)
{
    call_reply("ipc_call_reply_passive_120w", 120, true);
}

static void active_0(void)
{
    call_reply("ipc_call_reply_active_0w", 0, false);
}

static void signal_wake(void)
{
    (void)use_uart();
    server_cap = new_object(PN_CAP_NOTIFICATION, 0);
    cptr client_cap = derived(server_cap, PN_WRITE, 1);
    struct thread server = server_thread();
    thread_start_apart(&server, wait_server, 0);
    struct regs r = {.a0 = client_cap};
    client_regs = r;
    client_call = PN_SYS_SEND;
    client_name = "signal_wake_round_trip";
    run_client();
}

static void simple(const char *name, int64_t number, struct regs r)
{
    (void)use_uart();
    client_regs = r;
    client_call = number;
    client_name = name;
    run_client();
}

static void signal_no_waiter(void)
{
    struct regs r = {.a0 = derived(new_object(PN_CAP_NOTIFICATION, 0), PN_WRITE, 1)};
    simple("signal_no_waiter", PN_SYS_SEND, r);
}

static void null_call(void)
{
    struct regs r = {.a0 = 0};
    simple("call_null_capability", PN_SYS_CALL, r);
}

static void poll_idle(void)
{
    struct regs r = {.a0 = new_object(PN_CAP_NOTIFICATION, 0)};
    simple("poll_inactive_notification", PN_SYS_NBWAIT, r);
}

static void yield_alone(void)
{
    struct regs r = {.a0 = 0};
    simple("yield_alone", PN_SYS_YIELD, r);
}

static const struct test_case cases[] = {
    {"bench: call and reply, passive server, 0 words", passive_0},
    {"bench: call and reply, passive server, 4 words", passive_4},
    {"bench: call and reply, passive server, 16 words", passive_16},
    {"bench: call and reply, passive server, 120 words", passive_120},
    {"bench: call and reply, active server, 0 words", active_0},
    {"bench: signal wakes a waiter and comes back", signal_wake},
    {"bench: signal without waiter", signal_no_waiter},
    {"bench: call on a null capability", null_call},
    {"bench: poll an inactive notification", poll_idle},
    {"bench: yield with nobody else", yield_alone},
};

const struct test_group bench_group = GROUP(cases);
