/* SPDX-License-Identifier: BSD-2-Clause */
/* The FPU: for those who ask, each with a state of its own. */
#include "cases.h"
#include "../lib/puppet.h"

void fpu_set(word seed);
word fpu_check(word seed);
word fpu_not_zero(void);

static cptr ntfn;

static struct thread user(void)
{
    struct thread t = thread_new();
    t.flags |= PN_TCB_FPU;
    return t;
}

/* Sets all registers, lets the others run, and looks. */
static void keeps(word number)
{
    for (word i = 0; i < 20; i++) {
        fpu_set(number * 0x1000000 + i);
        yield();
        shared[10 + number] += fpu_check(number * 0x1000000 + i);
    }
    shared[1]++;
}

static void all_registers(void)
{
    for (word i = 0; i < 4; i++) {
        struct thread t = user();
        thread_start(&t, keeps, i);
    }
    wait_done(4);
    CHECK_EQ(shared[1], 4);
    for (word i = 0; i < 4; i++)
        CHECK_EQ(shared[10 + i], 0);
}

/* By the clock instead of Yield, in the middle of it. */
static void keeps_long(word number)
{
    word end = read_time() + bootinfo->timebase_hz / 100;
    fpu_set(number * 0x1000000);
    while (read_time() < end)
        shared[10 + number] += fpu_check(number * 0x1000000);
    shared[20 + number]++;
}

static void preempted(void)
{
    for (word i = 0; i < 3; i++) {
        struct thread t = user();
        t.budget = t.period = 100;
        thread_start(&t, keeps_long, i);
    }
    wait_done(3);
    for (word i = 0; i < 3; i++) {
        CHECK_EQ(shared[10 + i], 0);
        CHECK_EQ(shared[20 + i], 1);
    }
}

/* A new thread finds zeros, whoever used the FPU before. */
static void begins(word place)
{
    shared[place] = 1 + fpu_not_zero();
    fpu_set(0x777);
}

static void new_is_zero(void)
{
    for (word i = 0; i < 3; i++) {
        struct thread t = user();
        thread_start(&t, begins, 10 + i);
        sleep_us(200);
        CHECK_EQ(shared[10 + i], 1);
    }
}

static void reset_clears(void)
{
    struct thread t = user();
    struct thread between = user();
    thread_start(&t, begins, 10);
    sleep_us(200);
    CHECK_EQ(shared[10], 1);
    /* While its state is in the registers, and while somebody else's is. */
    for (unsigned i = 0; i < 2; i++) {
        shared[10] = 0;
        CHECK_EQ(invoke0(t.tcb, PN_TCB_RESET), PN_OK);
        CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
        sleep_us(200);
        CHECK_EQ(shared[10], 1);
        if (i == 0)
            thread_start(&between, begins, 11);
        sleep_us(200);
    }
}

/* Its owner's state is not another's to read: others trap, also right behind an owner. */
static void fault_without(void)
{
    struct thread owner = user();
    thread_start(&owner, begins, 10);
    struct puppet p = puppet_new();
    static word (*const uses[])(void) = {fpu_not_zero};
    for (unsigned i = 0; i < 2; i++) {
        struct regs fault;
        p.reg[R_PC] = i == 0 ? (word)uses[0] : (word)fpu_set;
        puppet_go(&p);
        CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
        CHECK_EQ(fault.a1, info(PN_FAULT_USER_EXCEPTION, 4));
        CHECK_EQ(fault.a4, 2);
        CHECK_EQ(fault.a5, *(const uint32_t *)fault.a2);
    }
}

/* Through a system call that blocks, with threads without FPU in between. */
static void blocking_user(word unused)
{
    (void)unused;
    fpu_set(0x5000);
    (void)receive(PN_SYS_WAIT, ntfn, 0);
    shared[10] = 1 + fpu_check(0x5000);
}

static void plain(word unused)
{
    (void)unused;
    yield();
}

static void across_block(void)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = user();
    thread_start(&t, blocking_user, 0);
    sleep_us(200);
    struct thread a = user();
    thread_start(&a, begins, 11);
    struct thread b = thread_new();
    thread_start(&b, plain, 0);
    sleep_us(200);
    signal(derived(ntfn, PN_WRITE, 1));
    wait_done(3);
    CHECK_EQ(shared[10], 1);
    CHECK_EQ(shared[11], 1);
}

/* Suspending, writing registers and resuming leave the FPU alone. */
static void across_suspend(void)
{
    ntfn = new_object(PN_CAP_NOTIFICATION, 0);
    struct thread t = user();
    thread_start(&t, blocking_user, 0);
    sleep_us(200);
    word nothing[2] = {0, 0};
    CHECK_EQ(invoke0(t.tcb, PN_TCB_SUSPEND), PN_OK);
    struct thread a = user();
    thread_start(&a, begins, 11);
    sleep_us(200);
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, nothing, 2, NULL), PN_OK);
    CHECK_EQ(invoke0(t.tcb, PN_TCB_RESUME), PN_OK);
    signal(derived(ntfn, PN_WRITE, 1));
    wait_done(2);
    CHECK_EQ(shared[10], 1);
}

/* Taking the flag away takes the FPU away. */
static void flag_removed(void)
{
    struct thread t = user();
    struct puppet p = puppet_of(t);
    struct regs fault;
    p.reg[R_PC] = (word)fpu_not_zero;
    p.reg[R_RA] = (word)puppet_break;
    puppet_go(&p);
    CHECK_EQ(puppet_outcome(&p, &fault), RETURNED);
    CHECK_EQ(p.reg[R_A0], 0);
    word words[6] = {PN_ROOT_CNODE, PN_ROOT_VSPACE, 0, p.t.fault_endpoint, 0, 0};
    CHECK_EQ(invoke(p.t.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    p.reg[R_PC] = (word)fpu_not_zero;
    puppet_go(&p);
    CHECK_EQ(puppet_outcome(&p, &fault), FAULTED);
    CHECK_EQ(fault.a4, 2);
}

static const struct test_case cases[] = {
    {"fpu: all registers of four threads, yielding", all_registers},
    {"fpu: all registers of three threads, preempted", preempted},
    {"fpu: a new thread finds zeros", new_is_zero},
    {"fpu: reset clears the state", reset_clears},
    {"fpu: without permission every use traps", fault_without},
    {"fpu: the state survives blocking", across_block},
    {"fpu: the state survives suspension", across_suspend},
    {"fpu: permission taken away", flag_removed},
};

const struct test_group fpu_group = GROUP(cases);
