/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Authority of a model: maps, channels, parents, interrupts, <cspace>.
 */
#include "reach.h"

#include <stdlib.h>

static void add_region(struct authority *authority, size_t pd, size_t region, unsigned perms)
{
    for (size_t i = 0; i < authority->regions.count; i++) {
        struct reach_region *known = &authority->regions.at[i];
        if (known->pd == pd && known->region == region) {
            known->perms |= perms;
            return;
        }
    }
    *LIST_PUSH(&authority->regions) = (struct reach_region){pd, region, perms};
}

static void add_pd(struct authority *authority, size_t from, size_t to, unsigned kinds)
{
    for (size_t i = 0; i < authority->pds.count; i++) {
        struct reach_pd *known = &authority->pds.at[i];
        if (known->from == from && known->to == to) {
            known->kinds |= kinds;
            return;
        }
    }
    *LIST_PUSH(&authority->pds) = (struct reach_pd){from, to, kinds};
}

static void add_channels(struct authority *authority, const struct system_model *model)
{
    for (size_t i = 0; i < model->channels.count; i++) {
        const struct channel_end *end = model->channels.at[i].end;
        for (size_t j = 0; j < 2; j++) {
            unsigned kinds = (end[j].notify ? REACH_NOTIFY : 0u) | (end[j].pp ? REACH_CALL : 0u);
            if (kinds != 0) {
                add_pd(authority, end[j].pd, end[1 - j].pd, kinds);
            }
        }
    }
}

static int compare_index(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_regions(const void *left, const void *right)
{
    const struct reach_region *a = left, *b = right;
    int pds = compare_index(a->pd, b->pd);
    return pds != 0 ? pds : compare_index(a->region, b->region);
}

static int compare_pds(const void *left, const void *right)
{
    const struct reach_pd *a = left, *b = right;
    int from = compare_index(a->from, b->from);
    return from != 0 ? from : compare_index(a->to, b->to);
}

static int compare_irqs(const void *left, const void *right)
{
    const struct reach_irq *a = left, *b = right;
    int pds = compare_index(a->pd, b->pd);
    return pds != 0 ? pds : a->number < b->number ? -1 : a->number > b->number;
}

static void sort(void *at, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1) {
        qsort(at, count, size, compare);
    }
}

void reach_compute(struct authority *authority, const struct system_model *model)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        const struct pd *pd = &model->pds.at[i];
        for (size_t j = 0; j < pd->maps.count; j++) {
            if (pd->maps.at[j].perms != 0) {
                add_region(authority, i, pd->maps.at[j].region, pd->maps.at[j].perms);
            }
        }
        for (size_t j = 0; j < pd->irqs.count; j++) {
            *LIST_PUSH(&authority->irqs) = (struct reach_irq){i, pd->irqs.at[j].number};
        }
        for (size_t j = 0; j < pd->user_caps.count; j++) {
            const struct user_cap *cap = &pd->user_caps.at[j];
            add_pd(authority, i, cap->pd, cap->kind == USER_CAP_TCB ? REACH_CONTROL : REACH_OTHER);
        }
        if (pd->parent != NO_INDEX) {
            add_pd(authority, pd->parent, i, REACH_CONTROL);
            add_pd(authority, i, pd->parent, REACH_FAULT);
        }
    }
    add_channels(authority, model);
    sort(authority->regions.at, authority->regions.count, sizeof *authority->regions.at, compare_regions);
    sort(authority->pds.at, authority->pds.count, sizeof *authority->pds.at, compare_pds);
    sort(authority->irqs.at, authority->irqs.count, sizeof *authority->irqs.at, compare_irqs);
}

void reach_free(struct authority *authority)
{
    free(authority->regions.at);
    free(authority->pds.at);
    free(authority->irqs.at);
    *authority = (struct authority){0};
}

unsigned reach_perms(const struct authority *authority, size_t pd, size_t region)
{
    for (size_t i = 0; i < authority->regions.count; i++) {
        if (authority->regions.at[i].pd == pd && authority->regions.at[i].region == region) {
            return authority->regions.at[i].perms;
        }
    }
    return 0;
}

unsigned reach_kinds(const struct authority *authority, size_t from, size_t to)
{
    for (size_t i = 0; i < authority->pds.count; i++) {
        if (authority->pds.at[i].from == from && authority->pds.at[i].to == to) {
            return authority->pds.at[i].kinds;
        }
    }
    return 0;
}

bool reach_is_device(const struct system_model *model, const struct region *region)
{
    const struct board *board = &model->board;
    return region->has_paddr &&
           (region->paddr < board->ram_base || region->paddr - board->ram_base >= board->ram_size);
}

const char *reach_perms_text(unsigned perms)
{
    static const char *const texts[] = {"-", "r", "w", "rw", "x", "rx", "wx", "rwx"};
    return texts[perms & 7];
}
