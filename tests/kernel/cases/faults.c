/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages and their answers. */
#include "cases.h"

#define PLACE 0x33000000

#define KEPT_PADDR 0x83f80000
#define KEPT_VADDR 0x33100000
#define KEPT_MARK  0x6b657074

static cptr ep;
static cptr reply;

static struct thread faulting(void (*function)(word), word argument)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 0xfa);
    thread_start(&t, function, argument);
    return t;
}

static void load_place(word unused)
{
    (void)unused;
    shared[0] = *(volatile word *)PLACE;
}

static void map_and_resume(void)
{
    (void)faulting(load_place, 0);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a0, 0xfa);
    CHECK_EQ(r.a1, info(PN_FAULT_VM, 4));
    CHECK_EQ(r.a3, PLACE);
    CHECK_EQ(r.a5, 13);
    cptr frame = new_object(PN_CAP_FRAME, PN_PAGE_BITS);
    map_frame(PN_ROOT_VSPACE, frame, PLACE, PN_READ | PN_WRITE);
    *(volatile word *)PLACE = 0xabcd;
    (void)send(PN_SYS_SEND, reply, info(0, 0), 0);
    wait_done(1);
    CHECK_EQ(shared[0], 0xabcd);
}

static void skip_with_registers(void)
{
    struct thread t = faulting(load_place, 0);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    struct regs answer;
    word read[2] = {0, 32};
    CHECK_EQ(invoke(t.tcb, PN_TCB_READ_REGISTERS, read, 2, &answer), PN_OK);
    CHECK_EQ(length_of(answer.a1), 32);
    CHECK_EQ(answer.a2, r.a2);
    word instruction = *(volatile unsigned short *)r.a2;
    word write[3] = {0, 1, r.a2 + ((instruction & 3) == 3 ? 4 : 2)};
    CHECK_EQ(invoke(t.tcb, PN_TCB_WRITE_REGISTERS, write, 3, NULL), PN_OK);
    (void)send(PN_SYS_SEND, reply, info(0, 0), 0);
    wait_done(1);
}

static void breakpoint(word unused)
{
    (void)unused;
    __asm__ volatile(".option push\n\t.option norvc\n\tli s2, 0\n\tebreak\n\tli s2, 1\n\t.option pop\n\t"
                     "sd s2, 0(%0)"
                     :
                     : "r"(shared)
                     : "s2", "memory");
}

static void user_exception(void)
{
    (void)faulting(breakpoint, 0);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_USER_EXCEPTION, 4));
    CHECK_EQ(r.a4, 3);
    /* The first word of the answer is the new program counter. */
    (void)send(PN_SYS_SEND, reply, info(0, 1), r.a2 + 4);
    wait_done(1);
    CHECK_EQ(shared[0], 1);
}

static void unknown(word unused)
{
    (void)unused;
    struct regs r = {.a0 = 0x10, .a1 = 0x11, .a2 = 0x12, .a3 = 0x13, .a4 = 0x14, .a5 = 0x15, .a6 = 0x16};
    syscall(77, &r);
    shared[0] = r.a0;
    shared[1] = r.a5;
}

static void unknown_syscall(void)
{
    (void)faulting(unknown, 0);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_UNKNOWN_SYSCALL, 11));
    CHECK_EQ(r.a5, 0x10);
    for (unsigned i = 4; i < 10; i++)
        CHECK_EQ(*message_word(PN_MSGBUF_VADDR, i), 0x10 + i - 3);
    CHECK_EQ(*message_word(PN_MSGBUF_VADDR, 10), 77);
    CHECK_EQ(*(const uint32_t *)r.a2, 0x73);
    /* Answer with new values: pc behind the ecall, sp and ra as they were, a0 and a5. */
    struct regs a = r;
    a.a0 = reply;
    a.a1 = info(0, 10);
    a.a2 = r.a2 + 4;
    a.a5 = 0xa0;
    *message_word(PN_MSGBUF_VADDR, 8) = 0xa5;
    syscall(PN_SYS_SEND, &a);
    wait_done(1);
    CHECK_EQ(shared[0], 0xa0);
    CHECK_EQ(shared[1], 0xa5);
}

static void bad_receive(word cap)
{
    struct regs r = receive(PN_SYS_RECV, cap, reply);
    shared[0] = r.a0;
}

static void bad_send(word cap)
{
    (void)send(PN_SYS_SEND, cap, info(1, 0), 0);
    shared[0] = 1;
}

static void skip_ecall(const struct regs *r, word tcb)
{
    CHECK_EQ(*(const uint32_t *)r->a2, 0x73);
    word write[3] = {0, 1, r->a2 + 4};
    CHECK_EQ(invoke(tcb, PN_TCB_WRITE_REGISTERS, write, 3, NULL), PN_OK);
    (void)send(PN_SYS_SEND, reply, info(0, 0), 0);
}

