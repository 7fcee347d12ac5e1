/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about memory regions: sizes, pages, physical addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "postern/limits.h"
#include "rules.h"

typedef unsigned long long ull;

#define PHYSICAL_TOP (UINT64_C(1) << 39)

static struct place at(const struct region *region, const char *attribute)
{
    return element_place(region->source, attribute, region->place);
}

void rule_region_name_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        for (size_t j = 0; j < i; j++) {
            if (strcmp(region->name, check->model->regions.at[j].name) == 0) {
                rules_fail(check, at(region, "name"),
                           "duplicate memory region name '%s', first used in line %u", region->name,
                           check->model->regions.at[j].place.line);
                break;
            }
        }
    }
}

void rule_region_zero(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        if (region->size == 0) {
            rules_fail(check, at(region, "size"), "memory region '%s' is empty", region->name);
        }
    }
}

static bool is_page_size(uint64_t size)
{
    return size == PN_PAGE_SIZE || size == PN_LARGE_SIZE;
}

void rule_region_multiple(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        if (is_page_size(region->page_size) && region->size % region->page_size != 0) {
            rules_fail(check, at(region, "size"),
                       "size 0x%llx of '%s' is not a multiple of the page size 0x%llx", (ull)region->size,
                       region->name, (ull)region->page_size);
        }
    }
}

void rule_region_page_size(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        if (!is_page_size(region->page_size)) {
            rules_fail(check, at(region, "page_size"),
                       "page size 0x%llx is not supported: 0x1000 and 0x200000 are", (ull)region->page_size);
        }
    }
}

void rule_region_paddr_alignment(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        if (region->has_paddr && is_page_size(region->page_size) && region->paddr % region->page_size != 0) {
            rules_fail(check, at(region, "phys_addr"),
                       "phys_addr 0x%llx is not aligned to the page size 0x%llx", (ull)region->paddr,
                       (ull)region->page_size);
        }
    }
}

static bool intersects(const struct region *region, uint64_t base, uint64_t size)
{
    return region->paddr < base ? region->size > base - region->paddr : region->paddr - base < size;
}

void rule_region_paddr_overlap(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *a = &check->model->regions.at[i];
        for (size_t j = 0; j < i && a->has_paddr; j++) {
            const struct region *b = &check->model->regions.at[j];
            if (b->has_paddr && intersects(a, b->paddr, b->size)) {
                rules_fail(check, at(a, "phys_addr"),
                           "memory region '%s' physical address range [0x%llx..+0x%llx) overlaps with '%s' "
                           "[0x%llx..+0x%llx)",
                           a->name, (ull)a->paddr, (ull)a->size, b->name, (ull)b->paddr, (ull)b->size);
            }
        }
    }
}

static const char *wrong_memory(const struct board *board, const struct region *region)
{
    if (region->paddr >= PHYSICAL_TOP || region->size > PHYSICAL_TOP - region->paddr) {
        return "reaches beyond the physical address space of 2^39 bytes";
    }
    if (!intersects(region, board->ram_base, board->ram_size)) {
        return NULL;
    }
    if (region->paddr < board->ram_base ||
        region->size > board->ram_size - (region->paddr - board->ram_base)) {
        return "is partly RAM and partly not";
    }
    return region->paddr < board->image_base ? "lies in the RAM of the firmware" : NULL;
}

void rule_region_paddr_memory(const struct check *check)
{
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        const char *reason = region->has_paddr ? wrong_memory(&check->model->board, region) : NULL;
        if (reason != NULL) {
            rules_fail(check, at(region, "phys_addr"), "memory region '%s' at 0x%llx %s", region->name,
                       (ull)region->paddr, reason);
        }
    }
}

void rule_region_paddr_reserved(const struct check *check)
{
    const struct board *board = &check->model->board;
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        for (size_t j = 0; j < board->reserved.count && region->has_paddr; j++) {
            if (intersects(region, board->reserved.at[j].base, board->reserved.at[j].size)) {
                rules_fail(check, at(region, "phys_addr"),
                           "memory region '%s' at 0x%llx touches the kernel's '%s'", region->name,
                           (ull)region->paddr, board->reserved.at[j].name);
            }
        }
    }
}

/* What can be said before the programs are known: the regions alone are too much. */
void rule_memory_fits(const struct check *check)
{
    uint64_t left = check->model->board.ram_size;
    for (size_t i = 0; i < check->model->regions.count; i++) {
        const struct region *region = &check->model->regions.at[i];
        if (region->has_paddr) {
            continue;
        }
        if (region->size > left) {
            rules_fail(check, at(region, "size"),
                       "memory region '%s' of 0x%llx bytes does not fit: of 0x%llx bytes of RAM the regions "
                       "before it leave 0x%llx",
                       region->name, (ull)region->size, (ull)check->model->board.ram_size, (ull)left);
            return;
        }
        left -= region->size;
    }
}

void rule_region_unused(const struct check *check)
{
    const struct system_model *model = check->model;
    bool *used = calloc(model->regions.count + 1, sizeof *used);
    if (used == NULL) {
        abort();
    }
    for (size_t i = 0; i < model->pds.count; i++) {
        for (size_t j = 0; j < model->pds.at[i].maps.count; j++) {
            used[model->pds.at[i].maps.at[j].region] = true;
        }
    }
    for (size_t i = 0; i < model->regions.count; i++) {
        const struct region *region = &model->regions.at[i];
        if (!used[i] && !region->contiguous) {
            diag_warning(check->diag, check->rule, at(region, "name"), "memory region '%s' is not used",
                         region->name);
        }
    }
    free(used);
}
