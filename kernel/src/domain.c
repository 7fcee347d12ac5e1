/* SPDX-License-Identifier: BSD-2-Clause */
/* The domain schedule. A slot ends by the timer alone; ready threads of other domains wait in their queues.
 */
#include "domain.h"
#include "machine/csr.h"
#include "ready.h"
#include "state.h"

void domain_start(void)
{
    u64 now = machine_time();
    ks.slot = PN_MAX_SCHEDULE;
    ks.slot_end = now;
    ks.deadline = now;
    machine_set_timer(now);
}

/* Who was preempted is in front of its queue again, and who runs is in front of that. */
static void set_aside(void)
{
    if (ks.preempted != NIL)
        ready_prepend(tcb_at(ks.preempted));
    if (ks.current != NIL)
        ready_prepend(tcb_at(ks.current));
    if (ks.candidate != NIL)
        ready_append(tcb_at(ks.candidate));
    ks.preempted = NIL;
    ks.waiting = 0;
    ks.current = NIL;
    ks.candidate = NIL;
}

COLD void domain_next(u64 now)
{
    u32 entry = ks.slot + 1u;
    if (entry >= PN_MAX_SCHEDULE || fixed_schedule[entry].ticks == 0)
        entry = fixed.schedule_start % PN_MAX_SCHEDULE;
    const struct domain_slot *slot = &fixed_schedule[entry];
    set_aside();
    ks.slot = (u16)(entry & 0xffffu);
    ks.domain = (u8)(slot->domain % PN_MAX_DOMAINS);
    ks.slot_end += slot->ticks;
    if (ks.slot_end <= now)
        ks.slot_end = now + slot->ticks;
    ready_find_top();
}
