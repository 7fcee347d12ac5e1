/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reporting faults and states.
 */
#include <string.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/protocol/pd_states.h>
#include <postern/postmortem.h>
#include "children.h"
#include "ports.h"
#include "report.h"

#define REGISTERS POSTMORTEM_REGISTERS

_Static_assert(sizeof(struct pd_states_page) <= PD_STATES_SIZE, "the table of states fits its region");
_Static_assert(sizeof(seL4_UserContext) == REGISTERS * sizeof(uint64_t), "every register has a name");
_Static_assert(POSTMORTEM_OPEN_REGISTERS % 4 == 0, "whole lines of registers");

static struct pd_states_page *page;
static const char *const *name;

void report_start(const char *const *names, unsigned count)
{
    page = (struct pd_states_page *)(uintptr_t)pd_states;
    memset(page, 0, offsetof(struct pd_states_page, boot));
    name = names;
    for (unsigned i = 0; i < count; i++) {
        struct pd_state *state = &page->pd[i];

        (void)strncpy(state->name, names[i], sizeof state->name - 1);
        state->condition = PD_RUNNING;
        state->time = clock_ticks();
    }
    page->count = count;
}

struct boot_record *report_boots(void)
{
    return &((struct pd_states_page *)(uintptr_t)pd_states)->boot;
}

void report_left_out(microkit_child child)
{
    page->pd[child].condition = PD_LEFT_OUT;
}

static void report_registers(microkit_child child)
{
    seL4_UserContext context;
    uint64_t word[REGISTERS];
    size_t count = children_words[child].secret ? POSTMORTEM_OPEN_REGISTERS : REGISTERS;

    if (seL4_TCB_ReadRegisters(BASE_TCB_CAP + child, seL4_False, 0, REGISTERS, &context) != seL4_NoError) {
        log_error("  registers cannot be read");
        return;
    }
    memcpy(word, &context, sizeof word);
    for (size_t i = 0; i < count; i += 4) {
        log_error("  %-3s %016llx %-3s %016llx %-3s %016llx %-3s %016llx", postmortem_register[i],
                  (unsigned long long)word[i], postmortem_register[i + 1], (unsigned long long)word[i + 1],
                  postmortem_register[i + 2], (unsigned long long)word[i + 2], postmortem_register[i + 3],
                  (unsigned long long)word[i + 3]);
    }
}

void report_fault(microkit_child child, const struct fault_report *fault)
{
    struct pd_state *state = &page->pd[child];

    state->fault = fault->label;
    state->pc = fault->pc;
    state->address = fault->address;
    log_error("%s stopped: %s, pc 0x%llx", name[child], fault->text, (unsigned long long)fault->pc);
    report_registers(child);
}

void report_stuck(microkit_child child, const char *counters, uint32_t deadline_ms)
{
    struct pd_state *state = &page->pd[child];

    state->fault = PD_NO_PROGRESS;
    state->pc = 0;
    state->address = 0;
    log_error("%s stopped: no progress for %u ms (%s)", name[child], (unsigned)deadline_ms, counters);
    report_registers(child);
}

void report_exhausted(microkit_child child)
{
    page->pd[child].exhausted++;
}

void report_over_budget(microkit_child child, uint32_t for_ms, bool stopped)
{
    struct pd_state *state = &page->pd[child];

    if (!stopped) {
        log_warn("%s has used up its budget for %u ms", name[child], (unsigned)for_ms);
        return;
    }
    state->fault = PD_OVER_BUDGET;
    state->pc = 0;
    state->address = 0;
    log_error("%s stopped: budget exhausted for %u ms", name[child], (unsigned)for_ms);
    report_registers(child);
}

static void log_state(const char *who, const struct policy_child *child, unsigned long long wait_ms)
{
    switch (child->state) {
    case POLICY_RUNNING:
        log_info("%s restarted, %u times now", who, (unsigned)child->restarts);
        break;
    case POLICY_WAITING:
        if (wait_ms != 0) {
            log_warn("%s will be restarted in %llu ms", who, wait_ms);
        }
        break;
    case POLICY_HELD:
        log_error("%s stays stopped", who);
        break;
    case POLICY_DEGRADED:
        log_error("%s is off; it will be tried again in %llu s", who, wait_ms / 1000);
        break;
    case POLICY_REBOOTING:
        log_error("the machine is reset because of %s", who);
        break;
    }
}

void report_round(void)
{
    *(volatile uint32_t *)&page->rounds += 1;
}

void report_state(microkit_child child, const struct policy_child *state, uint64_t now_ms)
{
    static const enum pd_condition condition[] = {
        [POLICY_RUNNING] = PD_RUNNING,   [POLICY_WAITING] = PD_WAITING,     [POLICY_HELD] = PD_HELD,
        [POLICY_DEGRADED] = PD_DEGRADED, [POLICY_REBOOTING] = PD_REBOOTING,
    };
    struct pd_state *entry = &page->pd[child];

    entry->condition = condition[state->state];
    entry->restarts = state->restarts;
    entry->time = clock_ticks();
    log_state(name[child], state, state->due_ms > now_ms ? state->due_ms - now_ms : 0);
}
