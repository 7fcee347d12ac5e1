/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server without time of its own: 4 ms of work for each call, on the caller's budget.
 */
#include "client.h"

#define WORK  ((uint64_t)4 * TICKS_PER_MS)
#define PAUSE TICKS_PER_MS /* a longer gap between two looks at the clock: it did not run */

void init(void)
{
    microkit_dbg_puts("server: ready\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    uint64_t last = clock_ticks();
    uint64_t worked = 0;

    (void)ch;
    (void)request;
    while (worked < WORK) {
        uint64_t now = clock_ticks();

        worked += now - last < PAUSE ? now - last : 0;
        last = now;
    }
    return microkit_msginfo_new(0, 0);
}
