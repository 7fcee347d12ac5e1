/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time register of QEMU's virt machine.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

#define TICKS_PER_US 10u
#define TICKS_PER_MS 10000u
#define TICK_NS      100u

static inline uint64_t clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

#endif
