/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every system call from a thread that others have secrets from: no register and no word of its message
 * buffer changes but those of an answer, and nothing in an answer is a secret or an address of the kernel.
 */
#include "cases.h"
#include "../lib/puppet.h"

#define SECRET      0x5ec2e70000000000
#define SECRET_MASK 0xffffff0000000000
#define SECRETS     6
#define ROUNDS      8000
#define SLOTS       16
#define BUFFER_MARK 0xb0f00000
#define WORDS       (PN_PAGE_SIZE / 8)

static word seed;
static struct puppet victim;
static cptr tick;
static word secret_count;

static word random_word(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static word secret(void)
{
    return SECRET + ++secret_count;
}

static void ticker(word unused)
{
    (void)unused;
    for (;;) {
        signal(tick);
        yield();
    }
}

/* Threads full of secrets, each waiting in another way. */
static void plant_secrets(void)
{
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr other_ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    cptr reply = new_object(PN_CAP_REPLY, 0);
    signal(derived(new_object(PN_CAP_NOTIFICATION, 0), PN_WRITE, secret()));
    const struct regs in[SECRETS] = {
        {.a0 = derived(ep, PN_WRITE, secret()),
         .a1 = info(SECRET >> 12, 120),
         .a2 = secret(),
         .a3 = secret()},
        {.a0 = derived(ep, PN_ALL_RIGHTS, secret()), .a1 = info(1, 120), .a4 = secret(), .a5 = secret()},
        {.a0 = derived(ep, PN_ALL_RIGHTS, secret()), .a1 = info(1, 120), .a2 = secret()},
        {.a0 = other_ep, .a6 = reply},
        {.a0 = ntfn},
        {.a0 = 0},
    };
    static const int64_t calls[SECRETS] = {PN_SYS_SEND, PN_SYS_CALL, PN_SYS_CALL,
                                           PN_SYS_RECV, PN_SYS_WAIT, 77};
    for (unsigned i = 0; i < SECRETS; i++) {
        struct thread t = thread_new();
        t.priority = 150;
        struct puppet p = puppet_of(t);
        word words[5] = {p.t.sc, 1000, 10000, 0, secret()};
        CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_SCHED, words, 5, NULL), PN_OK);
        for (unsigned r = 0; r < R_COUNT; r++)
            p.reg[r] = secret();
        for (unsigned w = 0; w < WORDS; w++)
            ((volatile word *)p.t.buffer)[w] = secret();
        puppet_call(&p, calls[i], &in[i]);
    }
    sleep_us(500);
    /* One caller has been received: it waits for its answer. */
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, new_object(PN_CAP_REPLY, 0)).a0 & SECRET_MASK, SECRET);
}

static void idle(word ntfn)
{
    (void)receive(PN_SYS_WAIT, ntfn, 0);
}

/* What the victim may touch: one of each kind, none of it another's secret. */
static void give(cptr cnode)
{
    struct thread other = thread_new();
    thread_make(&other, idle, new_object(PN_CAP_NOTIFICATION, 0));
    cptr ep = new_object(PN_CAP_ENDPOINT, 0);
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    cptr irq = new_slot();
    word words[4] = {5, 0, PN_ROOT_CNODE, irq};
    CHECK_EQ(invoke(PN_ROOT_SYSTEM, PN_SYSTEM_IRQ, words, 4, NULL), PN_OK);
    const cptr all[] = {ep,
                        derived(ep, PN_WRITE | PN_CALL, 0x55),
                        derived(ep, PN_READ, 0),
                        ntfn,
                        derived(ntfn, PN_WRITE, 0x11),
                        new_object(PN_CAP_REPLY, 0),
                        other.tcb,
                        derived(other.tcb, PN_READ, 0),
                        new_object(PN_CAP_FRAME, PN_PAGE_BITS),
                        new_object(PN_CAP_PAGE_TABLE, 0),
                        new_object(PN_CAP_VSPACE, 0),
                        irq,
                        new_object(PN_CAP_SCHED_CONTEXT, 0),
                        derived(cnode, 0, 0)};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
        CHECK_EQ(derive(cnode, 1 + i, all[i], PN_ALL_RIGHTS, 0), PN_OK);
}

static void make(bool sealed)
{
    plant_secrets();
    cptr ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    tick = derived(ntfn, PN_WRITE, 1);
    CHECK_EQ(invoke1(PN_ROOT_TCB, PN_TCB_BIND_NOTIFICATION, ntfn), PN_OK);
    struct thread t = thread_new();
    t.cnode = new_object(PN_CAP_CNODE, SLOTS);
    victim = puppet_of(t);
    give(victim.t.cnode);
    struct thread clock = thread_new();
    clock.priority = 1;
    thread_start(&clock, ticker, 0);
    if (sealed)
        CHECK_EQ(invoke1(PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, 0), PN_OK);
}

static void check_public(word before, word after)
{
    if (before == after)
        return;
    CHECK((after & SECRET_MASK) != SECRET);
    CHECK(after < 0xffffffffc0000000);
}

/* How many words of an answer came; -1: this call has no answer. */
static int64_t answer_words(int64_t number, bool returned, word message_info)
{
    bool sends = number == PN_SYS_SEND || number == PN_SYS_NBSEND || number == PN_SYS_YIELD;
    if (!returned || sends)
        return -1;
    CHECK(length_of(message_info) <= PN_MAX_MSG);
    return (int64_t)length_of(message_info);
}

