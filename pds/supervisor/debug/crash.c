/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug builds: a fault, or an endless loop, wherever the child just is.
 */
#include "../crash.h"

/* Every program's entry is followed by a jump to itself (system/runtime/src/start.S). */
#define PROGRAM_HALT 0x200004u

bool crash_child(microkit_child child)
{
    seL4_UserContext context = {0};

    return seL4_TCB_WriteRegisters(BASE_TCB_CAP + child, seL4_True, 0, 1, &context) == seL4_NoError;
}

void crash_self(bool stall)
{
    if (stall) {
        __asm__ volatile("1: j 1b");
    }
    __asm__ volatile("sw zero, 0(zero)");
}

bool stall_child(microkit_child child)
{
    seL4_UserContext context = {.pc = PROGRAM_HALT};

    return seL4_TCB_WriteRegisters(BASE_TCB_CAP + child, seL4_True, 0, 1, &context) == seL4_NoError;
}
