/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules about protection domains: names, scheduling, stacks, children, symbols.
 */
#include <string.h>

#include "element.h"
#include "postern/limits.h"
#include "rules.h"

typedef unsigned long long ull;

static struct place at(const struct pd *pd, const char *attribute)
{
    return element_place(pd->source, attribute, pd->place);
}

void rule_pd_count(const struct check *check)
{
    const struct system_model *model = check->model;
    if (model->pds.count == 0) {
        rules_fail(check, model->place, "the system has no protection domain");
    } else if (model->pds.count > RULES_MOST_PDS) {
        rules_fail(check, model->pds.at[RULES_MOST_PDS].place,
                   "too many protection domains: %zu, at most %d are possible", model->pds.count,
                   RULES_MOST_PDS);
    }
}

void rule_pd_name_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 0; j < i; j++) {
            if (strcmp(pd->name, check->model->pds.at[j].name) == 0) {
                rules_fail(check, at(pd, "name"),
                           "duplicate protection domain name '%s', first used in line %u", pd->name,
                           check->model->pds.at[j].place.line);
                break;
            }
        }
    }
}

void rule_pd_name_reserved(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (strcmp(pd->name, "monitor") == 0) {
            rules_fail(check, at(pd, "name"), "the name 'monitor' is reserved");
        }
    }
}

void rule_pd_name_length(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (strlen(pd->name) > RULES_LONGEST_NAME) {
            rules_warn(check, at(pd, "name"), "the name has %zu bytes; programs see the first %d",
                       strlen(pd->name), RULES_LONGEST_NAME);
        }
    }
}

void rule_pd_priority(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->priority > PN_PRIORITIES - 2) {
            rules_fail(check, at(pd, "priority"), "priority %llu of '%s' is not between 0 and %d",
                       (ull)pd->priority, pd->name, PN_PRIORITIES - 2);
        }
    }
}

void rule_pd_budget_period(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->budget_us > pd->period_us) {
            bool given = element_attribute(pd->source, "budget") != NULL;
            rules_fail(check, at(pd, given ? "budget" : "period"),
                       "budget (%llu us%s) of '%s' must be less than, or equal to, its period (%llu us)",
                       (ull)pd->budget_us, given ? "" : ", the default", pd->name, (ull)pd->period_us);
        }
    }
}

void rule_pd_budget_minimum(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->budget_us < PN_MIN_BUDGET_US) {
            rules_fail(check, at(pd, "budget"),
                       "budget (%llu us) of '%s' is below the kernel's minimum of %d us", (ull)pd->budget_us,
                       pd->name, PN_MIN_BUDGET_US);
        }
    }
}

void rule_pd_period_maximum(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->period_us > PN_MAX_PERIOD_US) {
            rules_fail(check, at(pd, element_attribute(pd->source, "period") != NULL ? "period" : "budget"),
                       "period (%llu us) of '%s' is longer than one hour", (ull)pd->period_us, pd->name);
        }
    }
}

void rule_pd_stack_size(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->stack_size < 0x1000 || pd->stack_size > 0x1000000) {
            rules_fail(check, at(pd, "stack_size"),
                       "stack size 0x%llx of '%s' is not between 0x1000 and 0x1000000", (ull)pd->stack_size,
                       pd->name);
        }
    }
}

void rule_pd_stack_alignment(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->stack_size % PN_PAGE_SIZE != 0) {
            rules_fail(check, at(pd, "stack_size"), "stack size 0x%llx of '%s' is not a multiple of 0x%x",
                       (ull)pd->stack_size, pd->name, PN_PAGE_SIZE);
        }
    }
}

void rule_pd_cpu(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->cpu != 0) {
            rules_fail(check, at(pd, "cpu"), "cpu core must be less than 1, got %llu", (ull)pd->cpu);
        }
    }
}

void rule_pd_smc(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (element_bool(pd->source, "smc", false)) {
            rules_fail(check, at(pd, "smc"), "secure monitor calls exist only on AArch64");
        }
    }
}

void rule_child_id_range(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        if (pd->parent != NO_INDEX && pd->child_id > RULES_LAST_ID) {
            rules_fail(check, at(pd, "id"), "id %llu of child '%s' is larger than %d", (ull)pd->child_id,
                       pd->name, RULES_LAST_ID);
        }
    }
}

void rule_child_id_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 0; pd->parent != NO_INDEX && j < i; j++) {
            const struct pd *other = &check->model->pds.at[j];
            if (other->parent == pd->parent && other->child_id == pd->child_id) {
                rules_fail(check, at(pd, "id"),
                           "duplicate id: %llu in protection domain '%s', also used by '%s'",
                           (ull)pd->child_id, check->model->pds.at[pd->parent].name, other->name);
            }
        }
    }
}

void rule_setvar_unique(const struct check *check)
{
    for (size_t i = 0; i < check->model->pds.count; i++) {
        const struct pd *pd = &check->model->pds.at[i];
        for (size_t j = 1; j < pd->setvars.count; j++) {
            for (size_t k = 0; k < j; k++) {
                const struct setvar *later = &pd->setvars.at[j], *first = &pd->setvars.at[k];
                if (strcmp(later->symbol, first->symbol) == 0) {
                    rules_fail(check, later->place, "symbol '%s' of '%s' is already set in line %u",
                               later->symbol, pd->name, first->place.line);
                    break;
                }
            }
        }
    }
}
