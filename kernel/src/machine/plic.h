/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Platform interrupt controller. A claimed source stays silent until it is completed, so "mask until
 * acknowledged" costs nothing: the kernel claims at the interrupt and completes at the driver's
 * acknowledgement.
 */
#ifndef KERNEL_MACHINE_PLIC_H
#define KERNEL_MACHINE_PLIC_H

#include <postern/limits.h>
#include "types.h"

#define PLIC_CONTEXTS       15872u
#define PLIC_CONTEXT_OFFSET 0x200000u

/* Bytes from its first register to behind those of context 'context', below PLIC_CONTEXTS. */
/*@ requires context < 15872; assigns \nothing; */
static inline u64 plic_size(u64 context)
{
    return PLIC_CONTEXT_OFFSET + (context + 1) * PN_PAGE_SIZE;
}

/* Map the registers of S-mode context 'context' of the PLIC at 'paddr', disable sources 1..'sources', let all
 * priorities through. */
void plic_init(u64 paddr, u64 context, u16 sources);

/* The highest pending enabled source, now claimed; 0: none. */
/*@ assigns \nothing; */
u32 plic_claim(void);

/* Let a claimed source interrupt again; any other number does nothing. */
/*@ assigns \nothing; */
void plic_complete(u16 source);

/*@ requires source < 1024; assigns \nothing; */
void plic_enable(u16 source);
/*@ requires source < 1024; assigns \nothing; */
void plic_disable(u16 source);

#endif
