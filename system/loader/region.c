/* SPDX-License-Identifier: BSD-2-Clause */
/* Address ranges. */
#include "region.h"

#include <postern/boot.h>

struct region region_make(uint64_t start, uint64_t size)
{
    struct region r = {0, 0};
    if (start < PN_PHYSICAL_TOP && size <= PN_PHYSICAL_TOP - start) {
        r.start = start;
        r.end = start + size;
    }
    return r;
}

bool region_add(struct region_list *l, struct region r)
{
    if (r.start >= r.end) {
        return true;
    }
    if (l->count >= REGION_LIMIT) {
        return false;
    }
    l->region[l->count++] = r;
    return true;
}

static uint64_t page_down(uint64_t a)
{
    return a / PN_PAGE_SIZE * PN_PAGE_SIZE;
}

static uint64_t page_up(uint64_t a)
{
    return page_down(a + PN_PAGE_SIZE - 1);
}

bool region_subtract(struct region_list *l, struct region r)
{
    if (r.start >= r.end) {
        return true;
    }
    uint64_t start = page_down(r.start);
    uint64_t end = page_up(r.end);
    struct region_list rest = {0};
    bool fits = true;
    for (uint32_t i = 0; i < l->count && i < REGION_LIMIT; i++) {
        struct region below = l->region[i];
        struct region above = l->region[i]; /* at most one is left of a range that 'r' does not touch */
        if (below.end > start) {
            below.end = start;
        }
        if (above.start < end) {
            above.start = end;
        }
        fits = fits && region_add(&rest, below) && region_add(&rest, above);
    }
    for (uint32_t i = 0; i < rest.count && i < REGION_LIMIT; i++) {
        struct region kept = rest.region[i];
        l->region[i] = kept;
    }
    l->count = rest.count;
    return fits;
}

void region_trim(struct region_list *l)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->count && i < REGION_LIMIT; i++) {
        struct region r = {page_up(l->region[i].start), page_down(l->region[i].end)};
        if (r.start < r.end && kept < REGION_LIMIT) {
            l->region[kept++] = r;
        }
    }
    l->count = kept;
}

bool region_contains(const struct region_list *l, struct region r)
{
    for (uint32_t i = 0; i < l->count && i < REGION_LIMIT; i++) {
        if (r.start < r.end && r.start >= l->region[i].start && r.end <= l->region[i].end) {
            return true;
        }
    }
    return false;
}

bool region_overlap(struct region a, struct region b)
{
    return a.start < b.end && b.start < a.end;
}
