/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people see of the children: the log's lines and the table of states.
 */
#ifndef SUPERVISOR_REPORT_H
#define SUPERVISOR_REPORT_H

#include <microkit.h>
#include "fault_text.h"
#include "policy.h"
#include <postern/protocol/pd_states.h>

/* Begin the table of `count` running children. What the page held of the last boot is gone, but for the
 * record of boots. */
void report_start(const char *const *names, unsigned count);

/* The record of boots, which outlives resets. */
struct boot_record *report_boots(void);

/* A child that this boot goes without. */
void report_left_out(microkit_child child);

/* A fault of a child: cause and registers. */
void report_fault(microkit_child child, const struct fault_report *fault);

/* A child that made no progress. */
void report_stuck(microkit_child child, const char *counters, uint32_t deadline_ms);

/* A child's budget is exhausted once more. */
void report_exhausted(microkit_child child);

/* A child has used up its budget for so long; `stopped`: it is stopped for that. */
void report_over_budget(microkit_child child, uint32_t for_ms, bool stopped);

/* What becomes of a child now. */
void report_state(microkit_child child, const struct policy_child *state, uint64_t now_ms);

/* Everybody was looked at, and what was due is done. */
void report_round(void);

#endif
