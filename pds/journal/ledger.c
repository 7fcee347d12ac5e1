/* SPDX-License-Identifier: BSD-2-Clause */
/* A sorted table of ranges. */
#include "ledger.h"
#include <string.h>

static uint64_t span(const struct loss_range *r)
{
    return r->last - r->first + 1;
}

static void remove_at(struct ledger *l, uint32_t i)
{
    l->count--;
    memmove(&l->range[i], &l->range[i + 1], (l->count - i) * sizeof l->range[0]);
}

/* Range i takes over range i + 1 and what lies between them. */
static void join(struct ledger *l, uint32_t i)
{
    struct loss_range *r = &l->range[i];
    const struct loss_range *next = &l->range[i + 1];
    r->last = next->last;
    r->missing += next->missing;
    if (r->cause != next->cause) {
        r->cause = LOSS_SEVERAL;
    }
    remove_at(l, i + 1);
}

/* Neighbours whose joining says least that is new: of one cause if there are any, with the smallest gap. */
static uint32_t least_loss(const struct ledger *l)
{
    uint32_t best = 0;
    bool best_same = false;
    uint64_t best_gap = UINT64_MAX;
    for (uint32_t i = 0; i + 1 < l->count; i++) {
        bool same = l->range[i].cause == l->range[i + 1].cause;
        uint64_t gap = l->range[i + 1].first - l->range[i].last;
        if ((same && !best_same) || (same == best_same && gap < best_gap)) {
            best = i;
            best_same = same;
            best_gap = gap;
        }
    }
    return best;
}

/* Join ranges i and i + 1 if they touch, are whole, and of one cause. */
static void join_if_one(struct ledger *l, uint32_t i)
{
    if (i + 1 >= l->count) {
        return;
    }
    const struct loss_range *r = &l->range[i];
    const struct loss_range *next = &l->range[i + 1];
    bool whole = r->missing == span(r) && next->missing == span(next);
    if (whole && r->cause == next->cause && r->last + 1 == next->first) {
        join(l, i);
    }
}

static void insert(struct ledger *l, uint64_t first, uint64_t last, enum loss_cause cause)
{
    uint32_t i = 0;
    l->total[cause] += last - first + 1;
    if (l->count == LEDGER_RANGES) {
        join(l, least_loss(l));
    }
    while (i < l->count && l->range[i].first < first) {
        i++;
    }
    if (i > 0 && l->range[i - 1].last >= first) { /* inside a range that was joined */
        struct loss_range *r = &l->range[i - 1];
        uint64_t room = span(r) - r->missing;
        r->missing += last - first + 1 < room ? last - first + 1 : room;
        r->cause = r->cause == cause ? (uint8_t)cause : LOSS_SEVERAL;
        return;
    }
    memmove(&l->range[i + 1], &l->range[i], (l->count - i) * sizeof l->range[0]);
    l->range[i] = (struct loss_range){first, last, last - first + 1, (uint8_t)cause};
    l->count++;
    join_if_one(l, i);
    if (i > 0) {
        join_if_one(l, i - 1);
    }
}

/* The first range that ends at `number` or later. */
static const struct loss_range *range_from(const struct ledger *l, uint64_t number)
{
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->range[i].last >= number) {
            return &l->range[i];
        }
    }
    return NULL;
}

void ledger_add(struct ledger *l, uint64_t first, uint64_t last, enum loss_cause cause)
{
    for (uint32_t turns = 0; first <= last && turns <= 2 * LEDGER_RANGES; turns++) {
        const struct loss_range *r = range_from(l, first);
        if (r != NULL && r->first <= first && r->missing == span(r)) {
            first = r->last + 1;
            continue;
        }
        uint64_t limit = last;
        if (r != NULL && r->first > first && r->first <= last) {
            limit = r->first - 1;
        } else if (r != NULL && r->first <= first && r->last < last) {
            limit = r->last;
        }
        insert(l, first, limit, cause);
        first = limit + 1;
    }
}

void ledger_add_sparse(struct ledger *l, uint64_t number, enum loss_cause cause)
{
    struct loss_range *r = l->count != 0 ? &l->range[l->count - 1] : NULL;
    if (r == NULL || r->cause != cause || r->last >= number) {
        ledger_add(l, number, number, cause);
        return;
    }
    l->total[cause]++;
    r->last = number;
    r->missing++;
}

/* The part of range i from `first` on, with `late` missing numbers, becomes a range of its own. */
static void split(struct ledger *l, uint32_t i, uint64_t first, uint64_t late)
{
    struct loss_range *r = &l->range[i];
    uint64_t here = first - r->first, there = r->last - first + 1;
    uint64_t moved = late < r->missing ? late : r->missing - 1;
    moved = moved < there ? moved : there;
    moved = r->missing - moved > here ? r->missing - here : moved;
    if (moved == 0) {
        r->last = first - 1;
        return;
    }
    memmove(&l->range[i + 2], &l->range[i + 1], (l->count - i - 1) * sizeof *r);
    l->range[i + 1] = (struct loss_range){first, r->last, moved, r->cause};
    l->count++;
    r->last = first - 1;
    r->missing -= moved;
}

void ledger_shift(struct ledger *l, uint64_t first, uint64_t by, const uint64_t late[LOSS_CAUSES])
{
    if (l->count == LEDGER_RANGES) {
        join(l, least_loss(l));
    }
    for (uint32_t i = 0; i < l->count; i++) {
        struct loss_range *r = &l->range[i];
        if (r->first < first && r->last >= first) {
            split(l, i, first, late[r->cause]);
        } else if (r->first >= first) {
            r->first += by;
            r->last += by;
        }
    }
}

bool ledger_has(const struct ledger *l, uint64_t number)
{
    const struct loss_range *r = range_from(l, number);
    return r != NULL && r->first <= number && r->missing == span(r);
}

uint64_t ledger_sum(const struct ledger *l)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < LOSS_CAUSES; i++) {
        sum += l->total[i];
    }
    return sum;
}

bool ledger_valid(const struct ledger *l)
{
    if (l->count > LEDGER_RANGES) {
        return false;
    }
    for (uint32_t i = 0; i < l->count; i++) {
        const struct loss_range *r = &l->range[i];
        if (r->first == 0 || r->last < r->first || r->missing == 0 || r->missing > span(r) ||
            r->cause >= LOSS_CAUSES || (i > 0 && l->range[i - 1].last >= r->first)) {
            return false;
        }
    }
    return true;
}
