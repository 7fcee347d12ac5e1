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

void backend_usage_fill(struct backend_usage *usage, const struct system_model *model,
                        const struct layout *layout, const struct capdist *dist, size_t image_size)
{
    *usage = (struct backend_usage){.pd_count = model->pds.count, .image_size = image_size};
    usage->pds = calloc(model->pds.count + 1, sizeof usage->pds[0]);
    if (usage->pds == NULL) {
        (void)fputs("out of memory\n", stderr);
        exit(1);
    }
    for (size_t i = 0; i < layout->runs.count; i++) {
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
    free(usage->pds);
    *usage = (struct backend_usage){0};
}