static void capability_faults(void)
{
    static const word bad[] = {0, PN_ROOT_TCB, PN_ROOT_SLOTS, ~(word)0};
    for (unsigned i = 0; i < 4; i++) {
        struct thread t = faulting(bad_receive, bad[i]);
        struct regs r = receive(PN_SYS_RECV, ep, reply);
        CHECK_EQ(r.a1, info(PN_FAULT_CAP, 4));
        CHECK_EQ(r.a3, bad[i]);
        CHECK_EQ(r.a4, 1);
        skip_ecall(&r, t.tcb);
        wait_done(2 * i + 1);
        t = faulting(bad_send, i == 1 ? 0 : bad[i]);
        r = receive(PN_SYS_RECV, ep, reply);
        CHECK_EQ(r.a1, info(PN_FAULT_CAP, 4));
        CHECK_EQ(r.a4, 0);
        skip_ecall(&r, t.tcb);
        wait_done(2 * i + 2);
        CHECK_EQ(shared[0], 1);
    }
}

static void rights_faults(void)
{
    cptr other = new_object(PN_CAP_ENDPOINT, 0);
    struct thread t = faulting(bad_receive, derived(other, PN_WRITE | PN_CALL, 0));
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_CAP, 4));
    (void)faulting(bad_send, derived(other, PN_READ, 0));
    r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_CAP, 4));
    (void)t;
}

static void not_resumed(void)
{
    (void)faulting(load_place, 0);
    (void)receive(PN_SYS_RECV, ep, reply);
    (void)send(PN_SYS_SEND, reply, info(1, 0), 0);
    sleep_us(1000);
    CHECK_EQ(receive(PN_SYS_NBRECV, ep, reply).a0, 0);
    CHECK_EQ(shared[511], 0);
}

static void no_handler(void)
{
    struct thread t = thread_new();
    thread_start(&t, load_place, 0);
    sleep_us(1000);
    word read[2] = {0, 1};
    struct regs r;
    CHECK_EQ(invoke(t.tcb, PN_TCB_READ_REGISTERS, read, 2, &r), PN_OK);
    CHECK(r.a2 != 0);
}

/* A page that neither the runner nor the firmware writes: 0 after power on, and kept over a reset. */
static volatile word *kept_page(void)
{
    cptr frame = new_slot();
    CHECK_EQ(retype(ram, PN_CAP_FRAME, PN_PAGE_BITS, PN_ROOT_CNODE, frame, 1, KEPT_PADDR), PN_OK);
    map_frame(PN_ROOT_VSPACE, frame, KEPT_VADDR, PN_READ | PN_WRITE);
    return (volatile word *)KEPT_VADDR;
}

static void vital_fault(void)
{
    volatile word *kept = kept_page();
    if (*kept == KEPT_MARK)
        return;
    CHECK_EQ(*kept, 0);
    *kept = KEPT_MARK;
    struct thread t = thread_new();
    t.flags = PN_TCB_VITAL;
    thread_start(&t, load_place, 0);
    sleep_us(1000);
    CHECK(false);
}

static void vital_fault_release(void)
{
    (void)use_uart();
    vital_fault();
}

/* The flag is about faults that nobody receives, and goes with the configuration. */
static void vital_handled(void)
{
    (void)faulting(load_place, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a1, info(PN_FAULT_VM, 4));
    struct thread t = thread_new();
    t.flags = PN_TCB_VITAL;
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 0xfb);
    thread_start(&t, load_place, 0);
    CHECK_EQ(receive(PN_SYS_RECV, ep, reply).a0, 0xfb);
    struct thread s = thread_new();
    s.flags = PN_TCB_VITAL;
    thread_make(&s, load_place, 0);
    const word words[6] = {s.cnode, s.vspace, 0, 0, 0, 0};
    CHECK_EQ(invoke(s.tcb, PN_TCB_CONFIGURE, words, 6, NULL), PN_OK);
    thread_run(&s);
    sleep_us(1000);
    const word read[2] = {0, 1};
    struct regs r;
    CHECK_EQ(invoke(s.tcb, PN_TCB_READ_REGISTERS, read, 2, &r), PN_OK);
    CHECK(r.a2 != 0);
}

static void handler_passive(word unused)
{
    (void)unused;
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    for (;;) {
        shared[1] = r.a1;
        r = reply_receive(ep, reply, info(0, 1), r.a2 + 4);
    }
}

static void passive_handler(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread h = thread_new();
    h.notification = new_object(PN_CAP_NOTIFICATION, 0);
    h.flags |= PN_TCB_PASSIVE;
    h.priority = 110;
    thread_start(&h, handler_passive, 0);
    sleep_us(100);
    struct thread t = thread_new();
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 3);
    thread_start(&t, breakpoint, 0);
    wait_done(1);
    CHECK_EQ(shared[0], 1);
    CHECK_EQ(shared[1], info(PN_FAULT_USER_EXCEPTION, 4));
}

