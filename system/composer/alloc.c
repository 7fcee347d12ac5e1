/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pages a system has. Placing them is alloc_place.c.
 */
#include "alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <postern/abi.h>

#include "backend_report.h"
#include "element.h"
#include "elf_symbols.h"
#include "patch.h"

uint64_t run_size(const struct run *run)
{
    return run->pages << run->bits;
}

static void add_map(struct run *run, size_t pd, uint64_t vaddr, unsigned rights)
{
    *LIST_PUSH(&run->maps) = (struct run_map){pd, vaddr, rights};
}

static struct run *add_run(struct layout *layout, const struct pd *pd, size_t index, enum run_kind kind,
                           uint64_t size)
{
    struct run *run = LIST_PUSH(&layout->runs);

    run->kind = kind;
    run->owner = index;
    run->name = pd->name;
    run->place = pd->place;
    run->pages = size >> PN_PAGE_BITS;
    run->bits = PN_PAGE_BITS;
    return run;
}

static enum run_kind kind_of(unsigned rights)
{
    if ((rights & PN_EXEC) != 0) {
        return RUN_CODE;
    }
    return (rights & PN_WRITE) != 0 ? RUN_DATA : RUN_RODATA;
}

/* First page behind the program, a guard page between, that no mapping covers. */
static uint64_t free_vaddr(const struct system_model *model, const struct pd *pd, uint64_t size)
{
    const struct elf_segment *last = &pd->elf->segments.at[pd->elf->segments.count - 1];
    uint64_t vaddr = last->vaddr + last->size + PN_PAGE_SIZE;

    for (size_t i = 0; i < pd->maps.count; i++) {
        const struct map *map = &pd->maps.at[i];
        uint64_t end = map->vaddr + model->regions.at[map->region].size;

        if (map->vaddr < vaddr + size + PN_PAGE_SIZE && vaddr < end + PN_PAGE_SIZE) {
            vaddr = (end + 2 * (uint64_t)PN_PAGE_SIZE - 1) / PN_PAGE_SIZE * PN_PAGE_SIZE;
            i = SIZE_MAX; /* from the start: an earlier one may lie here */
        }
    }
    return vaddr;
}

static const struct elf_segment *template_source(const struct pd *pd)
{
    const struct elf_symbol *symbol;
    const struct elf_segment *source = NULL;

    if (elf_find_symbol(pd->symbols_elf != NULL ? pd->symbols_elf : pd->elf, PATCH_TEMPLATE_SYMBOL,
                        &symbol) == 0) {
        return NULL;
    }
    for (size_t i = 0; i < pd->elf->segments.count; i++) {
        const struct elf_segment *segment = &pd->elf->segments.at[i];

        if ((segment->rights & PN_WRITE) != 0 && segment->data_end > segment->data_from) {
            source = segment;
        }
    }
    return source;
}

uint64_t layout_template(const struct system_model *model, size_t pd, uint64_t *from, uint64_t *size)
{
    const struct elf_segment *source = template_source(&model->pds.at[pd]);

    *from = 0;
    *size = 0;
    if (source == NULL) {
        return 0;
    }
    *from = source->data_from;
    *size = source->data_end - source->data_from;
    return free_vaddr(model, &model->pds.at[pd], source->size);
}

static void collect_program(struct layout *layout, const struct system_model *model, size_t index)
{
    const struct pd *pd = &model->pds.at[index];
    const struct elf_segment *source = template_source(pd);

    for (size_t i = 0; i < pd->elf->segments.count; i++) {
        const struct elf_segment *segment = &pd->elf->segments.at[i];
        struct run *run = add_run(layout, pd, index, kind_of(segment->rights), segment->size);

        run->contents = segment->bytes;
        run->contents_size = segment->data_end;
        add_map(run, index, segment->vaddr, segment->rights);
    }
    if (source != NULL) {
        uint64_t from, size;
        uint64_t vaddr = layout_template(model, index, &from, &size);
        uint64_t pages = (source->data_end + PN_PAGE_SIZE - 1) >> PN_PAGE_BITS;
        struct run *run = add_run(layout, pd, index, RUN_TEMPLATE, pages << PN_PAGE_BITS);

        run->contents = source->bytes;
        run->contents_size = source->data_end;
        add_map(run, index, vaddr, PN_READ);
    }
    struct run *stack = add_run(layout, pd, index, RUN_STACK, pd->stack_size);

    add_map(stack, index, PN_STACK_TOP - pd->stack_size, PN_READ | PN_WRITE);
}

