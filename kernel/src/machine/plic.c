/* SPDX-License-Identifier: BSD-2-Clause */
/* PLIC registers through the kernel's three windows (layout: RISC-V PLIC specification 1.0). */
#include "machine/plic.h"
#include "machine/kernel_map.h"

#define PLIC_ENABLE_OFFSET 0x2000u
#define PLIC_ENABLE_STRIDE 0x80u
#define PLIC_SOURCES       1024u
#define PLIC_THRESHOLD     0u
#define PLIC_CLAIM         1u

extern volatile u32 window_plic_priority[PLIC_SOURCES];
extern volatile u32 window_plic_enable[PLIC_SOURCES];
extern volatile u32 window_plic_context[PLIC_SOURCES];

/* Index of this context's first enable word in its window. */
static u32 enable_base __attribute__((section(".sealed")));

void plic_init(u64 paddr, u64 context, u16 sources)
{
    u64 enable = PLIC_ENABLE_OFFSET + context * PLIC_ENABLE_STRIDE;
    kernel_map_plic(paddr, paddr + enable / PN_PAGE_SIZE * PN_PAGE_SIZE,
                    paddr + PLIC_CONTEXT_OFFSET + context * PN_PAGE_SIZE);
    enable_base = (u32)(enable % PN_PAGE_SIZE / 4);
    for (u32 i = 0; i <= sources / 32u; i++)
        window_plic_enable[(enable_base + i) % PLIC_SOURCES] = 0;
    for (u32 i = 1; i <= sources; i++)
        window_plic_priority[i % PLIC_SOURCES] = 1;
    window_plic_context[PLIC_THRESHOLD] = 0;
}

u32 plic_claim(void)
{
    return window_plic_context[PLIC_CLAIM];
}

void plic_complete(u16 source)
{
    window_plic_context[PLIC_CLAIM] = source;
}

void plic_enable(u16 source)
{
    window_plic_enable[(enable_base + source / 32u) % PLIC_SOURCES] |= 1u << source % 32u;
}

void plic_disable(u16 source)
{
    window_plic_enable[(enable_base + source / 32u) % PLIC_SOURCES] &= ~(1u << source % 32u);
}
