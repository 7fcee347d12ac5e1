/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Post-mortems of the running system's children: the memory, the children's registers and pages around
 * postmortem.c.
 */
#ifndef SUPERVISOR_REMAINS_H
#define SUPERVISOR_REMAINS_H

#include <microkit.h>
#include <stdint.h>

/* Begin; call before anything fails. */
void remains_start(void);

/* A child has failed and stands still: keep its registers. `address` as fault_report has it. */
void remains_take(microkit_child child, const char *cause, uint64_t address, uint64_t now_ms);

/* See whether last words have come. */
void remains_look(uint64_t now_ms);

#endif
