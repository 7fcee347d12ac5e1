/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor: parent of every other component. It receives their faults, reports cause and registers,
 * leaves the component stopped for inspection, and keeps the table of states that the console shows.
 */
#include <string.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/pd_states.h>
#include "fault_text.h"
#include "ports.h"

#define NAME_OF(id, name) [id] = #name,
static const char *const child_name[CHILD_COUNT] = {CHILDREN(NAME_OF)};

static const char *const register_name[] = {
    "pc", "ra", "sp", "gp", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6",  "tp",
};
#define REGISTERS (sizeof register_name / sizeof register_name[0])

static struct pd_states_page *states;
static uint64_t *metric_faults;

_Static_assert(sizeof(struct pd_states_page) <= PD_STATES_SIZE, "the table of states fits its region");
_Static_assert(sizeof(seL4_UserContext) == REGISTERS * sizeof(uint64_t), "every register has a name");

static void report_registers(microkit_child child)
{
    seL4_UserContext context;
    uint64_t word[REGISTERS];
    size_t i;

    if (seL4_TCB_ReadRegisters(BASE_TCB_CAP + child, seL4_False, 0, REGISTERS, &context) != seL4_NoError) {
        log_error("  registers cannot be read");
        return;
    }
    memcpy(word, &context, sizeof word);
    for (i = 0; i < REGISTERS; i += 4) {
        log_error("  %-3s %016llx %-3s %016llx %-3s %016llx %-3s %016llx", register_name[i],
                  (unsigned long long)word[i], register_name[i + 1], (unsigned long long)word[i + 1],
                  register_name[i + 2], (unsigned long long)word[i + 2], register_name[i + 3],
                  (unsigned long long)word[i + 3]);
    }
}

static void record(microkit_child child, const struct fault_report *report)
{
    struct pd_state *state = &states->pd[child];

    state->condition = PD_FAULTED;
    state->fault = report->label;
    state->pc = report->pc;
    state->address = report->address;
    state->time = clock_ticks();
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    uint64_t words[seL4_UnknownSyscall_Length];
    size_t count = microkit_msginfo_get_count(msginfo);
    struct fault_report report;
    size_t i;

    (void)reply_msginfo;
    if (count > seL4_UnknownSyscall_Length) {
        count = seL4_UnknownSyscall_Length;
    }
    for (i = 0; i < count; i++) {
        words[i] = microkit_mr_get((seL4_Uint8)i);
    }
    metric_add(metric_faults, 1);
    if (child >= CHILD_COUNT) {
        log_error("fault message from child %u, which does not exist", child);
        return seL4_False;
    }
    report = fault_decode(microkit_msginfo_get_label(msginfo), words, count);
    record(child, &report);
    log_error("%s stopped: %s, pc 0x%llx", child_name[child], report.text, (unsigned long long)report.pc);
    report_registers(child);
    return seL4_False;
}

void notified(microkit_channel ch)
{
    (void)ch; /* the console's wake-ups of the log ring: nothing waits for space */
}

void init(void)
{
    size_t i;

    LOG_START();
    metrics_start(metrics);
    metric_faults = metrics_add("faults");
    states = (struct pd_states_page *)(uintptr_t)pd_states;
    for (i = 0; i < CHILD_COUNT; i++) {
        struct pd_state *state = &states->pd[i];

        (void)strncpy(state->name, child_name[i], sizeof state->name - 1);
        state->condition = PD_RUNNING;
        state->time = clock_ticks();
    }
    states->count = CHILD_COUNT;
    log_info("watching %u components", CHILD_COUNT);
}
