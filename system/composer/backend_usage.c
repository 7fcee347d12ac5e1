/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting pages, objects and slots.
 */
#include "backend_usage.h"

#include <stdio.h>
#include <stdlib.h>

#include <postern/abi.h>

static uint64_t *kind_counter(struct pd_usage *usage, enum run_kind kind)
{
    switch (kind) {
    case RUN_CODE:
        return &usage->code;
    case RUN_DATA:
        return &usage->data;
    case RUN_STACK:
        return &usage->stack;
    case RUN_REGION:
        return &usage->regions;
    case RUN_RODATA:
    case RUN_TEMPLATE:
    default:
        return &usage->rodata;
    }
}

/* Count a run with each domain that maps it, once. */
static void count_run(struct backend_usage *usage, const struct run *run)
{
    for (size_t i = 0; i < run->maps.count; i++) {
        bool before = false;

        for (size_t k = 0; k < i; k++) {
            before = before || run->maps.at[k].pd == run->maps.at[i].pd;
        }
        if (!before) {
            *kind_counter(&usage->pds[run->maps.at[i].pd], run->kind) += run_size(run);
        }
    }
    usage->frames += run_size(run);
}

static void *room(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);

    if (memory == NULL) {
        (void)fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static unsigned perms_of(unsigned rights)
{
    return ((rights & PN_READ) != 0 ? (unsigned)MAP_READ : 0) |
           ((rights & PN_WRITE) != 0 ? (unsigned)MAP_WRITE : 0) |
           ((rights & PN_EXEC) != 0 ? (unsigned)MAP_EXEC : 0);
}

static void place_run(struct placed_run *placed, const struct system_model *model, const struct run *run)
{
    static const char *const kind[] = {
        [RUN_CODE] = "code",         [RUN_RODATA] = "rodata", [RUN_DATA] = "data",
        [RUN_TEMPLATE] = "template", [RUN_STACK] = "stack",   [RUN_REGION] = "region",
    };

    *placed = (struct placed_run){.kind = kind[run->kind],
                                  .paddr = run->paddr,
                                  .size = run_size(run),
                                  .device = run->device,
                                  .map_count = run->maps.count};
    placed->name =
        run->kind == RUN_REGION ? model->regions.at[run->owner].name : model->pds.at[run->owner].name;
    placed->maps = room(run->maps.count, sizeof placed->maps[0]);
    for (size_t i = 0; i < run->maps.count; i++) {
        const struct run_map *map = &run->maps.at[i];

        placed->maps[i] = (struct placed_map){model->pds.at[map->pd].name, map->vaddr, perms_of(map->rights)};
    }
}

void backend_usage_fill(struct backend_usage *usage, const struct system_model *model,
                        const struct layout *layout, const struct capdist *dist, size_t image_size)
{
    *usage = (struct backend_usage){.pd_count = model->pds.count, .image_size = image_size};
    usage->pds = room(model->pds.count, sizeof usage->pds[0]);
    usage->runs = room(layout->runs.count, sizeof usage->runs[0]);
    usage->run_count = layout->runs.count;
    for (size_t i = 0; i < layout->runs.count; i++) {
        place_run(&usage->runs[i], model, &layout->runs.at[i]);
        if (!layout->runs.at[i].device) {
            count_run(usage, &layout->runs.at[i]);
        }
    }
    for (size_t i = 0; i < dist->domains.count; i++) {
        usage->pds[i].page_tables = (dist->domains.at[i].page_tables + UINT64_C(1)) * PN_PAGE_SIZE;
        usage->pds[i].slots = dist->domains.at[i].slots;
    }
    usage->kernel = layout->kernel_size;
    for (size_t i = 0; i < layout->root_count; i++) {
        usage->initialiser += layout->root[i].size;
    }
    usage->ram_base = layout->ram_base;
    usage->ram_end = layout->ram_end;
    usage->ram_total = layout->ram_end - layout->ram_base;
    for (unsigned type = 0; type < sizeof usage->objects / sizeof usage->objects[0]; type++) {
        usage->objects[type] = capdist_objects(dist, type);
    }
    usage->irqs = dist->irqs.count;
    usage->slots = capdist_slots(dist);
}

void backend_usage_free(struct backend_usage *usage)
{
    for (size_t i = 0; i < usage->run_count; i++) {
        free(usage->runs[i].maps);
    }
    free(usage->runs);
    free(usage->pds);
    *usage = (struct backend_usage){0};
}
