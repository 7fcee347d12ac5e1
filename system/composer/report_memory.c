/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory part of the report: the address space of each domain, and what an image uses in all.
 */
#include <stdlib.h>

#include "elf_read.h"
#include "postern/abi.h"
#include "report.h"

typedef unsigned long long ull;

static int compare_maps(const void *left, const void *right)
{
    const struct map *const *a = left, *const *b = right;
    return (*a)->vaddr < (*b)->vaddr ? -1 : (*a)->vaddr > (*b)->vaddr;
}

static void add_line(struct text *out, uint64_t start, uint64_t size, const char *perms, const char *what)
{
    text_add(out, "    %010llx..%010llx  %-3s  %s", (ull)start, (ull)start + size, perms, what);
}

static void add_map(struct text *out, const struct report *report, const struct map *map)
{
    const struct region *region = &report->model->regions.at[map->region];
    add_line(out, map->vaddr, region->size, reach_perms_text(map->perms), region->name);
    if (reach_is_device(report->model, region)) {
        text_add(out, " (device at 0x%llx)", (ull)region->paddr);
    } else if (region->has_paddr) {
        text_add(out, " (at 0x%llx)", (ull)region->paddr);
    } else if (region->contiguous) {
        text_add(out, " (physically contiguous)");
    }
    if (region->prefill != NULL) {
        text_add(out, " (from %s, %llu bytes)", region->prefill, (ull)region->prefill_size);
    }
    text_add(out, "\n");
}

/* The program's segments, or where it begins as long as it was not read. */
static void add_program(struct text *out, const struct pd *pd)
{
    if (pd->elf == NULL) {
        text_add(out, "    %010llx..            rx   program %s\n", (ull)PN_PROGRAM_VADDR, pd->program);
        return;
    }
    for (size_t i = 0; i < pd->elf->segments.count; i++) {
        const struct elf_segment *segment = &pd->elf->segments.at[i];
        bool writable = (segment->rights & PN_WRITE) != 0, executable = (segment->rights & PN_EXEC) != 0;
        add_line(out, segment->vaddr, segment->size, executable ? "rx" : writable ? "rw" : "r", "program ");
        text_add(out, "%s\n", pd->program);
    }
}

static void add_domain(struct text *out, const struct report *report, const struct pd *pd)
{
    LIST(const struct map *) maps = {0};
    text_add(out, "  %s\n", pd->name);
    for (size_t i = 0; i < pd->maps.count; i++) {
        *LIST_PUSH(&maps) = &pd->maps.at[i];
    }
    if (maps.count > 1) {
        qsort(maps.at, maps.count, sizeof *maps.at, compare_maps);
    }
    add_program(out, pd);
    for (size_t i = 0; i < maps.count; i++) {
        add_map(out, report, maps.at[i]);
    }
    add_line(out, PN_STACK_TOP - pd->stack_size, pd->stack_size, "rw",
             "stack, unmapped pages below and above\n");
    add_line(out, PN_MSGBUF_VADDR, PN_PAGE_SIZE, "rw", "message buffer\n\n");
    free(maps.at);
}

void report_memory(struct text *out, const struct report *report)
{
    text_add(out, "Address spaces\n\n");
    for (size_t i = 0; i < report->model->pds.count; i++) {
        add_domain(out, report, &report->model->pds.at[i]);
    }
}

/* Who maps a region, with what rights. */
static void add_users(struct text *out, const struct report *report, size_t region)
{
    size_t count = 0;
    for (size_t i = 0; i < report->authority->regions.count; i++) {
        const struct reach_region *reach = &report->authority->regions.at[i];
        if (reach->region == region) {
            text_add(out, "%s%s (%s)", count == 0 ? "" : ", ", report->model->pds.at[reach->pd].name,
                     reach_perms_text(reach->perms));
            count++;
        }
    }
    text_add(out, count == 0 ? "nobody\n" : "\n");
}

void report_regions(struct text *out, const struct report *report)
{
    const struct system_model *model = report->model;
    if (model->regions.count == 0) {
        return;
    }
    text_add(out, "Memory regions\n\n  %-22s %10s %8s %12s  %s\n", "name", "bytes", "page", "physical",
             "mapped by");
    for (size_t i = 0; i < model->regions.count; i++) {
        const struct region *region = &model->regions.at[i];
        text_add(out, "  %-22s %10llu %8llu ", region->name, (ull)region->size, (ull)region->page_size);
        if (region->has_paddr || region->paddr != 0) {
            text_add(out, "0x%-10llx  ", (ull)region->paddr);
        } else {
            text_add(out, "%12s  ", "anywhere");
        }
        add_users(out, report, i);
    }
    text_add(out, "\n");
}

void report_usage(struct text *out, const struct report *report)
{
    const struct backend_usage *usage = report->usage;
    if (usage == NULL) {
        return;
    }
    text_add(out, "Memory in use, bytes\n\n  %-16s %9s %9s %9s %9s %9s %9s %6s\n", "domain", "code",
             "constants", "data", "stack", "regions", "tables", "slots");
    for (size_t i = 0; i < usage->pd_count && i < report->model->pds.count; i++) {
        const struct pd_usage *pd = &usage->pds[i];
        text_add(out, "  %-16s %9llu %9llu %9llu %9llu %9llu %9llu %6llu\n", report->model->pds.at[i].name,
                 (ull)pd->code, (ull)pd->rodata, (ull)pd->data, (ull)pd->stack, (ull)pd->regions,
                 (ull)pd->page_tables, (ull)pd->slots);
    }
    text_add(out, "\n  kernel %llu, initialiser %llu, pages of domains and regions %llu\n",
             (ull)usage->kernel, (ull)usage->initialiser, (ull)usage->frames);
    text_add(out, "  RAM in all %llu (0x%llx..0x%llx), image file %llu\n\n", (ull)usage->ram_total,
             (ull)usage->ram_base, (ull)usage->ram_end, (ull)usage->image_size);
}
