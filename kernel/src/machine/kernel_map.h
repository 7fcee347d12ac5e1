/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own address space: its image with W^X rights and a guard page under the stack, and small
 * windows onto the PLIC and (at boot only) the boot descriptor. Nothing else of RAM is ever mapped.
 */
#ifndef KERNEL_MACHINE_KERNEL_MAP_H
#define KERNEL_MACHINE_KERNEL_MAP_H

#include <postern/boot.h>
#include "types.h"

#define PTE_VALID   0x01u
#define PTE_READ    0x02u
#define PTE_WRITE   0x04u
#define PTE_EXEC    0x08u
#define PTE_USER    0x10u
#define PTE_GLOBAL  0x20u
#define PTE_USED    0xc0u /* accessed and dirty: the hart never has to write an entry */
#define PTE_ENTRIES 512u

/* A page table. */
struct page_table {
    u64 entry[PTE_ENTRIES];
};

/* At the beginning of the boot window's page. */
extern const struct pn_boot window_boot[1];

/* Entry of the page or table at physical address 'paddr' (page aligned, below 2^56) with the PTE_* bits
 * 'bits'. */
/*@ requires paddr % 4096 == 0 && paddr < 0x100000000000000 && bits < 1024;
    assigns \nothing; ensures \result == paddr / 4 + bits; */
static inline u64 pte_make(u64 paddr, u64 bits)
{
    return paddr / 4 + bits;
}

/* Physical address in an entry. */
/*@ assigns \nothing; ensures \result % 4096 == 0; */
static inline u64 pte_address(u64 pte)
{
    return (pte >> 10 & 0xfffffffffffu) << 12;
}

/* With the MMU off: build the tables. Answer: the value for satp. Called by head.S only. */
u64 kernel_map_build(void);

/* Physical address of a kernel object that begins a page; 'kernel_map_init' told where the image lies. */
/*@ assigns \nothing; ensures \result % 4096 == 0 && \result < 0x100000000000000; */
u64 kernel_map_physical(const void *object);
void kernel_map_init(u64 image_paddr);

/* Root table entry that every address space shares, and its index. */
#define KERNEL_ROOT_INDEX 511u
u64 kernel_map_root_entry(void);

/* Bytes from the first to behind the last byte of the image, pools included. */
u64 kernel_map_image_size(void);

/* Map the page at 'paddr' (aligned) read-only at the boot window. */
void kernel_map_boot(u64 paddr);
/* Take it away. */
void kernel_map_forget_boot(void);

/* Map the three pages of the PLIC that the kernel uses, read-write (page aligned physical addresses). */
void kernel_map_plic(u64 priority, u64 enable, u64 context);

/* From now on capability slots, page tables and bindings are read-only, this module's tables included. */
void kernel_map_seal(void);

#endif
