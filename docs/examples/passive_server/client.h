/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What both clients do: have the server work for them, and say how long it took.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdint.h>
#include <microkit.h>

#define SERVER       0
#define TICKS_PER_MS 10000u /* of the time register, on QEMU's virt machine */

static inline uint64_t clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static inline void have_it_done(void)
{
    uint64_t start = clock_ticks();

    (void)microkit_ppcall(SERVER, microkit_msginfo_new(0, 0));
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts(": 4 ms of work took ");
    microkit_dbg_put32((seL4_Uint32)((clock_ticks() - start) / TICKS_PER_MS));
    microkit_dbg_puts(" ms\n");
}

#endif
