/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Authority as sorted lists of facts: from the model, and compared.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "check_image_parts.h"

void authority_add_region(struct authority *authority, size_t pd, size_t region, unsigned perms)
{
    for (size_t i = 0; i < authority->regions.count; i++) {
        struct reach_region *fact = &authority->regions.at[i];

        if (fact->pd == pd && fact->region == region) {
            fact->perms |= perms;
            return;
        }
    }
    *LIST_PUSH(&authority->regions) = (struct reach_region){pd, region, perms};
}

void authority_add_pd(struct authority *authority, size_t from, size_t to, unsigned kinds)
{
    for (size_t i = 0; i < authority->pds.count; i++) {
        struct reach_pd *fact = &authority->pds.at[i];

        if (fact->from == from && fact->to == to) {
            fact->kinds |= kinds;
            return;
        }
    }
    *LIST_PUSH(&authority->pds) = (struct reach_pd){from, to, kinds};
}

void authority_add_irq(struct authority *authority, size_t pd, uint64_t number)
{
    *LIST_PUSH(&authority->irqs) = (struct reach_irq){pd, number};
}

static int order(size_t a1, size_t b1, uint64_t a2, uint64_t b2)
{
    if (a1 != b1) {
        return a1 < b1 ? -1 : 1;
    }
    return a2 < b2 ? -1 : a2 > b2;
}

static int by_region(const void *a, const void *b)
{
    const struct reach_region *x = a;
    const struct reach_region *y = b;

    return order(x->pd, y->pd, x->region, y->region);
}

static int by_pd(const void *a, const void *b)
{
    const struct reach_pd *x = a;
    const struct reach_pd *y = b;

    return order(x->from, y->from, x->to, y->to);
}

static int by_irq(const void *a, const void *b)
{
    const struct reach_irq *x = a;
    const struct reach_irq *y = b;

    return order(x->pd, y->pd, x->number, y->number);
}

static void sort(void *at, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 1) {
        qsort(at, count, size, compare);
    }
}

void authority_sort(struct authority *authority)
{
    sort(authority->regions.at, authority->regions.count, sizeof(struct reach_region), by_region);
    sort(authority->pds.at, authority->pds.count, sizeof(struct reach_pd), by_pd);
    sort(authority->irqs.at, authority->irqs.count, sizeof(struct reach_irq), by_irq);
}

static void add_pd_facts(struct authority *authority, const struct system_model *model, size_t index)
{
    const struct pd *pd = &model->pds.at[index];

    for (size_t i = 0; i < pd->maps.count; i++) {
        if (pd->maps.at[i].perms != 0) {
            authority_add_region(authority, index, pd->maps.at[i].region, pd->maps.at[i].perms);
        }
    }
    for (size_t i = 0; i < pd->irqs.count; i++) {
        authority_add_irq(authority, index, pd->irqs.at[i].number);
    }
    for (size_t i = 0; i < pd->user_caps.count; i++) {
        authority_add_pd(authority, index, pd->user_caps.at[i].pd,
                         pd->user_caps.at[i].kind == USER_CAP_TCB ? REACH_CONTROL : REACH_OTHER);
    }
    if (pd->parent != NO_INDEX) {
        authority_add_pd(authority, pd->parent, index, REACH_CONTROL);
        authority_add_pd(authority, index, pd->parent, REACH_FAULT);
    }
}

void authority_of_model(struct authority *authority, const struct system_model *model)
{
    for (size_t i = 0; i < model->pds.count; i++) {
        add_pd_facts(authority, model, i);
    }
    for (size_t i = 0; i < model->channels.count; i++) {
        for (unsigned side = 0; side < 2; side++) {
            const struct channel_end *from = &model->channels.at[i].end[side];
            const struct channel_end *to = &model->channels.at[i].end[1 - side];
            unsigned kinds = (from->notify ? REACH_NOTIFY : 0u) | (from->pp ? REACH_CALL : 0u);

            if (kinds != 0) {
                authority_add_pd(authority, from->pd, to->pd, kinds);
            }
        }
    }
}

static const char *name_of(const struct checker *checker, size_t pd)
{
    return checker->model->pds.at[pd].name;
}

static bool compare_regions(const struct checker *checker, const struct authority *a,
                            const struct authority *b, const char *side)
{
    bool good = true;

    for (size_t i = 0; i < a->regions.count; i++) {
        const struct reach_region *fact = &a->regions.at[i];
        const struct reach_region *same =
            b->regions.count == 0 ? NULL
                                  : bsearch(fact, b->regions.at, b->regions.count, sizeof *fact, by_region);

        if (same == NULL || (fact->perms & ~same->perms) != 0) {
            checker_error(checker, "'%s' reaches region '%s' (rights %u) only in the %s",
                          name_of(checker, fact->pd), checker->model->regions.at[fact->region].name,
                          fact->perms, side);
            good = false;
        }
    }
    return good;
}

static bool compare_pds(const struct checker *checker, const struct authority *a, const struct authority *b,
                        const char *side)
{
    bool good = true;

    for (size_t i = 0; i < a->pds.count; i++) {
        const struct reach_pd *fact = &a->pds.at[i];
        const struct reach_pd *same =
            b->pds.count == 0 ? NULL : bsearch(fact, b->pds.at, b->pds.count, sizeof *fact, by_pd);

        if (same == NULL || (fact->kinds & ~same->kinds) != 0) {
            checker_error(checker, "'%s' reaches '%s' (ways %u) only in the %s", name_of(checker, fact->from),
                          name_of(checker, fact->to), fact->kinds, side);
            good = false;
        }
    }
    return good;
}

static bool compare_irqs(const struct checker *checker, const struct authority *a, const struct authority *b,
                         const char *side)
{
    bool good = true;

    for (size_t i = 0; i < a->irqs.count; i++) {
        const struct reach_irq *fact = &a->irqs.at[i];

        if (b->irqs.count == 0 || bsearch(fact, b->irqs.at, b->irqs.count, sizeof *fact, by_irq) == NULL) {
            checker_error(checker, "'%s' has interrupt %" PRIu64 " only in the %s",
                          name_of(checker, fact->pd), fact->number, side);
            good = false;
        }
    }
    return good;
}

bool authority_compare(const struct checker *checker, const struct authority *expected)
{
    const struct authority *granted = &checker->granted;
    bool good = compare_regions(checker, granted, expected, "image");

    good = compare_regions(checker, expected, granted, "description") && good;
    good = compare_pds(checker, granted, expected, "image") && good;
    good = compare_pds(checker, expected, granted, "description") && good;
    good = compare_irqs(checker, granted, expected, "image") && good;
    return compare_irqs(checker, expected, granted, "description") && good;
}

void backend_authority_free(struct authority *authority)
{
    free(authority->regions.at);
    free(authority->pds.at);
    free(authority->irqs.at);
    *authority = (struct authority){0};
}
