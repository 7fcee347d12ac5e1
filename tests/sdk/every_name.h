/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What depends on the configuration: release builds, as upstream's, have no debugging calls.
 */
#ifndef EVERY_NAME_H
#define EVERY_NAME_H

#include <microkit.h>

void every_name(void);

static inline void debug_names(void)
{
#ifdef CONFIG_PRINTING
    char text[] = "text";

    seL4_DebugPutChar('a');
    seL4_DebugPutString(text);
    seL4_DebugDumpScheduler();
    seL4_DebugSnapshot();
#endif
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugNameThread(BASE_TCB_CAP, "name");
    seL4_DebugHalt();
#endif
}

#endif
