/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts: timer to the scheduler, everything else as a signal to the notification bound to its source. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "types.h"

/* Handle every interrupt that is pending. */
void irq_poll(void);

/* Signal notification 'n' with 'badge' from now on. */
void irq_bind(u16 source, u16 n, u64 badge);

#endif
