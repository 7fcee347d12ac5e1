/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of disjoint address ranges. */
#ifndef KERNEL_BOOT_REGION_H
#define KERNEL_BOOT_REGION_H

#include "types.h"

#define REGION_LIMIT       40u
#define REGION_ADDRESS_TOP 0x100000000000000ull /* physical addresses have 56 bits */

/* [start, end) */
struct region {
    u64 start;
    u64 end;
};

struct region_list {
    u32 count;
    struct region region[REGION_LIMIT];
};

/* From start and size; empty if it wraps or leaves the address space. */
struct region region_make(u64 start, u64 size);

/* Append; false when the list is full. Empty ranges are ignored. */
bool region_add(struct region_list *l, struct region r);

/* Take the pages of 'r' away from every range of the list; false when the list overflows. */
bool region_subtract(struct region_list *l, struct region r);

/* Shrink every range to whole pages, dropping what becomes empty. */
void region_trim(struct region_list *l);

/* One range of the list contains all of 'r' (which is not empty). */
bool region_contains(const struct region_list *l, struct region r);

bool region_overlap(struct region a, struct region b);

#endif
