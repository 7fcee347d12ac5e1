/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications and acknowledgements that go out with the entry point's return: the last one shares the
 * system call of the receive. libmicrokit defers one send; an earlier one is made when a second comes.
 */
#ifndef POSTERN_NOTIFY_H
#define POSTERN_NOTIFY_H

#include <microkit.h>

/* Makes the send that is deferred, if there is one. */
static inline void notify_flush(void)
{
    if (microkit_have_signal) {
        microkit_have_signal = seL4_False;
        seL4_Send(microkit_signal_cap, microkit_signal_msg);
    }
}

/* Notify the peer behind channel `ch` by the end of the entry point at the latest. */
static inline void notify_soon(microkit_channel ch)
{
    notify_flush();
    microkit_deferred_notify(ch);
}

/* Acknowledge the interrupt of channel `ch` likewise. */
static inline void irq_ack_soon(microkit_channel ch)
{
    notify_flush();
    microkit_deferred_irq_ack(ch);
}

#endif
