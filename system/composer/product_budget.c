/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exhausted budgets: reading, checking, and handing them to the parent's program.
 */
#include "product_budget.h"

#include <string.h>

#include "product_restart.h"

enum { SHORTEST_MS = 100, LONGEST_MS = 3600000, PERIODS = 20, DEFAULT_BUDGET_US = 1000 };

static uint64_t budget_us(const struct component *component)
{
    return element_number(component->source, "budget", DEFAULT_BUDGET_US);
}

static uint64_t period_us(const struct component *component)
{
    return element_number(component->source, "period", budget_us(component));
}

void product_budget_parse(struct budget_policy *policy, const struct element *element)
{
    policy->fails = strcmp(element_text(element, "on_exhausted", "report"), "fail") == 0;
    policy->for_ms = element_number(element, "for_ms", LONGEST_MS);
    policy->source = element;
}

static void check_range(const struct component *component, struct diag *diag)
{
    const struct budget_policy *policy = &component->budget;
    struct place place = element_place(policy->source, "for_ms", policy->source->place);
    if (policy->for_ms < SHORTEST_MS || policy->for_ms > LONGEST_MS) {
        diag_error(diag, "budget-range", place, "for_ms is %d to %d", SHORTEST_MS, LONGEST_MS);
    } else if (policy->for_ms * 1000 / PERIODS < period_us(component)) {
        diag_error(diag, "budget-range", place, "for_ms is at least %d periods of '%s' (%llu us each)",
                   PERIODS, component->name, (unsigned long long)period_us(component));
    }
}

void product_budget_check(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        const struct element *source = component->budget.source;
        if (source == NULL) {
            continue;
        }
        if (element_attribute(component->source, "parent") == NULL) {
            diag_error(diag, "budget-parent", source->place,
                       "component '%s' has no parent that could be told of its exhausted budget",
                       component->name);
        } else if (budget_us(component) >= period_us(component)) {
            diag_error(diag, "budget-limited", source->place,
                       "the budget of '%s' is its whole period: it is never exhausted", component->name);
        } else {
            check_range(component, diag);
        }
    }
}

void product_budget_constants(struct text *out, const struct product *product, size_t component)
{
    bool children = false;
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        if (child->parent != component) {
            continue;
        }
        text_add(out, "%s", children ? "" : "#define CHILD_BUDGETS(X)");
        children = true;
        if (child->budget.source != NULL) {
            text_add(out, " X(%zu, %s, %llu, %llu)", product_child_id(product, i),
                     child->budget.fails ? "FAIL" : "REPORT", (unsigned long long)period_us(child),
                     (unsigned long long)child->budget.for_ms);
        }
    }
    text_add(out, "%s", children ? "\n" : "");
}
