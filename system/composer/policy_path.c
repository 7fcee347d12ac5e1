/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <no_path>: the graph of data flows. What counts as a flow (docs/composer.md gives the reasons):
 *  - a region that one domain may write and another may read or execute, except a ring's consumer half, which
 * carries indices only and is checked by its reader;
 *  - a call, forwards with the request and backwards with the reply; but a server is not a relay between its
 * clients: what came in as a request does not go out as the reply to somebody else. Signals carry no data; a
 * parent's control over its children belongs to the trusted base.
 */
#include <stdlib.h>
#include <string.h>

#include "policy.h"

/* A node is a domain and whether it was entered by a request: 2 * pd + entered. */
struct search {
    const struct policy *policy;
    const struct policy_set *except;
    size_t *previous; /* of each node: the node before it, NO_INDEX: not reached, itself: a start */
    const char **by;  /* what leads to the node */
    LIST(size_t) queue;
};

static void visit(struct search *search, size_t from, size_t to, const char *by)
{
    if (search->previous[to] == NO_INDEX && !policy_contains(search->except, to / 2)) {
        search->previous[to] = from;
        search->by[to] = by;
        *LIST_PUSH(&search->queue) = to;
    }
}

static bool carries_data(const char *region)
{
    size_t length = strlen(region);
    return length < 5 || strcmp(region + length - 5, ".cons") != 0;
}

static void follow_memory(struct search *search, size_t node)
{
    const struct authority *authority = search->policy->authority;
    for (size_t i = 0; i < authority->regions.count; i++) {
        const struct reach_region *out = &authority->regions.at[i];
        const char *name = search->policy->model->regions.at[out->region].name;
        if (out->pd != node / 2 || (out->perms & MAP_WRITE) == 0 || !carries_data(name)) {
            continue;
        }
        for (size_t j = 0; j < authority->regions.count; j++) {
            const struct reach_region *in = &authority->regions.at[j];
            if (in->region == out->region && in->pd != out->pd && (in->perms & (MAP_READ | MAP_EXEC)) != 0) {
                visit(search, node, in->pd * 2, name);
            }
        }
    }
}

static void follow_calls(struct search *search, size_t node)
{
    const struct authority *authority = search->policy->authority;
    bool entered_by_request = node % 2 == 1;
    for (size_t i = 0; i < authority->pds.count; i++) {
        const struct reach_pd *call = &authority->pds.at[i];
        if ((call->kinds & REACH_CALL) == 0) {
            continue;
        }
        if (call->from == node / 2) {
            visit(search, node, call->to * 2 + 1, "call");
        } else if (call->to == node / 2 && !entered_by_request) {
            visit(search, node, call->from * 2, "reply");
        }
    }
}

static const char *path_text(const struct search *search, size_t node)
{
    struct arena *arena = &search->policy->diag->arena;
    const char *text = search->policy->model->pds.at[node / 2].name;
    while (search->previous[node] != node) {
        size_t before = search->previous[node];
        text = arena_print(arena, "%s -[%s]-> %s", search->policy->model->pds.at[before / 2].name,
                           search->by[node], text);
        node = before;
    }
    return text;
}

static void search_from(struct search *search, size_t start)
{
    size_t nodes = search->policy->model->pds.count * 2;
    for (size_t i = 0; i < nodes; i++) {
        search->previous[i] = NO_INDEX;
    }
    search->queue.count = 0;
    search->previous[start * 2] = start * 2;
    *LIST_PUSH(&search->queue) = start * 2;
    for (size_t i = 0; i < search->queue.count; i++) {
        follow_memory(search, search->queue.at[i]);
        follow_calls(search, search->queue.at[i]);
    }
}

static void report(const struct search *search, const struct element *rule, size_t start, size_t target)
{
    size_t node = search->previous[target * 2] != NO_INDEX ? target * 2 : target * 2 + 1;
    if (search->previous[node] == NO_INDEX || start == target) {
        return;
    }
    const struct policy *policy = search->policy;
    diag_error(policy->diag, "policy-no-path", rule->place, "data can flow from '%s' to '%s': %s%s",
               policy->model->pds.at[start].name, policy->model->pds.at[target].name, path_text(search, node),
               policy->where);
}

void policy_no_path(const struct policy *policy, const struct element *rule)
{
    struct policy_set from = {0}, to = {0}, except = {0};
    size_t before = policy->diag->errors;
    policy_components(policy, rule, "from", &from);
    policy_components(policy, rule, "to", &to);
    policy_components(policy, rule, "except", &except);
    size_t nodes = policy->model->pds.count * 2;
    struct search search = {.policy = policy, .except = &except};
    search.previous = arena_room(&policy->diag->arena, nodes * sizeof *search.previous);
    search.by = arena_room(&policy->diag->arena, nodes * sizeof *search.by);
    bool understood = policy->diag->errors == before;
    for (size_t i = 0; understood && i < from.members.count; i++) {
        search_from(&search, from.members.at[i]);
        for (size_t j = 0; j < to.members.count; j++) {
            report(&search, rule, from.members.at[i], to.members.at[j]);
        }
    }
    free(search.queue.at);
    policy_set_free(&from);
    policy_set_free(&to);
    policy_set_free(&except);
}
