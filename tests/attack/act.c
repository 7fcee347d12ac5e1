/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Acts by inline assembly: each leaves the address where it goes on in the page before it does the deed.
 */
#include <postern/abi.h>
#include "act.h"

#define CAUSE_FETCH 12
#define CAUSE_LOAD  13
#define CAUSE_STORE 15

#define CAUSE_ILLEGAL    2
#define CAUSE_BREAKPOINT 3

/* Loads that the kernel answers with a fault come back with register a0 as it was: 1. */
#define GUARDED(deed)                       \
    "la   t1, 1f\n\t"                       \
    "sd   t1, 0(%[resume])\n\t" deed "\n\t" \
    "li   %[stopped], 0\n"                  \
    "1:\n"

void act_wrong(uint64_t what, uint64_t expected, uint64_t got)
{
    if (attack_page->wrongs < ATTACK_WRONG) {
        attack_page->wrong[attack_page->wrongs] =
            (struct attack_wrong){attack_page->acts, what, expected, got};
    }
    attack_page->wrongs++;
}

static void announce(uint64_t label, uint64_t address, uint64_t cause)
{
    attack_page->acts++;
    attack_page->label = label;
    attack_page->address = address;
    attack_page->cause = cause;
}

static void judge(uint64_t what, bool fault, bool stopped)
{
    attack_page->label = 0;
    attack_page->faults += stopped ? 1 : 0;
    if (fault != stopped) {
        act_wrong(what, fault, stopped);
    }
}

void act_probe(uint64_t address, uint64_t kind, bool fault)
{
    static const uint64_t cause[] = {
        [PROBE_LOAD] = CAUSE_LOAD, [PROBE_STORE] = CAUSE_STORE, [PROBE_FETCH] = CAUSE_FETCH};
    uint64_t stopped = 1;

    announce(fault ? PN_FAULT_VM : 0, address, cause[kind]);
    if (kind == PROBE_LOAD) {
        __asm__ volatile(GUARDED("lbu t0, 0(%[address])")
                         : [stopped] "+r"(stopped)
                         : [resume] "r"(&attack_page->resume), [address] "r"(address)
                         : "t0", "t1", "memory");
    } else if (kind == PROBE_STORE) {
        __asm__ volatile(GUARDED("sb zero, 0(%[address])")
                         : [stopped] "+r"(stopped)
                         : [resume] "r"(&attack_page->resume), [address] "r"(address)
                         : "t1", "memory");
    } else {
        __asm__ volatile(GUARDED("jalr ra, 0(%[address])")
                         : [stopped] "+r"(stopped)
                         : [resume] "r"(&attack_page->resume), [address] "r"(address)
                         : "ra", "t0", "t1", "t2", "memory");
    }
    judge(address | kind, fault, stopped != 0);
}

uint64_t act_call(long number, uint64_t capability, uint64_t reply, uint64_t info, bool fault)
{
    uint64_t word = act_random();

    announce(fault ? PN_FAULT_CAP : 0, capability, 0);
    register uint64_t a0 __asm__("a0") = capability;
    register uint64_t a1 __asm__("a1") = info;
    register uint64_t a2 __asm__("a2") = word;
    register uint64_t a3 __asm__("a3") = capability;
    register uint64_t a4 __asm__("a4") = UINT64_MAX;
    register uint64_t a5 __asm__("a5") = 1;
    register uint64_t a6 __asm__("a6") = reply;
    register long a7 __asm__("a7") = number;
    register uint64_t destination __asm__("t0") = capability;
    register uint64_t resume __asm__("t2") = (uint64_t)&attack_page->resume;
    register uint64_t stopped __asm__("t3") = 1;

    __asm__ volatile(GUARDED("ecall")
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), [stopped] "+r"(stopped)
                     : "r"(a6), "r"(a7), "r"(destination), [resume] "r"(resume)
                     : "t1", "memory");
    /* The next call may use any register. */
    uint64_t answer = a1;
    bool was_stopped = stopped != 0;

    judge(capability, fault, was_stopped);
    attack_page->answers += was_stopped ? 0 : 1;
    return answer;
}

