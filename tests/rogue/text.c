/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes into its own code.
 */
#include <stdint.h>
#include <postern/limits.h>
#include "act.h"

void act(void)
{
    *(volatile uint32_t *)(uintptr_t)PN_PROGRAM_VADDR = 0;
}
