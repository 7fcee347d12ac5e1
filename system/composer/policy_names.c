/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the names in a policy rule stand for.
 */
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "shape.h"

bool policy_contains(const struct policy_set *set, size_t member)
{
    for (size_t i = 0; i < set->members.count; i++) {
        if (set->members.at[i] == member) {
            return true;
        }
    }
    return false;
}

static void add_member(struct policy_set *set, size_t member)
{
    if (!policy_contains(set, member)) {
        *LIST_PUSH(&set->members) = member;
    }
}

void policy_set_free(struct policy_set *set)
{
    free(set->members.at);
    *set = (struct policy_set){0};
}

static size_t find_pd(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->model->pds.count; i++) {
        if (strcmp(policy->model->pds.at[i].name, name) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

void policy_components(const struct policy *policy, const struct element *rule, const char *attribute,
                       struct policy_set *set)
{
    struct name_list list = {0};
    shape_names(&policy->diag->arena, element_text(rule, attribute, ""), &list);
    for (size_t i = 0; i < list.names.count; i++) {
        size_t pd = find_pd(policy, list.names.at[i]);
        if (pd != NO_INDEX) {
            add_member(set, pd);
            continue;
        }
        diag_error(policy->diag, "policy-name", element_place(rule, attribute, rule->place),
                   "no component is called '%s'", list.names.at[i]);
        product_suggest(policy->product, policy->diag, list.names.at[i]);
    }
    free(list.names.at);
}

/* Last part of a config's region name, "config.COMPONENT.NAME", or NULL. */
static const char *config_name(const char *region)
{
    if (strncmp(region, "config.", 7) != 0) {
        return NULL;
    }
    const char *dot = strchr(region + 7, '.');
    return dot == NULL ? NULL : dot + 1;
}

static size_t configs_called(const struct policy *policy, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < policy->model->regions.count; i++) {
        const char *config = config_name(policy->model->regions.at[i].name);
        count += config != NULL && strcmp(config, name) == 0 ? 1 : 0;
    }
    return count;
}

/* A name covers the region of that name, its parts ("log" covers "log.net.prod"), and a config of that name.
 */
static bool covers(const char *name, const char *region)
{
    size_t length = strlen(name);
    bool part = strncmp(region, name, length) == 0 && (region[length] == '\0' || region[length] == '.');
    const char *config = config_name(region);
    return part || (config != NULL && strcmp(config, name) == 0);
}

static void report_unknown(const struct policy *policy, struct place place, const char *name)
{
    LIST(const char *) known = {0};
    for (size_t i = 0; i < policy->product->connections.count; i++) {
        *LIST_PUSH(&known) = policy->product->connections.at[i].name;
    }
    for (size_t i = 0; i < policy->model->regions.count; i++) {
        const char *config = config_name(policy->model->regions.at[i].name);
        *LIST_PUSH(&known) = config != NULL ? config : policy->model->regions.at[i].name;
    }
    diag_error(policy->diag, "policy-name", place, "no ring, share, config or region is called '%s'", name);
    diag_suggest(policy->diag, name, known.at, known.count);
    free(known.at);
}

void policy_regions(const struct policy *policy, const struct element *rule, const char *attribute,
                    struct policy_set *set)
{
    struct name_list list = {0};
    struct place place = element_place(rule, attribute, rule->place);
    shape_names(&policy->diag->arena, element_text(rule, attribute, ""), &list);
    for (size_t i = 0; i < list.names.count; i++) {
        const char *name = list.names.at[i];
        bool found = false;
        for (size_t j = 0; j < policy->model->regions.count; j++) {
            if (covers(name, policy->model->regions.at[j].name)) {
                add_member(set, j);
                found = true;
            }
        }
        if (!found) {
            report_unknown(policy, place, name);
        } else if (configs_called(policy, name) > 1) {
            diag_error(policy->diag, "policy-name", place, "more than one component has a config called '%s'",
                       name);
            diag_hint(policy->diag, "write config.COMPONENT.%s", name);
        }
    }
    free(list.names.at);
}
