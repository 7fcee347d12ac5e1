/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory in the image: every page belongs to one domain alone or to one region of the model, none to kernel
 * or initialiser, and regions hold what was asked for.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "check_image_parts.h"

struct span {
    uint64_t start, end;
};

static bool meet(struct span a, struct span b)
{
    return a.start < b.end && b.start < a.end;
}

static struct span span_of_run(const struct capdist_run *run)
{
    return (struct span){run->paddr, run->paddr + ((uint64_t)run->pages << run->bits)};
}

static bool exists(const struct region *region)
{
    return region->has_paddr || region->paddr != 0;
}

static struct span span_of_region(const struct region *region)
{
    return (struct span){region->paddr, region->paddr + region->size};
}

/* The region that holds a run; NO_INDEX: none touches it. A run across a border is an error. */
static bool find_region(const struct checker *checker, struct span run, size_t *found)
{
    *found = NO_INDEX;
    for (size_t i = 0; i < checker->model->regions.count; i++) {
        const struct region *region = &checker->model->regions.at[i];
        struct span span = span_of_region(region);

        if (!exists(region) || !meet(run, span)) {
            continue;
        }
        if (*found != NO_INDEX || run.start < span.start || run.end > span.end) {
            checker_error(checker, "pages 0x%" PRIx64 "..0x%" PRIx64 " lie across the border of region '%s'",
                          run.start, run.end, region->name);
            return false;
        }
        *found = i;
    }
    return true;
}

static bool check_place(const struct checker *checker, const struct capdist_run *run, struct span span,
                        size_t region)
{
    const struct pn_boot_system *system = &checker->header.system;
    struct span kernel = {system->kernel_paddr, system->kernel_paddr + system->kernel_size};
    struct span ram = {checker->model->board.ram_base,
                       checker->model->board.ram_base + checker->model->board.ram_size};

    if (span.end < span.start || (run->device == 0) != (span.start >= ram.start && span.end <= ram.end) ||
        (run->device != 0 && (meet(span, ram) || region == NO_INDEX)) || meet(span, kernel)) {
        checker_error(checker, "pages 0x%" PRIx64 "..0x%" PRIx64 " lie where no protection domain may reach",
                      span.start, span.end);
        return false;
    }
    for (uint64_t i = 0; i < system->root_segment_count && i < PN_BOOT_SEGMENTS; i++) {
        const struct pn_boot_segment *segment = &system->root_segment[i];

        if (meet(span, (struct span){segment->paddr, segment->paddr + segment->size})) {
            checker_error(checker, "pages 0x%" PRIx64 "..0x%" PRIx64 " belong to the initialiser", span.start,
                          span.end);
            return false;
        }
    }
    return true;
}

/* What a region keeps over a reset the image leaves alone: no entry is there, nor the image itself, which
 * lies in front of the kernel. All other memory begins as the image says. */
static bool check_placing(const struct checker *checker, struct span span, size_t region)
{
    bool keep = region != NO_INDEX && checker->model->regions.at[region].keep;
    uint64_t expected = keep ? 0 : span.end - span.start;

    if (checker_placed(checker, span.start, span.end - span.start) != expected ||
        (keep && span.start < checker->header.system.kernel_paddr)) {
        checker_error(checker, "pages 0x%" PRIx64 "..0x%" PRIx64 " are %s", span.start, span.end,
                      keep ? "not left alone" : "not filled or cleared");
        return false;
    }
    return true;
}

static bool check_maps(struct checker *checker, const struct capdist_run *run, size_t region)
{
    struct capdist_section maps = checker->dist.section[CAPDIST_MAPS];
    size_t only = NO_INDEX;

    if (run->first_map > maps.count || run->map_count > maps.count - run->first_map) {
        checker_error(checker, "pages at 0x%" PRIx64 " have mappings out of range", run->paddr);
        return false;
    }
    for (uint32_t i = 0; i < run->map_count; i++) {
        const struct capdist_map *map = checker_record(checker, CAPDIST_MAPS, run->first_map + i);
        size_t pd = checker_owner(checker, map->vspace, PN_CAP_VSPACE);

        if (pd == NO_INDEX || (map->rights & PN_READ) == 0 || map->rights > (PN_READ | PN_WRITE | PN_EXEC) ||
            (map->rights & (PN_WRITE | PN_EXEC)) == (PN_WRITE | PN_EXEC)) {
            checker_error(checker, "a mapping of 0x%" PRIx64 " has no owner or impossible rights",
                          run->paddr);
            return false;
        }
        if (region != NO_INDEX) {
            authority_add_region(&checker->granted, pd, region, map->rights);
        } else if (only != NO_INDEX && only != pd) {
            checker_error(checker, "private pages at 0x%" PRIx64 " of '%s' are mapped by '%s' too",
                          run->paddr, checker->model->pds.at[only].name, checker->model->pds.at[pd].name);
            return false;
        }
        only = pd;
    }
    return true;
}

static bool check_contents(const struct checker *checker, const struct region *region)
{
    bool same = false;
    uint8_t *bytes = malloc((size_t)region->size + 1);

    if (bytes != NULL && checker_memory(checker, region->paddr, bytes, region->size)) {
        same = memcmp(bytes, region->prefill_data, (size_t)region->prefill_size) == 0;
    }
    if (!same) {
        checker_error(checker, "region '%s' does not hold its prefill file", region->name);
    }
    free(bytes);
    return same;
}

static bool is_mapped(const struct checker *checker, size_t region)
{
    for (size_t i = 0; i < checker->granted.regions.count; i++) {
        if (checker->granted.regions.at[i].region == region) {
            return true;
        }
    }
    return false;
}

bool checker_regions(struct checker *checker)
{
    uint32_t count = checker->dist.section[CAPDIST_RUNS].count;
    uint64_t end = 0;
    bool good = true;

    for (uint32_t i = 0; i < count; i++) {
        const struct capdist_run *run = checker_record(checker, CAPDIST_RUNS, i);
        size_t region;

        if ((run->bits != PN_PAGE_BITS && run->bits != PN_LARGE_BITS) || run->paddr < end ||
            run->paddr % (UINT64_C(1) << run->bits) != 0) {
            checker_error(checker,
                          "pages at 0x%" PRIx64 " are out of order, overlap others or are misaligned",
                          run->paddr);
            return false;
        }
        end = span_of_run(run).end;
        good = find_region(checker, span_of_run(run), &region) &&
               check_place(checker, run, span_of_run(run), region) &&
               (run->device != 0 || check_placing(checker, span_of_run(run), region)) &&
               check_maps(checker, run, region) && good;
    }
    for (size_t i = 0; i < checker->model->regions.count; i++) {
        const struct region *region = &checker->model->regions.at[i];

        if (region->prefill_data != NULL && is_mapped(checker, i)) {
            good = check_contents(checker, region) && good;
        }
    }
    return good;
}
