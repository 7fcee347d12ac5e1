/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and restart policies, from the generated header.
 */
#include "children.h"
#include <stddef.h>
#include "ports.h"

#define NAME_OF(id, name) [id] = #name,
#define RULE_OF(child, how, min_run, backoff, max_backoff, most, window, next, others) \
    [child] = {.disposition = POLICY_##how,                                            \
               .then = POLICY_##next,                                                  \
               .min_run_ms = (min_run),                                                \
               .backoff_ms = (backoff),                                                \
               .max_backoff_ms = (max_backoff),                                        \
               .limit = (most),                                                        \
               .window_s = (window),                                                   \
               .after = (others)},

const char *const children_name[] = {CHILDREN(NAME_OF)};
const struct policy_rule children_rule[] = {CHILD_RESTARTS(RULE_OF)};
const unsigned children_count = CHILD_COUNT;

#define PROGRESS_OF(child, name, names, deadline) \
    [child] = {.page = &progress_##name, .counters = (names), .deadline_ms = (deadline)},
const struct children_progress children_progress[CHILD_COUNT] = {CHILD_PROGRESS(PROGRESS_OF)};

#define WORDS_OF(child, name, bytes, hidden) \
    [child] = {.page = &last_words_##name, .size = (bytes), .secret = (hidden)},
const struct children_words children_words[CHILD_COUNT] = {CHILD_POSTMORTEM(WORDS_OF)};

#define BUDGET_OF(child, what, period, duration) \
    [child] = {.action = BUDGET_##what, .period_us = (period), .for_ms = (duration)},
const struct budget_rule children_budget[CHILD_COUNT] = {CHILD_BUDGETS(BUDGET_OF)};

#define DEMAND_MOVES false
#define DEMAND_WAITS true
#define DEMAND_OF(number, peer, name, kind) \
    {.child = (number), .page = &progress_##peer, .counter = (name), .waits = DEMAND_##kind},
const struct children_demand children_demand[] = {CHILD_DEMANDS(DEMAND_OF){.page = NULL}};

_Static_assert(sizeof children_rule / sizeof children_rule[0] == CHILD_COUNT, "every child has a policy");
_Static_assert(CHILD_COUNT <= POLICY_CHILDREN, "the policies have room for every child");
