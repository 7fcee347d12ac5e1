/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes into the half of its log ring that belongs to the console.
 */
#include <stdint.h>
#include "act.h"
#include "ports.h"

void act(void)
{
    *(volatile uint64_t *)(uintptr_t)log_peer = UINT64_MAX;
}
