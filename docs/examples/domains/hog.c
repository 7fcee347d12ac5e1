/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleeps until it is told to start; then does what it can to be in the way.
 */
#include <microkit.h>

void init(void)
{
}

void notified(microkit_channel ch)
{
    for (;;) {
        microkit_notify(ch);
    }
}
