/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sv39: the root covers everything, a middle table 1 GiB, a leaf table 2 MiB (not needed by 2 MiB pages).
 */
#include "capdist_space.h"

#include <stdlib.h>

#define MIDDLE_BITS 30
#define LEAF_BITS   21

typedef LIST(uint64_t) numbers;

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void add_range(numbers *list, uint64_t start, uint64_t end, unsigned bits)
{
    for (uint64_t n = start >> bits; n <= (end - 1) >> bits; n++) {
        if (list->count == 0 || list->at[list->count - 1] != n) {
            *LIST_PUSH(list) = n;
        }
    }
}

static void emit(struct capdist *dist, size_t pd, numbers *list, unsigned bits)
{
    struct capdist_domain *domain = &dist->domains.at[pd];

    qsort(list->at, list->count, sizeof list->at[0], by_number);
    for (size_t i = 0; i < list->count; i++) {
        if (i != 0 && list->at[i] == list->at[i - 1]) {
            continue;
        }
        *LIST_PUSH(&dist->tables) = (struct capdist_page_table){list->at[i] << bits, domain->vspace, {0}};
        domain->page_tables++;
    }
    free(list->at);
}

static void add_space(struct capdist *dist, const struct layout *layout, size_t pd)
{
    numbers middle = {0};
    numbers leaf = {0};

    add_range(&middle, PN_MSGBUF_VADDR, PN_MSGBUF_VADDR + PN_PAGE_SIZE, MIDDLE_BITS);
    add_range(&leaf, PN_MSGBUF_VADDR, PN_MSGBUF_VADDR + PN_PAGE_SIZE, LEAF_BITS);
    for (size_t i = 0; i < layout->runs.count; i++) {
        const struct run *run = &layout->runs.at[i];

        for (size_t m = 0; m < run->maps.count; m++) {
            uint64_t start = run->maps.at[m].vaddr;

            if (run->maps.at[m].pd != pd) {
                continue;
            }
            add_range(&middle, start, start + run_size(run), MIDDLE_BITS);
            if (run->bits == PN_PAGE_BITS) {
                add_range(&leaf, start, start + run_size(run), LEAF_BITS);
            }
        }
    }
    emit(dist, pd, &middle, MIDDLE_BITS);
    emit(dist, pd, &leaf, LEAF_BITS);
}

void capdist_add_page_tables(struct capdist *dist, const struct layout *layout)
{
    for (size_t i = 0; i < dist->domains.count; i++) {
        add_space(dist, layout, i);
    }
}
