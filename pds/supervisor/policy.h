/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a component that failed is started again, and when it is not: the policies of the product description
 * as a state machine without I/O. Times are monotonic milliseconds.
 */
#ifndef SUPERVISOR_POLICY_H
#define SUPERVISOR_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define POLICY_CHILDREN 62
#define POLICY_RESTARTS 16 /* highest limit */

/* The reason for a reboot has this long to reach the console. */
#define POLICY_REBOOT_MS 500

/* docs/composer.md says what each means. */
enum policy_disposition { POLICY_RESTART, POLICY_HOLD, POLICY_DEGRADE, POLICY_REBOOT };

struct policy_rule {
    enum policy_disposition disposition;
    enum policy_disposition then; /* not POLICY_RESTART */
    uint32_t min_run_ms, backoff_ms, max_backoff_ms;
    uint32_t limit; /* 1..POLICY_RESTARTS restarts within window_s */
    uint32_t window_s;
    uint64_t after; /* bit n: child n */
};

enum policy_state {
    POLICY_RUNNING,
    POLICY_WAITING,  /* to be started when due */
    POLICY_HELD,     /* until the operator says so */
    POLICY_DEGRADED, /* off; tried again when due */
    POLICY_REBOOTING /* off; the machine is reset when due */
};

struct policy_child {
    enum policy_state state;
    uint64_t started_ms;
    uint64_t due_ms;
    uint32_t wait_ms;                 /* before the next start after a short run */
    uint32_t restarts;                /* in all */
    uint32_t counted;                 /* entries of `recent` */
    uint64_t recent[POLICY_RESTARTS]; /* when it failed and was to be restarted, oldest first */
    bool probing;                     /* started out of POLICY_DEGRADED, and not proved yet */
};

struct policy {
    const struct policy_rule *rule;
    unsigned count;
    struct policy_child child[POLICY_CHILDREN];
};

/* Everybody has just been started. `rule` has `count` (0..POLICY_CHILDREN) entries and stays with the caller.
 */
void policy_init(struct policy *policy, const struct policy_rule *rule, unsigned count, uint64_t now_ms);

/* Child n (below count) has failed. Its new state; that of a child that was not running stays. */
enum policy_state policy_failed(struct policy *policy, unsigned n, uint64_t now_ms);

/* The operator wants child n (below count) started anew, whatever its state; what it did before is forgiven.
 */
void policy_asked(struct policy *policy, unsigned n, uint64_t now_ms);

/* Child n (below count) is not to run until the operator says so. */
void policy_hold(struct policy *policy, unsigned n);

/* The next child to start now, which then counts as running; -1: none. Call until there is none. */
int policy_next(struct policy *policy, uint64_t now_ms);

/* Is it time to reset the machine? */
bool policy_reboots(const struct policy *policy, uint64_t now_ms);

#endif