static bool map_rights(const struct map *map, const char *region, struct backend_report *report)
{
    if (map->perms != 0 && (map->perms & MAP_READ) == 0) {
        backend_error(report, &map->place, "add 'r'", "the mapping of '%s' is not readable", region);
        return false;
    }
    if ((map->perms & (MAP_WRITE | MAP_EXEC)) == (MAP_WRITE | MAP_EXEC)) {
        backend_error(report, &map->place, NULL, "the mapping of '%s' is writable and executable", region);
        return false;
    }
    return true;
}

static bool region_maps(struct run *run, const struct system_model *model, size_t region,
                        struct backend_report *report)
{
    bool good = true;

    for (size_t p = 0; p < model->pds.count; p++) {
        const struct pd *pd = &model->pds.at[p];

        for (size_t i = 0; i < pd->maps.count; i++) {
            const struct map *map = &pd->maps.at[i];

            if (map->region != region) {
                continue;
            }
            good = map_rights(map, run->name, report) && good;
            if (map->perms != 0) {
                add_map(run, p, map->vaddr, map->perms);
            }
        }
    }
    return good;
}

static bool in_ram(const struct board *board, uint64_t paddr)
{
    return paddr >= board->ram_base && paddr - board->ram_base < board->ram_size;
}

static bool collect_region(struct layout *layout, const struct system_model *model, size_t index,
                           struct backend_report *report)
{
    const struct region *region = &model->regions.at[index];
    struct run run = {.kind = RUN_REGION, .owner = index, .name = region->name};

    run.place = element_place(region->source, "phys_addr", region->place);
    run.bits = region->page_size == PN_LARGE_SIZE ? PN_LARGE_BITS : PN_PAGE_BITS;
    run.pages = region->size >> run.bits;
    run.fixed = region->has_paddr;
    run.paddr = region->has_paddr ? region->paddr : 0;
    run.device = region->has_paddr && !in_ram(&model->board, region->paddr);
    run.keep = region->keep;
    run.contents = region->prefill_data;
    run.contents_size = region->prefill_data != NULL ? region->prefill_size : 0;
    bool good = region_maps(&run, model, index, report);

    if (run.device && run.contents_size != 0) {
        const struct place place = element_place(region->source, "prefill_path", region->place);

        backend_error(report, &place, NULL, "region '%s' lies outside RAM and cannot be prefilled",
                      region->name);
        good = false;
    }
    if (!good || (run.maps.count == 0 && !region->contiguous)) {
        free(run.maps.at);
        return good;
    }
    *LIST_PUSH(&layout->runs) = run;
    return true;
}

bool layout_collect(struct layout *layout, const struct system_model *model, struct backend_report *report)
{
    bool good = true;

    for (size_t i = 0; i < model->pds.count; i++) {
        collect_program(layout, model, i);
    }
    for (unsigned large = 0; large < 2; large++) {
        for (size_t i = 0; i < model->regions.count; i++) {
            if ((model->regions.at[i].page_size == PN_LARGE_SIZE) == (large != 0)) {
                good = collect_region(layout, model, i, report) && good;
            }
        }
    }
    return good;
}

bool layout_kernel(struct layout *layout, const struct elf *kernel, struct backend_report *report)
{
    const struct elf_segment *first = &kernel->segments.at[0];
    const struct elf_segment *last = &kernel->segments.at[kernel->segments.count - 1];
    uint64_t size = last->vaddr - first->vaddr + last->size;

    if (kernel->entry != first->vaddr) {
        backend_file_error(report, kernel->path, NULL, "e_entry 0x%" PRIx64 " is not the kernel's first byte",
                           kernel->entry);
        return false;
    }
    if (size > ELF_MAX_MEMORY || (layout->kernel = calloc(1, (size_t)size)) == NULL) {
        backend_file_error(report, kernel->path, NULL, "the kernel's segments are too far apart");
        return false;
    }
    for (size_t i = 0; i < kernel->segments.count; i++) {
        const struct elf_segment *segment = &kernel->segments.at[i];
        uint64_t offset = segment->vaddr - first->vaddr;

        memcpy(layout->kernel + offset, segment->bytes, (size_t)segment->data_end);
        layout->kernel_file_size = offset + segment->data_end;
    }
    layout->kernel_size = size;
    return true;
}

bool layout_root(struct layout *layout, const struct root_piece *piece, const char *path,
                 struct backend_report *report)
{
    if (layout->root_count == PN_BOOT_SEGMENTS) {
        backend_file_error(report, path, NULL, "the initialiser has too many segments");
        return false;
    }
    layout->root[layout->root_count++] = *piece;
    return true;
}

void layout_free(struct layout *layout)
{
    for (size_t i = 0; i < layout->runs.count; i++) {
        free(layout->runs.at[i].maps.at);
    }
    free(layout->runs.at);
    free(layout->kernel);
    *layout = (struct layout){0};
}
