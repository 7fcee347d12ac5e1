/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of interrupts and of the system capability: interrupt handlers, scheduling parameters, domain
 * schedule, seal. */
#include "domain.h"
#include "invoke.h"
#include "irq.h"
#include "machine/csr.h"
#include "machine/plic.h"
#include "object/refill.h"
#include "state.h"

#define BASE_REFILLS   2u
#define MAX_SLOT_TICKS ((1ull << 56) - 1)

enum pn_error invoke_irq(struct invocation *in)
{
    u16 source = cap_index(in->cap);
    if (in->method == PN_IRQ_ACK) {
        plic_complete(source);
        return PN_OK;
    }
    if (in->method != PN_IRQ_SET_NOTIFICATION)
        return PN_ERR_ILLEGAL_OPERATION;
    if (in->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap c = cap_lookup(in->thread, in->word[0]);
    if (!cap_is(c, PN_CAP_NOTIFICATION, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    irq_bind(source, cap_index(c), c.badge);
    return PN_OK;
}

static enum pn_error make_irq(struct invocation *in)
{
    if (in->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    u64 source = in->word[0];
    struct cap cnode = cap_lookup(in->thread, in->word[2]);
    if (source < 1 || source > fixed.irq_sources)
        return invoke_range(in, 1, fixed.irq_sources);
    if (in->word[1] > 1)
        return PN_ERR_INVALID_ARGUMENT;
    if (!cap_is(cnode, PN_CAP_CNODE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    u32 slot = invoke_slot(cnode, in->word[3]);
    if (slot >= PN_MAX_SLOTS)
        return PN_ERR_RANGE;
    if (fixed_slot[slot].word != 0)
        return PN_ERR_DELETE_FIRST;
    fixed_slot[slot] = cap_make(PN_CAP_IRQ, PN_ALL_RIGHTS, source);
    return PN_OK;
}

static enum pn_error set_parameters(struct invocation *in)
{
    if (in->count < 5)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap c = cap_lookup(in->thread, in->word[0]);
    u64 budget = in->word[1];
    u64 period = in->word[2];
    u64 extra = in->word[3];
    if (cap_type(c) != PN_CAP_SCHED_CONTEXT)
        return PN_ERR_INVALID_CAPABILITY;
    if (period < PN_MIN_BUDGET_US || period > PN_MAX_PERIOD_US)
        return invoke_range(in, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    if (budget < PN_MIN_BUDGET_US || budget > period)
        return invoke_range(in, PN_MIN_BUDGET_US, period);
    if (extra > PN_MAX_REFILLS - BASE_REFILLS)
        return invoke_range(in, 0, PN_MAX_REFILLS - BASE_REFILLS);
    u16 s = cap_index(c);
    u16 holder = sc_at(s)->thread;
    if (sc_at(s)->reply != NIL || (holder != NIL && tcb_at(holder)->state != THREAD_INACTIVE))
        return PN_ERR_ILLEGAL_OPERATION;
    u8 max = (u8)((BASE_REFILLS + extra) & 0xffu);
    sched_context_configure(s, us_to_ticks(budget), us_to_ticks(period), max, in->word[4], machine_time());
    return PN_OK;
}

static enum pn_error set_schedule(struct invocation *in)
{
    u64 entry = in->word[0];
    if (in->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (entry >= PN_MAX_SCHEDULE)
        return invoke_range(in, 0, PN_MAX_SCHEDULE - 1);
    if (in->word[1] >= PN_MAX_DOMAINS)
        return invoke_range(in, 0, PN_MAX_DOMAINS - 1);
    if (in->word[2] > MAX_SLOT_TICKS)
        return invoke_range(in, 0, MAX_SLOT_TICKS);
    if (in->word[3] > PN_SCHEDULE_NOW || (in->word[3] != PN_SCHEDULE_SET && in->word[2] == 0))
        return PN_ERR_INVALID_ARGUMENT;
    if (fixed.schedule != PN_SCHEDULE_SET)
        return PN_ERR_ILLEGAL_OPERATION;
    fixed_schedule[entry].ticks = in->word[2];
    fixed_schedule[entry].domain = in->word[1];
    fixed.schedule = (u8)(in->word[3] & 0xffu);
    fixed.schedule_start = (u8)(entry & 0xffu);
    if (fixed.schedule == PN_SCHEDULE_NOW)
        domain_start();
    return PN_OK;
}

static enum pn_error seal(struct invocation *in)
{
    if (in->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (in->word[0] > PN_SEAL_EXIT)
        return PN_ERR_INVALID_ARGUMENT;
    if (in->word[0] == PN_SEAL_EXIT) {
        const struct binding *b = binding_at(in->thread->self);
        for (u32 i = 0; i < b->slot_count && i < PN_MAX_CPTR; i++) {
            u32 slot = b->slot_base + i;
            if (slot < PN_MAX_SLOTS)
                fixed_slot[slot] = cap_null();
        }
        tcb_suspend(in->thread);
        in->silent = true;
    }
    if (fixed.schedule == PN_SCHEDULE_AT_SEAL)
        domain_start();
    fixed.sealed = 1;
    kernel_map_seal();
    return PN_OK;
}

enum pn_error invoke_system(struct invocation *in)
{
    switch (in->method) {
    case PN_SYSTEM_IRQ:
        return make_irq(in);
    case PN_SYSTEM_SCHED:
        return set_parameters(in);
    case PN_SYSTEM_DOMAIN:
        return set_schedule(in);
    case PN_SYSTEM_SEAL:
        return seal(in);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}
