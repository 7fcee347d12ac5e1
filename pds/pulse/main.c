/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's sense of time, and the watch on it: a signal each period of this component's scheduling
 * context, without any device, so that a dead timer does not stop the supervisor. Giving up the rest of the
 * budget is how it sleeps. A supervisor that does not finish its rounds any more is beyond help: this
 * component then faults, which resets the machine.
 */
#include <microkit.h>
#include <postern/protocol/pd_states.h>
#include "ports.h"

/* Signals in a row that the supervisor may miss: 2 s, and more if this component is late. */
#define PATIENCE 40u

static uint32_t rounds_done(void)
{
    return ((const volatile struct pd_states_page *)(uintptr_t)pd_states)->rounds;
}

void init(void)
{
    uint32_t seen = rounds_done();
    unsigned missed = 0;

    while (missed < PATIENCE) {
        microkit_notify((microkit_channel)pulse_id);
        seL4_Yield();
        uint32_t now = rounds_done();

        missed = now == seen ? missed + 1 : 0;
        seen = now;
    }
    __builtin_trap();
}

void notified(microkit_channel ch)
{
    (void)ch;
}
