/* SPDX-License-Identifier: BSD-2-Clause */
/* Stand-in for kernel/src/machine/csr.h in the donation model: time stands still, a trap in the kernel is an
 * error. */
#ifndef KERNEL_MACHINE_CSR_H
#define KERNEL_MACHINE_CSR_H

#include <stdlib.h>
#include "types.h"

#define SIP_TIMER    0x20u
#define SIP_EXTERNAL 0x200u

/* model.c: ends the exploration with a report. */
_Noreturn void machine_trap(void);

static inline u64 machine_time(void)
{
    return 0;
}

static inline u64 machine_pending(void)
{
    return 0;
}

static inline void machine_set_satp(u64 satp)
{
    (void)satp;
}

static inline void machine_fence_vma(void)
{
}

static inline void machine_wait(void)
{
    machine_trap();
}

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
