/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of disjoint address ranges. */
#ifndef LOADER_REGION_H
#define LOADER_REGION_H

#include <stdbool.h>
#include <stdint.h>

#define REGION_LIMIT 40u

/* [start, end) */
struct region {
    uint64_t start;
    uint64_t end;
};

struct region_list {
    uint32_t count;
    struct region region[REGION_LIMIT];
};

/* From start and size; empty if it leaves the physical address space. */
struct region region_make(uint64_t start, uint64_t size);

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