void act_unknown(long number)
{
    uint64_t stopped = 1;

    announce(PN_FAULT_UNKNOWN_SYSCALL, (uint64_t)number, 0);
    register long a7 __asm__("a7") = number;
    __asm__ volatile(GUARDED("ecall")
                     : [stopped] "+r"(stopped)
                     : "r"(a7), [resume] "r"(&attack_page->resume)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "t1", "memory");
    judge((uint64_t)number, true, stopped != 0);
}

#define INSTRUCTION(text, scause)                                                                   \
    do {                                                                                            \
        uint64_t stopped = 1;                                                                       \
        announce(PN_FAULT_USER_EXCEPTION, 0, scause);                                               \
        __asm__ volatile("la t1, 2f\n\tsd t1, 0(%[address])\n\t"                                    \
                         "la t1, 1f\n\tsd t1, 0(%[resume])\n\t"                                     \
                         ".option push\n\t.option arch, +zicsr\n\t.option norvc\n\t"                \
                         "2: " text "\n\tli %[stopped], 0\n1:\n\t.option pop"                       \
                         : [stopped] "+r"(stopped)                                                  \
                         : [resume] "r"(&attack_page->resume), [address] "r"(&attack_page->address) \
                         : "t0", "t1", "memory");                                                   \
        judge(0x1000 + done, true, stopped != 0);                                                   \
        done++;                                                                                     \
    } while (0)

unsigned act_instructions(void)
{
    unsigned done = 0;

    INSTRUCTION("csrr t0, satp", CAUSE_ILLEGAL);
    INSTRUCTION("csrw satp, zero", CAUSE_ILLEGAL);
    INSTRUCTION("csrr t0, sstatus", CAUSE_ILLEGAL);
    INSTRUCTION("csrw stvec, zero", CAUSE_ILLEGAL);
    INSTRUCTION("csrw sepc, zero", CAUSE_ILLEGAL);
    INSTRUCTION("csrw sie, zero", CAUSE_ILLEGAL);
    INSTRUCTION("csrr t0, mstatus", CAUSE_ILLEGAL);
    INSTRUCTION("csrr t0, cycle", CAUSE_ILLEGAL);
    INSTRUCTION("csrr t0, instret", CAUSE_ILLEGAL);
    INSTRUCTION("sret", CAUSE_ILLEGAL);
    INSTRUCTION("mret", CAUSE_ILLEGAL);
    INSTRUCTION("wfi", CAUSE_ILLEGAL);
    INSTRUCTION("sfence.vma", CAUSE_ILLEGAL);
    INSTRUCTION(".word 0x02007053", CAUSE_ILLEGAL); /* fadd.d ft0, ft0, ft0 */
    INSTRUCTION(".word 0", CAUSE_ILLEGAL);
    INSTRUCTION("ebreak", CAUSE_BREAKPOINT);
    return done;
}

void act_pause(void)
{
    register long a7 __asm__("a7") = ATTACK_PAUSE;

    attack_page->label = 0;
    __asm__ volatile("la t1, 1f\n\tsd t1, 0(%[resume])\n\tecall\n1:"
                     :
                     : "r"(a7), [resume] "r"(&attack_page->resume)
                     : "a0", "a1", "a2", "a3", "a4", "a5", "t1", "memory");
}

static _Noreturn void say(long what)
{
    register long a7 __asm__("a7") = what;

    for (;;) {
        __asm__ volatile("ecall" : : "r"(a7) : "memory");
    }
}

void act_begin(void)
{
    say(ATTACK_BEGIN);
}

void act_end(void)
{
    say(ATTACK_END);
}

uint64_t act_random(void)
{
    static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}
