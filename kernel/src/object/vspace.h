/* SPDX-License-Identifier: BSD-2-Clause */
/* User address spaces: Sv39 tables from the kernel's pool, edited only before seal. */
#ifndef KERNEL_OBJECT_VSPACE_H
#define KERNEL_OBJECT_VSPACE_H

#include <postern/abi.h>
#include "types.h"

/* Clear the root table and add the kernel's entry. */
void vspace_init(u16 v);
void page_table_init(u16 p);

/* satp value of an address space: its index is its ASID. */
u64 vspace_satp(u16 v);

/* Make page table 'p' (not yet mapped) the next missing level at 'vaddr'.
 * Errors: RANGE (address), DELETE_FIRST (p is in use, or no level is missing). */
enum pn_error vspace_map_table(u16 v, u16 p, u64 vaddr);

/* May a frame of 4 KiB ('large': 2 MiB) be mapped at 'vaddr'? Errors: RANGE, ALIGNMENT, FAILED_LOOKUP (a
 * table is missing), DELETE_FIRST (something is there). */
enum pn_error vspace_check_map(u16 v, u64 vaddr, bool large);

/* Map; vspace_check_map has said PN_OK. 'rights' PN_READ, PN_WRITE, PN_EXEC. */
void vspace_map(u16 v, u64 vaddr, bool large, u64 paddr, u64 rights);

/* Unmap what is at 'vaddr' if it is the frame at 'paddr'. Errors: RANGE, ALIGNMENT, FAILED_LOOKUP. */
enum pn_error vspace_unmap(u16 v, u64 vaddr, bool large, u64 paddr);

#endif
