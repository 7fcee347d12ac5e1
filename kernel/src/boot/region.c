/* SPDX-License-Identifier: BSD-2-Clause */
/* Address ranges. */
#include "boot/region.h"
#include <postern/limits.h>

struct region region_make(u64 start, u64 size)
{
    struct region r = {0, 0};
    if (start < REGION_ADDRESS_TOP && size <= REGION_ADDRESS_TOP - start) {
        r.start = start;
        r.end = start + size;
    }
    return r;
}

bool region_add(struct region_list *l, struct region r)
{
    if (r.start >= r.end)
        return true;
    if (l->count >= REGION_LIMIT)
        return false;
    l->region[l->count++] = r;
    return true;
}

static u64 page_down(u64 a)
{
    return a / PN_PAGE_SIZE * PN_PAGE_SIZE;
}

static u64 page_up(u64 a)
{
    return page_down(a + PN_PAGE_SIZE - 1);
}

bool region_subtract(struct region_list *l, struct region r)
{
    if (r.start >= r.end)
        return true;
    u64 start = page_down(r.start);
    u64 end = page_up(r.end);
    struct region_list rest = {0};
    bool fits = true;
    for (u32 i = 0; i < l->count && i < REGION_LIMIT; i++) {
        struct region below = l->region[i];
        struct region above = l->region[i]; /* at most one is left of a range that 'r' does not touch */
        if (below.end > start)
            below.end = start;
        if (above.start < end)
            above.start = end;
        fits = fits && region_add(&rest, below) && region_add(&rest, above);
    }
    for (u32 i = 0; i < rest.count && i < REGION_LIMIT; i++) {
        struct region kept = rest.region[i];
        l->region[i] = kept;
    }
    l->count = rest.count;
    return fits;
}

void region_trim(struct region_list *l)
{
    u32 kept = 0;
    for (u32 i = 0; i < l->count && i < REGION_LIMIT; i++) {
        struct region r = {page_up(l->region[i].start), page_down(l->region[i].end)};
        if (r.start < r.end && kept < REGION_LIMIT)
            l->region[kept++] = r;
    }
    l->count = kept;
}

bool region_contains(const struct region_list *l, struct region r)
{
    for (u32 i = 0; i < l->count && i < REGION_LIMIT; i++) {
        if (r.start < r.end && r.start >= l->region[i].start && r.end <= l->region[i].end)
            return true;
    }
    return false;
}

bool region_overlap(struct region a, struct region b)
{
    return a.start < b.end && b.start < a.end;
}
