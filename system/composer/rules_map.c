/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about maps: permissions, addresses, overlaps.
 */
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "postern/limits.h"
#include "rules.h"

typedef unsigned long long ull;

static struct place at(const struct map *map, const char *attribute)
{
    return element_place(map->source, attribute, map->place);
}

static const struct region *region_of(const struct check *check, const struct map *map)
{
    return &check->model->regions.at[map->region];
}

/* Call a function for every map of every domain. */
static void each_map(const struct check *check,
                     void (*visit)(const struct check *, const struct pd *, const struct map *))
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 0; j < pd->maps.count; j++) {
            visit(check, pd, &pd->maps.at[j]);
        }
    }
}

static void check_letters(const struct check *check, const struct pd *pd, const struct map *map)
{
    const char *perms = element_text(map->source, "perms", "rw");
    (void)pd;
    if (perms[strspn(perms, "rwx")] != '\0') {
        rules_fail(check, at(map, "perms"), "perms must only be a combination of r, w, and x, not '%s'",
                   perms);
    }
}

void rule_map_perms_letters(const struct check *check)
{
    each_map(check, check_letters);
}

static void check_empty(const struct check *check, const struct pd *pd, const struct map *map)
{
    if (element_text(map->source, "perms", "rw")[0] == '\0') {
        rules_warn(check, at(map, "perms"), "'%s' keeps the place of '%s' free, but may not access it",
                   pd->name, region_of(check, map)->name);
    }
}

void rule_map_perms_empty(const struct check *check)
{
    each_map(check, check_empty);
}

static void check_execute_only(const struct check *check, const struct pd *pd, const struct map *map)
{
    const char *perms = element_text(map->source, "perms", "rw");
    if (strchr(perms, 'x') != NULL && strpbrk(perms, "rw") == NULL) {
        rules_warn(check, at(map, "perms"), "what '%s' may execute of '%s' it may also read", pd->name,
                   region_of(check, map)->name);
    }
}

void rule_map_perms_execute_only(const struct check *check)
{
    each_map(check, check_execute_only);
}

static void check_write_only(const struct check *check, const struct pd *pd, const struct map *map)
{
    (void)pd;
    if (map->perms == MAP_WRITE) {
        rules_fail(check, at(map, "perms"), "perms must not be 'w', write-only mappings are not allowed");
    }
}

void rule_map_perms_write_only(const struct check *check)
{
    each_map(check, check_write_only);
}

static void check_wx(const struct check *check, const struct pd *pd, const struct map *map)
{
    (void)pd;
    if ((map->perms & MAP_WRITE) != 0 && (map->perms & MAP_EXEC) != 0) {
        rules_fail(check, at(map, "perms"), "memory must not be both writable and executable");
    }
}

void rule_map_perms_wx(const struct check *check)
{
    each_map(check, check_wx);
}

static void check_alignment(const struct check *check, const struct pd *pd, const struct map *map)
{
    uint64_t page_size = region_of(check, map)->page_size;
    (void)pd;
    if (page_size != 0 && map->vaddr % page_size != 0) {
        rules_fail(check, at(map, "vaddr"), "invalid vaddr alignment: 0x%llx is not a multiple of 0x%llx",
                   (ull)map->vaddr, (ull)page_size);
    }
}

void rule_map_alignment(const struct check *check)
{
    each_map(check, check_alignment);
}

static bool leaves_space(const struct check *check, const struct map *map)
{
    uint64_t size = region_of(check, map)->size;
    return map->vaddr > PN_USER_TOP || size > PN_USER_TOP - map->vaddr;
}

static void check_range(const struct check *check, const struct pd *pd, const struct map *map)
{
    (void)pd;
    if (leaves_space(check, map)) {
        rules_fail(check, at(map, "vaddr"),
                   "'%s' (0x%llx bytes) at 0x%llx leaves the user address space, which ends at 0x%llx",
                   region_of(check, map)->name, (ull)region_of(check, map)->size, (ull)map->vaddr,
                   (ull)PN_USER_TOP);
    }
}

void rule_map_range(const struct check *check)
{
    each_map(check, check_range);
}

static void check_stack(const struct check *check, const struct pd *pd, const struct map *map)
{
    if (leaves_space(check, map) || pd->stack_size > PN_STACK_TOP - PN_PAGE_SIZE) {
        return;
    }
    uint64_t guard = PN_STACK_TOP - pd->stack_size - PN_PAGE_SIZE;
    uint64_t size = region_of(check, map)->size;
    if (map->vaddr >= guard || size > guard - map->vaddr) {
        rules_fail(check, at(map, "vaddr"),
                   "'%s' at 0x%llx..0x%llx touches the stack of '%s' or its guard page: vaddr must be less "
                   "than 0x%llx",
                   region_of(check, map)->name, (ull)map->vaddr, (ull)map->vaddr + size, pd->name,
                   (ull)guard);
    }
}

void rule_map_stack(const struct check *check)
{
    each_map(check, check_stack);
}

struct extent {
    uint64_t start, end;
    const struct map *map;
    size_t order;
};

static int compare_extents(const void *left, const void *right)
{
    const struct extent *a = left, *b = right;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

static void report_overlap(const struct check *check, const struct pd *pd, const struct extent *a,
                           const struct extent *b)
{
    const struct extent *later = a->order > b->order ? a : b, *first = later == a ? b : a;
    rules_fail(
        check, at(later->map, "vaddr"),
        "map for '%s' [0x%llx..0x%llx) overlaps with map for '%s' [0x%llx..0x%llx) in protection domain '%s'",
        region_of(check, later->map)->name, (ull)later->start, (ull)later->end,
        region_of(check, first->map)->name, (ull)first->start, (ull)first->end, pd->name);
}

void rule_map_overlap(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        LIST(struct extent) extents = {0};
        for (size_t j = 0; j < pd->maps.count; j++) {
            const struct map *map = &pd->maps.at[j];
            if (!leaves_space(check, map)) {
                *LIST_PUSH(&extents) =
                    (struct extent){map->vaddr, map->vaddr + region_of(check, map)->size, map, j};
            }
        }
        if (extents.count > 1) {
            qsort(extents.at, extents.count, sizeof *extents.at, compare_extents);
        }
        for (size_t j = 1, reach = 0; j < extents.count; j++) {
            reach = extents.at[j - 1].end > extents.at[reach].end ? j - 1 : reach;
            if (extents.at[j].start < extents.at[reach].end) {
                report_overlap(check, pd, &extents.at[reach], &extents.at[j]);
            }
        }
        free(extents.at);
    }
}

static void check_prefill_size(const struct check *check, const struct pd *pd, const struct map *map)
{
    (void)pd;
    if (element_attribute(map->source, "setvar_prefill_size") != NULL &&
        region_of(check, map)->prefill == NULL) {
        rules_fail(check, at(map, "setvar_prefill_size"),
                   "region '%s' has no prefill_path whose length could be set", region_of(check, map)->name);
    }
}

void rule_map_prefill_size(const struct check *check)
{
    each_map(check, check_prefill_size);
}
