/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals through a capability slot that it was not given.
 */
#include <microkit.h>
#include "act.h"

void act(void)
{
    seL4_Signal(BASE_TCB_CAP);
}
