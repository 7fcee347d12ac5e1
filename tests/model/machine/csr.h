/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-in for kernel/src/machine/csr.h on the host: control registers are fields of 'host' (host.h).
 * Included before every kernel file, so its guard keeps the real one out.
 */
#ifndef KERNEL_MACHINE_CSR_H
#define KERNEL_MACHINE_CSR_H

/* A name of the C library too, which the sanitizers call. */
#define sched_yield kernel_sched_yield

#include "host.h"

#define SIP_TIMER    0x20u
#define SIP_EXTERNAL 0x200u

static inline _Noreturn void machine_trap(void)
{
    host_stop("broken internal state (machine_trap)");
}

static inline u64 machine_time(void)
{
    host.now += host.drift;
    return host.now;
}

static inline void machine_set_satp(u64 satp)
{
    host.satp = satp;
}

static inline u64 machine_satp(void)
{
    return host.satp;
}

static inline void machine_fence_vma(void)
{
    host.fences++;
}

static inline void machine_fence_code(void)
{
    host.code_fences++;
}

static inline void machine_set_stimecmp(u64 deadline)
{
    host.deadline = deadline;
}

static inline u64 machine_pending(void)
{
    return host_pending();
}

static inline void machine_enable(u64 mask)
{
    host.enabled = mask;
}

static inline void machine_wait(void)
{
    host_wait();
}

static inline void machine_set_counters(u64 mask)
{
    host.counters = mask;
}

static inline void machine_fpu_off(void)
{
    host.fpu_on = false;
}

static inline void machine_fpu_on(void)
{
    host.fpu_on = true;
}

#endif
