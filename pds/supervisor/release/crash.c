/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Release builds: nobody crashes a component on purpose.
 */
#include "../crash.h"

bool crash_child(microkit_child child)
{
    (void)child;
    return false;
}

void crash_self(bool stall)
{
    (void)stall;
}

bool stall_child(microkit_child child)
{
    (void)child;
    return false;
}
