/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's sense of time: a signal each period of this component's scheduling context, without any
 * device, so that a dead timer does not stop the supervisor. Giving up the rest of the budget is how it
 * sleeps.
 */
#include <microkit.h>
#include "ports.h"

void init(void)
{
    for (;;) {
        microkit_notify((microkit_channel)pulse_id);
        seL4_Yield();
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
