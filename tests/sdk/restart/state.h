/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that belongs to the child alone: whether it is as at the first start, and how to spoil it.
 */
#ifndef STATE_H
#define STATE_H

/* What is not pristine, or NULL. Call it first. */
const char *state_wrong(void);

/* Spoil memory, registers and the runtime's own variables. */
void state_spoil(void);

#endif
