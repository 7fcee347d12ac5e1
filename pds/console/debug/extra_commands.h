/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands of debug builds alone: rows of the shell's table.
 */
#ifndef EXTRA_COMMANDS_H
#define EXTRA_COMMANDS_H

#include <string.h>
#include <microkit.h>
#include "operate.h"
#include "output.h"
#include "ports.h"

static inline void operate_self(enum supervisor_call call)
{
    (void)microkit_ppcall((microkit_channel)supervisor_id, microkit_msginfo_new(call, 0));
    output_printf("the supervisor refuses\n");
}

static inline void crash(const char *argument)
{
    if (strcmp(argument, "supervisor") == 0) {
        operate_self(SUPERVISOR_CRASH_SELF);
        return;
    }
    operate(SUPERVISOR_CRASH, argument, "crashed");
}

static inline void stall(const char *argument)
{
    if (strcmp(argument, "supervisor") == 0) {
        operate_self(SUPERVISOR_STALL_SELF);
        return;
    }
    operate(SUPERVISOR_STALL, argument, "stalled");
}

#define EXTRA_COMMANDS                                                                    \
    {"crash", crash, "crash component,..", "make components fault, to see them recover"}, \
        {"stall", stall, "stall component,..", "let components run in circles, to see that it is noticed"},

#endif
