/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of exhausted budgets.
 */
#include "budget.h"

#define US_PER_MS UINT64_C(1000)

void budget_begin(struct budget_run *run)
{
    *run = (struct budget_run){.times = 0};
}

enum budget_verdict budget_exhausted(struct budget_run *run, const struct budget_rule *rule, uint64_t now_us)
{
    uint64_t limit = rule->for_ms * US_PER_MS;

    if (run->times == 0 || now_us - run->last_us > limit / 8) {
        *run = (struct budget_run){.since_us = now_us};
    }
    run->times++;
    run->last_us = now_us;
    uint64_t length = now_us - run->since_us;

    if (length < limit || run->times < length / rule->period_us / 2) {
        return BUDGET_GO_ON;
    }
    if (rule->action == BUDGET_FAIL) {
        return BUDGET_FAILED;
    }
    if (run->told) {
        return BUDGET_GO_ON;
    }
    run->told = true;
    return BUDGET_TOLD_NOW;
}
