/* SPDX-License-Identifier: BSD-2-Clause */
/* A claimed source stays masked until its handler acknowledges, which completes it. */
#include "irq.h"
#include "machine/csr.h"
#include "machine/plic.h"
#include "state.h"

static void external(void)
{
    u32 source = plic_claim();
    if (source == 0)
        return;
    if (source >= PN_MAX_IRQS || fixed_irq[source].notification == NIL) {
        if (source < 1024) {
            plic_complete((u16)source);
            plic_disable((u16)source);
        }
        return;
    }
    notification_signal(fixed_irq[source].notification, fixed_irq[source].badge);
}

void irq_poll(void)
{
    u64 pending = machine_pending();
    if ((pending & SIP_EXTERNAL) != 0)
        external();
    if ((pending & SIP_TIMER) != 0)
        sched_tick();
}

void irq_bind(u16 source, u16 n, u64 badge)
{
    if (source >= PN_MAX_IRQS)
        kernel_stop_index();
    fixed_irq[source].notification = n;
    fixed_irq[source].badge = badge;
    plic_enable(source);
}
