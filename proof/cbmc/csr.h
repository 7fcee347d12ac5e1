/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-in for kernel/src/machine/csr.h, for model checking only: every value that the hart supplies is
 * arbitrary. Included before every kernel file, so its guard keeps the real one out.
 */
#ifndef KERNEL_MACHINE_CSR_H
#define KERNEL_MACHINE_CSR_H

#include "types.h"

#define SIP_TIMER    0x20u
#define SIP_EXTERNAL 0x200u

u64 nondet_u64(void);

/* The kernel stops: nothing happens after it. */
static inline _Noreturn void machine_trap(void)
{
    __CPROVER_assume(0);
}

static inline u64 machine_time(void)
{
    return nondet_u64();
}

static inline u64 machine_satp(void)
{
    return nondet_u64();
}

static inline u64 machine_pending(void)
{
    return nondet_u64();
}

static inline void machine_set_satp(u64 satp)
{
    (void)satp;
}

static inline void machine_fence_vma(void)
{
}

static inline void machine_fence_code(void)
{
}

static inline void machine_set_stimecmp(u64 deadline)
{
    (void)deadline;
}

static inline void machine_enable(u64 mask)
{
    (void)mask;
}

/* Defined by the harness. */
void machine_wait(void);

static inline void machine_set_counters(u64 mask)
{
    (void)mask;
}

static inline void machine_fpu_off(void)
{
}

static inline void machine_fpu_on(void)
{
}

#endif
