/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The components as the supervisor sees them, and what the operator may ask of it.
 */
#ifndef OPERATE_H
#define OPERATE_H

#include <postern/protocol/supervisor.h>

/* The table of components. */
void show_pds(const char *argument);

/* Whether this boot runs the safe composition; says nothing otherwise. */
void show_boots(void);

/* Reset the machine; boots that did not last are forgiven. */
void operate_boot(const char *argument);

/* Start the components named by the argument anew. Names are parted by commas. */
void operate_restart(const char *argument);

/* Ask `call` for the components named by the argument; `done` is said when the supervisor agrees. */
void operate(enum supervisor_call call, const char *argument, const char *done);

#endif
