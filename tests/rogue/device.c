/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes to the interrupt controller by its physical address.
 */
#include <stdint.h>
#include "act.h"

void act(void)
{
    *(volatile uint32_t *)(uintptr_t)0xc000000 = 7;
}
