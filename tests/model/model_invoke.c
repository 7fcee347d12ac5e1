/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual section 5: dispatch, capabilities, interrupts, system. */
#include "model.h"

enum pn_error m_range(struct m_call *c, uint64_t least, uint64_t greatest)
{
    c->answers = 2;
    c->answer[0] = least;
    c->answer[1] = greatest;
    return PN_ERR_RANGE;
}

/* Marked C in the manual. */
static bool construction(uint64_t method)
{
    static const uint8_t all[] = {
        PN_UNTYPED_RETYPE,        PN_CNODE_DERIVE,  PN_CNODE_DELETE,   PN_TCB_CONFIGURE, PN_TCB_SET_SCHED,
        PN_TCB_BIND_NOTIFICATION, PN_TCB_SET_START, PN_PAGE_TABLE_MAP, PN_FRAME_MAP,     PN_FRAME_UNMAP,
        PN_IRQ_SET_NOTIFICATION,  PN_SYSTEM_IRQ,    PN_SYSTEM_SCHED,   PN_SYSTEM_SEAL,   PN_SYSTEM_DOMAIN};
    for (uint32_t i = 0; i < sizeof all; i++) {
        if (all[i] == method)
            return true;
    }
    return false;
}

static enum pn_error derive(struct m_call *c, struct m_cnode *node)
{
    struct m_cap source = m_lookup(c->caller, c->word[1]);
    bool badgeable = source.type == PN_CAP_ENDPOINT || source.type == PN_CAP_NOTIFICATION;
    if (c->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] >= node->count)
        return PN_ERR_RANGE;
    if (node->slot[c->word[0]].type != PN_CAP_NULL)
        return PN_ERR_DELETE_FIRST;
    if (source.type == PN_CAP_NULL)
        return PN_ERR_FAILED_LOOKUP;
    if (c->word[3] != 0 && (!badgeable || source.badge != 0))
        return PN_ERR_ILLEGAL_OPERATION;
    source.rights = (uint8_t)(source.rights & c->word[2]);
    if (c->word[3] != 0)
        source.badge = c->word[3];
    node->slot[c->word[0]] = source;
    m.slots_changed = true;
    return PN_OK;
}

static enum pn_error invoke_cnode(struct m_call *c)
{
    struct m_cnode *node = &m.cnode[c->cap.object];
    struct m_cap none = {0};
    if (c->method != PN_CNODE_DERIVE && c->method != PN_CNODE_DELETE)
        return PN_ERR_ILLEGAL_OPERATION;
    if ((c->cap.rights & PN_WRITE) == 0)
        return PN_ERR_INVALID_CAPABILITY;
    if (c->method == PN_CNODE_DERIVE)
        return derive(c, node);
    if (c->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] >= node->count)
        return PN_ERR_RANGE;
    node->slot[c->word[0]] = none;
    m.slots_changed = true;
    return PN_OK;
}

