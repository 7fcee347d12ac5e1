/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control registers and special instructions of the hart (trusted: proofs see only the contracts).
 * A host build replaces this folder.
 */
#ifndef KERNEL_MACHINE_CSR_H
#define KERNEL_MACHINE_CSR_H

#include "types.h"

#define SIP_TIMER    0x20u
#define SIP_EXTERNAL 0x200u

/* Trap in the kernel itself, which stops it with a report. */
/*@ assigns \nothing; ensures \false; */
static inline _Noreturn void machine_trap(void)
{
    __builtin_trap();
}

/* Ticks of the machine's timebase. */
/*@ assigns \nothing; */
static inline u64 machine_time(void)
{
    u64 value;
    __asm__ volatile("rdtime %0" : "=r"(value));
    return value;
}

/* Switch the address space. Entries carry an ASID of their own, so nothing is flushed. */
/*@ assigns \nothing; */
static inline void machine_set_satp(u64 satp)
{
    __asm__ volatile("csrw satp, %0" : : "r"(satp) : "memory");
}

/*@ assigns \nothing; */
static inline u64 machine_satp(void)
{
    u64 value;
    __asm__ volatile("csrr %0, satp" : "=r"(value));
    return value;
}

/* Make earlier changes of page tables visible, in every address space. */
/*@ assigns \nothing; */
static inline void machine_fence_vma(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

/* Make code that somebody wrote visible to instruction fetch. */
/*@ assigns \nothing; */
static inline void machine_fence_code(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

/* Next timer interrupt, on harts with Sstc. */
/*@ assigns \nothing; */
static inline void machine_set_stimecmp(u64 deadline)
{
    __asm__ volatile("csrw 0x14d, %0" : : "r"(deadline));
}

/* Interrupts that are pending and enabled (SIP_*). */
/*@ assigns \nothing; */
static inline u64 machine_pending(void)
{
    u64 pending;
    u64 enabled;
    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    __asm__ volatile("csrr %0, sie" : "=r"(enabled));
    return pending & enabled;
}

/* Enable exactly these interrupts (SIP_*); they are taken in user mode only. */
/*@ assigns \nothing; */
static inline void machine_enable(u64 mask)
{
    __asm__ volatile("csrw sie, %0" : : "r"(mask));
}

/* Sleep until an enabled interrupt is pending. */
/*@ assigns \nothing; */
static inline void machine_wait(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* Counters that user mode may read: bit 0 cycle, 1 time, 2 instret. */
/*@ assigns \nothing; */
static inline void machine_set_counters(u64 mask)
{
    __asm__ volatile("csrw scounteren, %0" : : "r"(mask));
}

/* User access to the FPU: off (every use traps) or on. */
/*@ assigns \nothing; */
static inline void machine_fpu_off(void)
{
    __asm__ volatile("csrc sstatus, %0" : : "r"(3ul << 13));
}

/*@ assigns \nothing; */
static inline void machine_fpu_on(void)
{
    __asm__ volatile("csrs sstatus, %0" : : "r"(3ul << 13));
}

#endif
