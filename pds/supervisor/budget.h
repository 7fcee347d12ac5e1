/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children that use up their budget again and again: the budget holds them back, and here is decided from
 * when on that is more than work. A state machine without I/O; times are monotonic microseconds.
 */
#ifndef SUPERVISOR_BUDGET_H
#define SUPERVISOR_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum budget_action {
    BUDGET_THROTTLE, /* the kernel tells nothing */
    BUDGET_REPORT,
    BUDGET_FAIL
};

struct budget_rule {
    enum budget_action action;
    uint32_t period_us;
    uint32_t for_ms; /* a run of so long is too long; at least 20 periods */
};

/* A run: as often as in half of its periods, and without a pause of an eighth of for_ms. */
struct budget_run {
    uint64_t since_us, last_us;
    uint64_t times; /* 0: none has begun */
    bool told;
};

enum budget_verdict {
    BUDGET_GO_ON,
    BUDGET_TOLD_NOW, /* it is to be reported, once a run */
    BUDGET_FAILED
};

/* The child is started: nothing is held against it. */
void budget_begin(struct budget_run *run);

/* The child's budget is exhausted once more. */
enum budget_verdict budget_exhausted(struct budget_run *run, const struct budget_rule *rule, uint64_t now_us);

#endif
