/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands of debug builds alone: rows of the shell's table.
 */
#ifndef EXTRA_COMMANDS_H
#define EXTRA_COMMANDS_H

#include "operate.h"

static inline void crash(const char *argument)
{
    operate(SUPERVISOR_CRASH, argument, "crashed");
}

static inline void stall(const char *argument)
{
    operate(SUPERVISOR_STALL, argument, "stalled");
}

#define EXTRA_COMMANDS                                                                \
    {"crash", crash, "crash component", "make a component fault, to see it recover"}, \
        {"stall", stall, "stall component", "stop a component, to see that it is noticed"},

#endif
