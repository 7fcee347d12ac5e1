/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Monotonic time without a system call: the time CSR, which every protection domain may read.
 */
#ifndef POSTERN_CLOCK_H
#define POSTERN_CLOCK_H

#include <stdint.h>

/* Rate of the time CSR on QEMU virt, from its device tree; the board's header overrides it where it differs.
 */
#define CLOCK_HZ      10000000u
#define CLOCK_TICK_NS (1000000000u / CLOCK_HZ)

static inline uint64_t clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Nanoseconds since power-on; wraps after 584 years. */
static inline uint64_t clock_ns(void)
{
    return clock_ticks() * CLOCK_TICK_NS;
}

#endif
