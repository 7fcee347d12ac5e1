/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restart policies.
 */
#include "policy.h"

#define MS_PER_S UINT64_C(1000)

static void forgive(struct policy_child *child, const struct policy_rule *rule)
{
    child->wait_ms = rule->backoff_ms;
    child->counted = 0;
    child->probing = false;
}

void policy_init(struct policy *policy, const struct policy_rule *rule, unsigned count, uint64_t now_ms)
{
    *policy = (struct policy){.rule = rule, .count = count <= POLICY_CHILDREN ? count : POLICY_CHILDREN};
    for (unsigned n = 0; n < policy->count; n++) {
        policy->child[n].started_ms = now_ms;
        forgive(&policy->child[n], &rule[n]);
    }
}

/* Off until the operator, the next window or the reset. */
static void stop(struct policy_child *child, enum policy_disposition how, const struct policy_rule *rule,
                 uint64_t now_ms)
{
    switch (how) {
    case POLICY_DEGRADE:
        child->state = POLICY_DEGRADED;
        child->due_ms = now_ms + rule->window_s * MS_PER_S;
        break;
    case POLICY_REBOOT:
        child->state = POLICY_REBOOTING;
        child->due_ms = now_ms + POLICY_REBOOT_MS;
        break;
    case POLICY_HOLD:
    case POLICY_RESTART:
        child->state = POLICY_HELD;
        break;
    }
}

static void drop_oldest(struct policy_child *child)
{
    for (uint32_t i = 1; i < child->counted; i++) {
        child->recent[i - 1] = child->recent[i];
    }
    child->counted--;
}

/* Is one more restart within the limit? It is counted then. */
static bool count_restart(struct policy_child *child, const struct policy_rule *rule, uint64_t now_ms)
{
    while (child->counted > 0 && now_ms - child->recent[0] >= rule->window_s * MS_PER_S) {
        drop_oldest(child);
    }
    if (child->counted >= rule->limit || child->counted >= POLICY_RESTARTS) {
        return false;
    }
    child->recent[child->counted++] = now_ms;
    return true;
}

/* When the next start is due, and how long the one after it will have to wait. */
static void back_off(struct policy_child *child, const struct policy_rule *rule, bool short_run,
                     uint64_t now_ms)
{
    if (!short_run) {
        child->wait_ms = rule->backoff_ms;
        child->due_ms = now_ms;
        return;
    }
    child->due_ms = now_ms + child->wait_ms;
    child->wait_ms = child->wait_ms > rule->max_backoff_ms / 2 ? rule->max_backoff_ms : child->wait_ms * 2;
}

enum policy_state policy_failed(struct policy *policy, unsigned n, uint64_t now_ms)
{
    struct policy_child *child = &policy->child[n];
    const struct policy_rule *rule = &policy->rule[n];
    bool short_run = now_ms - child->started_ms < rule->min_run_ms;

    if (child->state != POLICY_RUNNING) {
        return child->state;
    }
    if (child->probing && short_run) {
        stop(child, POLICY_DEGRADE, rule, now_ms);
        return child->state;
    }
    child->probing = false;
    if (rule->disposition != POLICY_RESTART) {
        stop(child, rule->disposition, rule, now_ms);
    } else if (!count_restart(child, rule, now_ms)) {
        stop(child, rule->then, rule, now_ms);
    } else {
        child->state = POLICY_WAITING;
        back_off(child, rule, short_run, now_ms);
    }
    return child->state;
}

void policy_asked(struct policy *policy, unsigned n, uint64_t now_ms)
{
    struct policy_child *child = &policy->child[n];

    forgive(child, &policy->rule[n]);
    child->state = POLICY_WAITING;
    child->due_ms = now_ms;
}

void policy_hold(struct policy *policy, unsigned n)
{
    policy->child[n].state = POLICY_HELD;
}

/* Does one that child n comes after wait for its start? One that is off for long does not hold it up. */
static bool blocked(const struct policy *policy, unsigned n)
{
    for (unsigned i = 0; i < policy->count; i++) {
        if ((policy->rule[n].after >> i & 1) != 0 && policy->child[i].state == POLICY_WAITING) {
            return true;
        }
    }
    return false;
}

int policy_next(struct policy *policy, uint64_t now_ms)
{
    for (unsigned n = 0; n < policy->count; n++) {
        struct policy_child *child = &policy->child[n];
        bool off = child->state == POLICY_WAITING || child->state == POLICY_DEGRADED;

        if (off && now_ms >= child->due_ms && !blocked(policy, n)) {
            child->probing = child->state == POLICY_DEGRADED;
            child->counted = child->probing ? 0 : child->counted;
            child->state = POLICY_RUNNING;
            child->started_ms = now_ms;
            child->restarts++;
            return (int)n;
        }
    }
    return -1;
}

bool policy_reboots(const struct policy *policy, uint64_t now_ms)
{
    for (unsigned n = 0; n < policy->count; n++) {
        if (policy->child[n].state == POLICY_REBOOTING && now_ms >= policy->child[n].due_ms) {
            return true;
        }
    }
    return false;
}
