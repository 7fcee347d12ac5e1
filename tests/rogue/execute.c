/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jumps into its stack.
 */
#include <stdint.h>
#include <postern/limits.h>
#include "act.h"

void act(void)
{
    void (*code)(void) = (void (*)(void))(uintptr_t)(PN_STACK_TOP - 0x1000);

    code();
}
