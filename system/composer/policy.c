/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checking the rules <only>, <never>, <devices> and <exclusive>.
 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "shape.h"

static const char *pd_name(const struct policy *policy, size_t pd)
{
    return policy->model->pds.at[pd].name;
}

/* Report one access that a rule forbids. */
static void forbid(const struct policy *policy, const char *id, const struct element *rule,
                   const struct reach_region *reach)
{
    diag_error(policy->diag, id, rule->place, "'%s' maps '%s' (%s)%s", pd_name(policy, reach->pd),
               policy->model->regions.at[reach->region].name, reach_perms_text(reach->perms), policy->where);
}

static void check_reach(const struct policy *policy, const struct element *rule, const char *id,
                        bool listed_may)
{
    struct policy_set components = {0}, regions = {0};
    size_t before = policy->diag->errors;
    policy_components(policy, rule, "component", &components);
    policy_regions(policy, rule, "reaches", &regions);
    bool understood = policy->diag->errors == before;
    for (size_t i = 0; understood && i < policy->authority->regions.count; i++) {
        const struct reach_region *reach = &policy->authority->regions.at[i];
        bool listed = policy_contains(&components, reach->pd);
        if (policy_contains(&regions, reach->region) && listed != listed_may) {
            forbid(policy, id, rule, reach);
        }
    }
    policy_set_free(&components);
    policy_set_free(&regions);
}

static void check_only(const struct policy *policy, const struct element *rule)
{
    check_reach(policy, rule, "policy-only", true);
}

static void check_never(const struct policy *policy, const struct element *rule)
{
    check_reach(policy, rule, "policy-never", false);
}

static bool is_driver(const struct policy *policy, size_t pd)
{
    size_t component = product_find(policy->product, pd_name(policy, pd));
    return component != NO_INDEX && policy->product->components.at[component].driver;
}

/* Memory whose physical address a program learns is DMA memory: it takes a driver to be trusted with that. */
static void check_devices(const struct policy *policy, const struct element *rule)
{
    for (size_t i = 0; i < policy->authority->regions.count; i++) {
        const struct reach_region *reach = &policy->authority->regions.at[i];
        const struct region *region = &policy->model->regions.at[reach->region];
        bool device = reach_is_device(policy->model, region) || region->contiguous;
        if (device && !is_driver(policy, reach->pd)) {
            forbid(policy, "policy-devices", rule, reach);
            diag_hint(policy->diag, "kind=\"driver\" makes a component a driver");
        }
    }
    for (size_t i = 0; i < policy->authority->irqs.count; i++) {
        const struct reach_irq *irq = &policy->authority->irqs.at[i];
        if (!is_driver(policy, irq->pd)) {
            diag_error(policy->diag, "policy-devices", rule->place, "'%s' receives interrupt %llu%s",
                       pd_name(policy, irq->pd), (unsigned long long)irq->number, policy->where);
        }
    }
}

/* The first domain that maps a region, or NO_INDEX. */
static size_t first_owner(const struct authority *authority, size_t region)
{
    for (size_t i = 0; i < authority->regions.count; i++) {
        if (authority->regions.at[i].region == region) {
            return authority->regions.at[i].pd;
        }
    }
    return NO_INDEX;
}

/* Does a blank-separated list name a device, whose region is dev.NAME or dma.NAME? "all" names every one. */
static bool lists_device(const struct name_list *list, const char *region)
{
    if (strncmp(region, "dev.", 4) != 0 && strncmp(region, "dma.", 4) != 0) {
        return false;
    }
    for (size_t i = 0; i < list->names.count; i++) {
        if (strcmp(list->names.at[i], "all") == 0 || strcmp(list->names.at[i], region + 4) == 0) {
            return true;
        }
    }
    return false;
}

static void check_exclusive(const struct policy *policy, const struct element *rule)
{
    struct name_list list = {0};
    shape_names(&policy->diag->arena, element_text(rule, "devices", ""), &list);
    for (size_t i = 0; i < policy->authority->regions.count; i++) {
        const struct reach_region *reach = &policy->authority->regions.at[i];
        const struct region *region = &policy->model->regions.at[reach->region];
        size_t owner = first_owner(policy->authority, reach->region);
        if (owner != reach->pd && lists_device(&list, region->name)) {
            diag_error(policy->diag, "policy-exclusive", rule->place, "'%s' and '%s' both map '%s'%s",
                       pd_name(policy, owner), pd_name(policy, reach->pd), region->name, policy->where);
        }
    }
    for (size_t i = 0; i < list.names.count; i++) {
        const char *name = arena_print(&policy->diag->arena, "dev.%s", list.names.at[i]);
        bool known = strcmp(list.names.at[i], "all") == 0;
        for (size_t j = 0; j < policy->model->regions.count && !known; j++) {
            known = strcmp(policy->model->regions.at[j].name, name) == 0;
        }
        if (!known) {
            diag_error(policy->diag, "policy-name", element_place(rule, "devices", rule->place),
                       "no component has a device '%s'", list.names.at[i]);
        }
    }
    free(list.names.at);
}

void policy_check(const struct policy *policy)
{
    static const struct {
        const char *element;
        void (*check)(const struct policy *, const struct element *);
    } kinds[] = {
        {"only", check_only},           {"never", check_never},      {"devices", check_devices},
        {"exclusive", check_exclusive}, {"no_path", policy_no_path}, {"timely", policy_timely},
    };
    const struct element *rules = policy->product->policy;
    for (size_t i = 0; rules != NULL && i < rules->children.count; i++) {
        for (size_t j = 0; j < sizeof kinds / sizeof *kinds; j++) {
            if (strcmp(rules->children.at[i]->name, kinds[j].element) == 0) {
                kinds[j].check(policy, rules->children.at[i]);
            }
        }
    }
}
