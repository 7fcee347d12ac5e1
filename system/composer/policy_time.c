/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <timely>: who gets the processor within so long, whatever others do. A domain that others wake may have
 * been kept busy by its other clients: it is taken to have no budget left when it is wanted.
 */
#include "bound.h"
#include "policy.h"

typedef unsigned long long ull;

/* The wait for all that have to run before; BOUND_NONE: for ever. Each also waits until its budget is back.
 */
static uint64_t wakers_us(const struct policy *policy, const struct policy_set *wakers, size_t *culprit)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < wakers->members.count; i++) {
        size_t pd = wakers->members.at[i];
        uint64_t start = bound_start_us(policy->model, pd);
        if (start == BOUND_NONE) {
            *culprit = pd;
            return BOUND_NONE;
        }
        sum += start + bound_refill_us(&policy->model->pds.at[pd]);
    }
    return sum;
}

static void check_one(const struct policy *policy, const struct element *rule,
                      const struct policy_set *wakers, size_t pd)
{
    uint64_t within = element_number(rule, "within_us", 0);
    size_t culprit = pd;
    uint64_t before = wakers_us(policy, wakers, &culprit);
    uint64_t own = before == BOUND_NONE ? BOUND_NONE : bound_start_us(policy->model, pd);
    ull sum = own == BOUND_NONE ? 0 : (ull)before + own;
    if (own == BOUND_NONE) {
        diag_error(policy->diag, "policy-timely", rule->place,
                   "others may keep '%s' from the processor for ever%s", policy->model->pds.at[culprit].name,
                   policy->where);
        diag_hint(policy->diag, "what those of its priority and above may take must be less than all time");
    } else if (sum > within) {
        diag_error(policy->diag, "policy-timely", rule->place,
                   "others may keep '%s' from the processor for %llu us, which is more than %llu%s",
                   policy->model->pds.at[pd].name, sum, (ull)within, policy->where);
    }
}

void policy_timely(const struct policy *policy, const struct element *rule)
{
    struct policy_set components = {0}, wakers = {0};
    size_t before = policy->diag->errors;
    policy_components(policy, rule, "component", &components);
    if (element_attribute(rule, "woken_by") != NULL) {
        policy_components(policy, rule, "woken_by", &wakers);
    }
    bool understood = policy->diag->errors == before;
    for (size_t i = 0; understood && i < components.members.count; i++) {
        check_one(policy, rule, &wakers, components.members.at[i]);
    }
    policy_set_free(&components);
    policy_set_free(&wakers);
}
