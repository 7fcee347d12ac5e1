/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions between two rdinstret around the system call, median over many rounds; servers in another
 * address space, client priority 100, server 110. The round trip includes the four user instructions of the
 * server's loop.
 */
#include "cases.h"

#define ROUNDS 500
#define WARMUP 16

static word samples[ROUNDS];

/* One system call; instructions from just before to just after it. */
static word measure(int64_t number, struct regs *r)
{
    register word a0 __asm__("a0") = r->a0;
    register word a1 __asm__("a1") = r->a1;
    register word a2 __asm__("a2") = r->a2;
    register word a3 __asm__("a3") = r->a3;
    register word a4 __asm__("a4") = r->a4;
    register word a5 __asm__("a5") = r->a5;
    register word a6 __asm__("a6") = r->a6;
    register word a7 __asm__("a7") = (word)number;
    word before;
    word after;
    __asm__ volatile("rdinstret %0\n\tecall\n\trdinstret %1"
                     : "=&r"(before), "=&r"(after), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    return after - before - 1;
}

static word median(void)
{
    for (unsigned i = 1; i < ROUNDS; i++) {
        word x = samples[i];
        unsigned j = i;
        for (; j > 0 && samples[j - 1] > x; j--)
            samples[j] = samples[j - 1];
        samples[j] = x;
    }
    return samples[ROUNDS / 2];
}

/* What a client thread repeats. */
static int64_t client_call;
static struct regs client_regs;
static const char *client_name;

static void client(word unused)
{
    (void)unused;
    for (unsigned i = 0; i < ROUNDS + WARMUP; i++) {
        struct regs r = client_regs;
        word count = measure(client_call, &r);
        if (i >= WARMUP)
            samples[i - WARMUP] = count;
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
    report(client_name, median());
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
    use_uart();
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
    use_uart();
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
    use_uart();
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
