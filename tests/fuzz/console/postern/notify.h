/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications of the console on the host: at once, to the fuzz target. */
#ifndef POSTERN_NOTIFY_H
#define POSTERN_NOTIFY_H

#include <microkit.h>

static inline void notify_soon(microkit_channel ch)
{
    microkit_notify(ch);
}

#endif