static void use_fpu(word value)
{
    word result;
    for (unsigned i = 0; i < 50; i++) {
        __asm__ volatile(
            ".option push\n\t.option arch, +d\n\tfcvt.d.lu fs3, %1\n\tfcvt.d.lu ft0, %1\n\t.option pop"
            : "=r"(result)
            : "r"(value));
        yield();
        __asm__ volatile(
            ".option push\n\t.option arch, +d\n\tfadd.d fs3, fs3, ft0\n\tfcvt.lu.d %0, fs3\n\t.option pop"
            : "=r"(result));
        if (result != 2 * value)
            shared[1] = result;
    }
    shared[0]++;
}

static void fpu_allowed(void)
{
    for (word i = 1; i <= 3; i++) {
        struct thread t = thread_new();
        t.flags |= PN_TCB_FPU;
        thread_start(&t, use_fpu, i * 1000);
    }
    wait_done(3);
    CHECK_EQ(shared[0], 3);
    CHECK_EQ(shared[1], 0);
}

static void expect_illegal(void (*function)(word), word flags)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread t = thread_new();
    t.flags = flags;
    t.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 1);
    thread_start(&t, function, 1);
    struct regs r = receive(PN_SYS_RECV, ep, reply);
    CHECK_EQ(r.a1, info(PN_FAULT_USER_EXCEPTION, 4));
    CHECK_EQ(r.a4, 2);
}

static void fpu_refused(void)
{
    expect_illegal(use_fpu, 0);
}

static void read_cycle(word unused)
{
    (void)unused;
    word value;
    (void)read_time();
    __asm__ volatile("rdcycle %0" : "=r"(value));
    shared[0] = 1;
}

static void read_instret(word unused)
{
    (void)unused;
    word value;
    (void)read_time();
    __asm__ volatile("rdinstret %0" : "=r"(value));
    shared[0] = 1;
}

static void read_satp(word unused)
{
    (void)unused;
    word value;
    __asm__ volatile("csrr %0, satp" : "=r"(value));
}

static void return_to_kernel(word unused)
{
    (void)unused;
    __asm__ volatile("sret");
}

static void flush(word unused)
{
    (void)unused;
    __asm__ volatile("sfence.vma");
}

static void privileged(void)
{
    expect_illegal(read_satp, PN_TCB_COUNTERS);
    expect_illegal(return_to_kernel, PN_TCB_COUNTERS);
    expect_illegal(flush, PN_TCB_COUNTERS);
}

static void counters(void)
{
    expect_illegal(read_cycle, 0);
    expect_illegal(read_instret, 0);
    struct thread t = thread_new();
    thread_start(&t, read_cycle, 0);
    wait_done(1);
    CHECK_EQ(shared[0], 1);
}

/* Threads with and without permission take turns: the switch goes with the thread, in both directions. */
static void counting(word unused)
{
    (void)unused;
    word last = 0;
    for (unsigned i = 0; i < 10; i++) {
        word cycles;
        word instructions;
        __asm__ volatile("rdcycle %0\n\trdinstret %1" : "=r"(cycles), "=r"(instructions));
        CHECK(cycles > last && instructions > 0);
        last = cycles;
        yield();
    }
    shared[2]++;
}

static void counters_switch(void)
{
    ep = new_object(PN_CAP_ENDPOINT, 0);
    reply = new_object(PN_CAP_REPLY, 0);
    struct thread with = thread_new();
    thread_start(&with, counting, 0);
    for (unsigned i = 0; i < 4; i++) {
        struct thread without = thread_new();
        without.flags = i % 2 == 0 ? 0 : PN_TCB_FPU;
        without.fault_endpoint = derived(ep, PN_WRITE | PN_CALL, 1 + i);
        thread_start(&without, i < 2 ? read_cycle : read_instret, 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        struct regs r = receive(PN_SYS_RECV, ep, reply);
        CHECK_EQ(r.a0, 1 + i);
        CHECK_EQ(r.a1, info(PN_FAULT_USER_EXCEPTION, 4));
        CHECK_EQ(r.a4, 2);
    }
    wait_done(1);
    CHECK_EQ(shared[2], 1);
    CHECK_EQ(shared[0], 0);
}

static const struct test_case cases[] = {
    {"page faults: map and resume", map_and_resume},
    {"page faults: skipped by writing registers", skip_with_registers},
    {"faults: user exception, resumed elsewhere", user_exception},
    {"faults: unknown system call, answered with registers", unknown_syscall},
    {"faults: capability faults of receive and send", capability_faults},
    {"faults: missing rights are capability faults", rights_faults},
    {"faults: an answer with a label does not resume", not_resumed},
    {"faults: without handler the thread stops, others go on", no_handler},
    {"faults: a vital thread resets the machine", vital_fault},
    {"faults: a vital thread resets the machine [release]", vital_fault_release},
    {"faults: a vital thread with a handler, and one that is vital no more", vital_handled},
    {"faults: passive handler", passive_handler},
    {"fpu: the state is each thread's own", fpu_allowed},
    {"fpu: without permission, first use", fpu_refused},
    {"faults: privileged instructions", privileged},
    {"faults: counters only with permission, time always", counters},
    {"faults: permission for counters goes with the thread", counters_switch},
};

const struct test_group faults_group = GROUP(cases);