static void check_registers(const word *before, const word *after, int64_t words, bool returned)
{
    for (int64_t i = 1; i < R_COUNT; i++) {
        bool answer =
            words >= 0 && (i == R_A0 || i == R_A1 || (i >= R_A2 && i < R_A2 + 4 && i < R_A2 + words));
        if (!answer)
            CHECK_EQ(after[i], before[i]);
        check_public(before[i], after[i]);
    }
    if (returned)
        CHECK_EQ(after[R_PC], (word)puppet_break);
    else
        CHECK_EQ(after[R_PC], (word)puppet_ecall);
}

static void check_buffer(int64_t words)
{
    const volatile word *buffer = (const volatile word *)victim.t.buffer;
    for (int64_t i = 0; i < (int64_t)WORDS; i++) {
        word before = BUFFER_MARK + (word)i;
        if (i <= PN_MSG_REGS || i > words)
            CHECK_EQ(buffer[i], before);
        check_public(before, buffer[i]);
    }
}

static void one_call(int64_t number, const struct regs *in)
{
    word before[R_COUNT];
    if (number == PN_SYS_DEBUG_PUTCHAR || number == PN_SYS_DEBUG_HALT)
        return;
    for (unsigned i = 0; i < WORDS; i++)
        ((volatile word *)victim.t.buffer)[i] = BUFFER_MARK + i;
    puppet_call(&victim, number, in);
    for (unsigned i = 0; i < R_COUNT; i++)
        before[i] = victim.reg[i];
    struct regs r = receive(PN_SYS_RECV, victim.ep, victim.reply);
    bool trapped = r.a0 == PUPPET_BADGE;
    bool returned = trapped && r.a2 == (word)puppet_break;
    CHECK_EQ(invoke0(victim.t.tcb, PN_TCB_SUSPEND), PN_OK);
    registers_read(victim.t.tcb, victim.reg);
    int64_t words = answer_words(number, returned, victim.reg[R_A1]);
    check_registers(before, victim.reg, words, returned);
    check_buffer(words);
}

static void every_form(bool sealed)
{
    make(sealed);
    static const word lengths[] = {0, 3, 120, 127};
    for (int64_t number = -20; number <= 3; number++) {
        for (word slot = 0; slot <= SLOTS + 1; slot++) {
            for (word second = 0; second < 8; second++) {
                struct regs in = {.a0 = slot <= SLOTS ? slot : ~(word)0,
                                  .a1 = info(0, lengths[second % 4]),
                                  .a2 = 0x20000 + slot,
                                  .a3 = 0x30000,
                                  .a4 = 0x40000,
                                  .a5 = 0x50000,
                                  .a6 = second == 7 ? 0 : 6,
                                  .t0 = second * 2};
                one_call(number, &in);
            }
        }
    }
}

static void every_method(bool sealed)
{
    make(sealed);
    static const word lengths[] = {0, 2, 6, 120};
    static const int64_t forms[] = {PN_SYS_CALL, PN_SYS_SEND, PN_SYS_NBSEND};
    for (unsigned f = 0; f < 3; f++) {
        for (word method = 0; method <= 44; method++) {
            for (word slot = 0; slot < SLOTS; slot++) {
                word length = lengths[(method + slot) % 4];
                struct regs in = {.a0 = slot, .a1 = info(method, length), .a2 = slot % 3, .a3 = method % 33};
                one_call(forms[f], &in);
            }
        }
    }
}

static word wild(void)
{
    word r = random_word();
    switch (r % 4) {
    case 0:
        return random_word();
    case 1:
        return ~(word)0 - random_word() % 4;
    default:
        return random_word() % (SLOTS + 2);
    }
}

static void random_calls(bool sealed, word start)
{
    seed = start;
    make(sealed);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct regs in = {.a0 = wild(),
                          .a1 = info(random_word() % 50, random_word() % 128),
                          .a2 = wild(),
                          .a3 = wild(),
                          .a4 = wild(),
                          .a5 = wild(),
                          .a6 = wild(),
                          .t0 = wild()};
        int64_t number = -1 - (int64_t)(random_word() % 11);
        one_call(random_word() % 3 == 0 ? PN_SYS_CALL : number, &in);
    }
}

static void forms_open(void)
{
    every_form(false);
}

static void forms_sealed(void)
{
    every_form(true);
}

static void methods_open(void)
{
    every_method(false);
}

static void methods_sealed(void)
{
    every_method(true);
}

static void random_open(void)
{
    random_calls(false, 0x1f2e3d4c);
}

static void random_sealed(void)
{
    random_calls(true, 0x5a6b7c8d);
}

static const struct test_case cases[] = {
    {"abuse: no leak, every form on every capability", forms_open},
    {"abuse: no leak, every form on every capability, sealed", forms_sealed},
    {"abuse: no leak, every method on every capability", methods_open},
    {"abuse: no leak, every method on every capability, sealed", methods_sealed},
    {"abuse: no leak, random registers", random_open},
    {"abuse: no leak, random registers, sealed", random_sealed},
};

const struct test_group leaks_group = GROUP(cases);