static enum pn_error invoke_irq(struct m_call *c)
{
    struct m_irq *irq = &m.irq[c->cap.object];
    if (c->method == PN_IRQ_ACK) {
        irq->claimed = irq->claimed && !irq->enabled;
        return PN_OK;
    }
    if (c->method != PN_IRQ_SET_NOTIFICATION)
        return PN_ERR_ILLEGAL_OPERATION;
    if (c->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct m_cap cap = m_lookup(c->caller, c->word[0]);
    if (!m_has(cap, PN_CAP_NOTIFICATION, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    irq->notification = cap.object;
    irq->badge = cap.badge;
    irq->enabled = true;
    return PN_OK;
}

static enum pn_error make_irq(struct m_call *c)
{
    if (c->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] < 1 || c->word[0] > m.sources)
        return m_range(c, 1, m.sources);
    if (c->word[1] > 1)
        return PN_ERR_INVALID_ARGUMENT;
    struct m_cap cap = m_lookup(c->caller, c->word[2]);
    if (!m_has(cap, PN_CAP_CNODE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    struct m_cnode *node = &m.cnode[cap.object];
    if (c->word[3] >= node->count)
        return PN_ERR_RANGE;
    if (node->slot[c->word[3]].type != PN_CAP_NULL)
        return PN_ERR_DELETE_FIRST;
    node->slot[c->word[3]] = m_make(PN_CAP_IRQ, (uint16_t)c->word[0]);
    m.slots_changed = true;
    return PN_OK;
}

static enum pn_error set_parameters(struct m_call *c)
{
    if (c->count < 5)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct m_cap cap = m_lookup(c->caller, c->word[0]);
    struct m_sc *sc = &m.sc[cap.object];
    if (cap.type != PN_CAP_SCHED_CONTEXT)
        return PN_ERR_INVALID_CAPABILITY;
    if (c->word[2] < PN_MIN_BUDGET_US || c->word[2] > PN_MAX_PERIOD_US)
        return m_range(c, PN_MIN_BUDGET_US, PN_MAX_PERIOD_US);
    if (c->word[1] < PN_MIN_BUDGET_US || c->word[1] > c->word[2])
        return m_range(c, PN_MIN_BUDGET_US, c->word[2]);
    if (c->word[3] > PN_MAX_REFILLS - 2)
        return m_range(c, 0, PN_MAX_REFILLS - 2);
    if (sc->depth != 0 || (sc->thread != 0 && m.thread[sc->thread].state != M_INACTIVE))
        return PN_ERR_ILLEGAL_OPERATION;
    sc->budget = m_ticks(c->word[1]);
    sc->period = m_ticks(c->word[2]);
    sc->minimum = m_ticks(PN_MIN_BUDGET_US);
    sc->max = (uint8_t)(2 + c->word[3]);
    sc->badge = c->word[4];
    m_refill_start(sc);
    return PN_OK;
}

static enum pn_error set_slot(struct m_call *c)
{
    bool starts = c->word[3] != PN_SCHEDULE_SET;
    if (c->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] >= PN_MAX_SCHEDULE)
        return m_range(c, 0, PN_MAX_SCHEDULE - 1);
    if (c->word[1] >= PN_MAX_DOMAINS)
        return m_range(c, 0, PN_MAX_DOMAINS - 1);
    if (c->word[2] >= 1ull << 56)
        return m_range(c, 0, (1ull << 56) - 1);
    if (c->word[3] > 2 || (starts && c->word[2] == 0))
        return PN_ERR_INVALID_ARGUMENT;
    if (m.scheduled != PN_SCHEDULE_SET)
        return PN_ERR_ILLEGAL_OPERATION;
    m.schedule[c->word[0]].domain = c->word[1];
    m.schedule[c->word[0]].ticks = c->word[2];
    m.scheduled = c->word[3];
    m.first_slot = (uint32_t)c->word[0];
    if (m.scheduled == PN_SCHEDULE_NOW)
        m_start_schedule();
    return PN_OK;
}

static enum pn_error seal(struct m_call *c)
{
    if (c->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] > 1)
        return PN_ERR_INVALID_ARGUMENT;
    if (c->word[0] == PN_SEAL_EXIT) {
        struct m_cnode *node = &m.cnode[c->caller->cnode];
        struct m_cap none = {0};
        for (uint32_t i = 0; i < node->count; i++)
            node->slot[i] = none;
        m_suspend(c->caller);
        c->silent = true;
        m.slots_changed = true;
    }
    if (m.scheduled == PN_SCHEDULE_AT_SEAL)
        m_start_schedule();
    m.sealed = true;
    return PN_OK;
}

static enum pn_error invoke_system(struct m_call *c)
{
    switch (c->method) {
    case PN_SYSTEM_IRQ:
        return make_irq(c);
    case PN_SYSTEM_SCHED:
        return set_parameters(c);
    case PN_SYSTEM_SEAL:
        return seal(c);
    case PN_SYSTEM_DOMAIN:
        return set_slot(c);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}

enum pn_error m_invoke(struct m_call *c)
{
    if (m.sealed && construction(c->method))
        return PN_ERR_SEALED;
    switch (c->cap.type) {
    case PN_CAP_UNTYPED:
        return m_invoke_untyped(c);
    case PN_CAP_CNODE:
        return invoke_cnode(c);
    case PN_CAP_TCB:
        return m_invoke_thread(c);
    case PN_CAP_FRAME:
    case PN_CAP_PAGE_TABLE:
        return m_invoke_memory(c);
    case PN_CAP_IRQ:
        return invoke_irq(c);
    case PN_CAP_SYSTEM:
        return invoke_system(c);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}
