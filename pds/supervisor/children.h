/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The children as the product description has them.
 */
#ifndef SUPERVISOR_CHILDREN_H
#define SUPERVISOR_CHILDREN_H

#include "budget.h"
#include "policy.h"

/* Both have as many entries as there are children. */
extern const char *const children_name[];
extern const struct policy_rule children_rule[];

/* How a child's work is seen; counters NULL: it is not watched. */
struct children_progress {
    const volatile uint64_t *page; /* address of its metrics page */
    const char *counters;
    uint32_t deadline_ms;
};
extern const struct children_progress children_progress[];

/* Where a child leaves its last words. */
struct children_words {
    const volatile uint64_t *page; /* address of its share; NULL: nowhere */
    uint64_t size;                 /* of the share */
    bool secret;                   /* of its registers, only those that every report needs are told */
};
extern const struct children_words children_words[];
/* What shows that there is work for a child: a counter of another one. A child without any has always work.
 */
struct children_demand {
    unsigned child;
    const volatile uint64_t *page; /* NULL: the end of the list */
    const char *counter;
    bool waits; /* it is not zero while somebody waits; else it moves with each request */
};
extern const struct children_demand children_demand[];

/* What an exhausted budget of each child means. */
extern const struct budget_rule children_budget[];

extern const unsigned children_count;

#endif
