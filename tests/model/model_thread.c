/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual sections 5 (TCB) and 6: threads as objects. */
#include <string.h>
#include "model.h"

/* pc, ra, sp, gp, s0..s11, a0..a7, t0..t6, tp */
static const uint8_t order[32] = {0,  1,  2,  3,  8,  9,  18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                  10, 11, 12, 13, 14, 15, 16, 17, 5,  6,  7,  28, 29, 30, 31, 4};

void m_load_start(struct m_thread *t)
{
    memset(t->reg, 0, sizeof t->reg);
    memset(t->fpu, 0, sizeof t->fpu);
    t->reg[M_PC] = t->start_pc;
    t->reg[M_SP] = t->start_sp;
    t->reg[M_A0] = t->start_a0;
}

/* A blocked thread gives up what it waits for; the system call will be repeated. */
static void give_up(struct m_thread *t)
{
    if (t->state == M_RECEIVE || t->state == M_SEND)
        m_drop(&m.endpoint[t->object].queue, m_id(t));
    else if (t->state == M_WAIT)
        m_drop(&m.notification[t->object].queue, m_id(t));
    else if (t->state == M_REPLY)
        m_forget_call(t->reply);
    else
        return;
    if (t->fault == PN_FAULT_NULL)
        t->reg[M_PC] -= 4;
    t->fault = PN_FAULT_NULL;
}

void m_suspend(struct m_thread *t)
{
    give_up(t);
    m_unschedule(t);
    t->state = M_INACTIVE;
}

void m_resume(struct m_thread *t)
{
    if (t->state == M_READY)
        return;
    give_up(t);
    m_wake(t);
}

void m_reset(struct m_thread *t)
{
    m_suspend(t);
    t->epoch++;
    for (uint16_t r = 1; r <= m.replies; r++) {
        if (m.reply[r].server != m_id(t) || m.reply[r].caller == 0)
            continue;
        struct m_thread *caller = &m.thread[m.reply[r].caller];
        uint8_t fault = caller->fault;
        m_abandon(r, t->epoch);
        if (fault != PN_FAULT_NULL)
            m_fault(caller, fault, caller->fault_address, caller->fault_code);
    }
    for (uint16_t e = 1; e <= m.endpoints; e++) {
        struct m_list queue = m.endpoint[e].queue;
        for (uint32_t i = 0; m.endpoint[e].server == m_id(t) && i < queue.count; i++) {
            struct m_thread *caller = &m.thread[queue.item[i]];
            if (caller->state != M_SEND || !caller->calling || caller->fault != PN_FAULT_NULL)
                continue;
            m_drop(&m.endpoint[e].queue, queue.item[i]);
            m_answer_restarted(caller, t->epoch);
            m_wake(caller);
        }
    }
    m_hand_back(t);
    m_load_start(t);
}

static bool fault_target_good(const struct m_thread *caller, uint64_t cptr)
{
    return cptr == 0 || m_has(m_lookup(caller, cptr), PN_CAP_ENDPOINT, PN_WRITE | PN_CALL);
}

static enum pn_error configure(struct m_call *c, struct m_thread *t)
{
    struct m_cap cnode = m_lookup(c->caller, c->word[0]);
    struct m_cap vspace = m_lookup(c->caller, c->word[1]);
    if (c->count < 6)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (t->state != M_INACTIVE)
        return PN_ERR_ILLEGAL_OPERATION;
    if (!m_has(cnode, PN_CAP_CNODE, 0) || !m_has(vspace, PN_CAP_VSPACE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    if (!fault_target_good(c->caller, c->word[3]) || !fault_target_good(c->caller, c->word[5]))
        return PN_ERR_INVALID_CAPABILITY;
    if (c->word[4] >= 16 || ((c->word[4] & PN_TCB_FPU) != 0 && !m.has_fpu))
        return PN_ERR_INVALID_ARGUMENT;
    if (c->word[2] != 0) {
        enum pn_error error = m_map_possible(vspace.object, c->word[2], false);
        if (error != PN_OK)
            return error;
        m_map(vspace.object, c->word[2], false, m.buffer_paddr[m_id(t)], PN_READ | PN_WRITE);
    }
    t->cnode = cnode.object;
    t->vspace = vspace.object;
    t->fault_endpoint = c->word[3] != 0 ? m_lookup(c->caller, c->word[3]).object : 0;
    t->fault_badge = c->word[3] != 0 ? m_lookup(c->caller, c->word[3]).badge : 0;
    t->timeout_endpoint = c->word[5] != 0 ? m_lookup(c->caller, c->word[5]).object : 0;
    t->timeout_badge = c->word[5] != 0 ? m_lookup(c->caller, c->word[5]).badge : 0;
    t->flags = (uint8_t)(c->word[4] & 3);
    t->moving = (c->word[4] & PN_TCB_PASSIVE) != 0;
    t->vital = (c->word[4] & PN_TCB_VITAL) != 0;
    t->configured = true;
    return PN_OK;
}

/* The thread runs on no context but its own, and its own is not lent. */
static bool contexts_at_rest(const struct m_thread *t)
{
    bool home = t->own_sc != 0 && m.sc[t->own_sc].home_thread == m_id(t);
    if (t->sc != 0 && !(home && t->sc == t->own_sc))
        return false;
    const struct m_sc *sc = &m.sc[t->own_sc];
    return !home || (sc->depth == 0 && (sc->thread == 0 || sc->thread == m_id(t)));
}

static enum pn_error set_sched(struct m_call *c, struct m_thread *t)
{
    if (c->count < 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[0] > 255)
        return m_range(c, 0, 255);
    if (c->count > 2 && c->word[2] > 15)
        return m_range(c, 0, 15);
    struct m_cap cap = m_lookup(c->caller, c->word[1]);
    if (c->word[1] != 0 && cap.type != PN_CAP_SCHED_CONTEXT)
        return PN_ERR_INVALID_CAPABILITY;
    if (t->state != M_INACTIVE || !contexts_at_rest(t))
        return PN_ERR_ILLEGAL_OPERATION;
    struct m_sc *sc = &m.sc[cap.object];
    if (c->word[1] != 0) {
        bool free = sc->home_thread == 0 && sc->home_notification == 0 && sc->thread == 0;
        if (sc->budget == 0 || (!free && sc->home_thread != m_id(t)))
            return PN_ERR_ILLEGAL_OPERATION;
    }
    if (t->own_sc != 0 && m.sc[t->own_sc].home_thread == m_id(t)) {
        m.sc[t->own_sc].home_thread = 0;
        m.sc[t->own_sc].thread = 0;
        t->sc = 0;
    }
    t->priority = (uint8_t)c->word[0];
    t->domain = (uint8_t)(c->count > 2 ? c->word[2] : 0);
    t->own_sc = 0;
    if (c->word[1] != 0) {
        t->own_sc = cap.object;
        sc->home_thread = m_id(t);
        m_attach(cap.object, t);
    }
    return PN_OK;
}

static enum pn_error bind_notification(struct m_call *c, struct m_thread *t)
{
    if (c->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct m_cap cap = m_lookup(c->caller, c->word[0]);
    if (!m_has(cap, PN_CAP_NOTIFICATION, PN_READ))
        return PN_ERR_INVALID_CAPABILITY;
    if (m.notification[cap.object].bound != 0 || t->notification != 0)
        return PN_ERR_ILLEGAL_OPERATION;
    m.notification[cap.object].bound = m_id(t);
    t->notification = cap.object;
    m_take_pending(t);
    return PN_OK;
}

static enum pn_error set_start(struct m_call *c, struct m_thread *t)
{
    if (c->count < 3)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (t->state != M_INACTIVE)
        return PN_ERR_ILLEGAL_OPERATION;
    t->start_pc = c->word[0];
    t->start_sp = c->word[1];
    t->start_a0 = c->word[2];
    m_load_start(t);
    return PN_OK;
}

static enum pn_error write_registers(struct m_call *c, struct m_thread *t)
{
    if (c->count < 2 || c->count - 2 < c->word[1])
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[1] > 32)
        return m_range(c, 0, 32);
    if (t == c->caller || !t->configured)
        return PN_ERR_ILLEGAL_OPERATION;
    if (t->state != M_READY && t->fault == PN_FAULT_NULL)
        m_suspend(t);
    for (uint64_t i = 0; i < c->word[1]; i++)
        t->reg[order[i]] = c->word[2 + i];
    if ((c->word[0] & 1) != 0)
        m_resume(t);
    return PN_OK;
}

static enum pn_error read_registers(struct m_call *c, struct m_thread *t)
{
    if (c->count < 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (c->word[1] > 32)
        return m_range(c, 0, 32);
    if (t == c->caller)
        return PN_ERR_ILLEGAL_OPERATION;
    if ((c->word[0] & 1) != 0) {
        if ((c->cap.rights & PN_WRITE) == 0)
            return PN_ERR_INVALID_CAPABILITY;
        m_suspend(t);
    }
    c->answers = c->word[1];
    for (uint64_t i = 0; i < c->answers; i++)
        c->answer[i] = t->reg[order[i]];
    return PN_OK;
}

static enum pn_error epoch_answer(struct m_call *c, const struct m_thread *t)
{
    c->answers = 1;
    c->answer[0] = t->epoch;
    return PN_OK;
}

enum pn_error m_invoke_thread(struct m_call *c)
{
    struct m_thread *t = m_thread(c->cap.object);
    bool reads = c->method == PN_TCB_READ_REGISTERS || c->method == PN_TCB_EPOCH;
    if ((c->cap.rights & (reads ? PN_READ : PN_WRITE)) == 0)
        return PN_ERR_INVALID_CAPABILITY;
    switch (c->method) {
    case PN_TCB_CONFIGURE:
        return configure(c, t);
    case PN_TCB_SET_SCHED:
        return set_sched(c, t);
    case PN_TCB_BIND_NOTIFICATION:
        return bind_notification(c, t);
    case PN_TCB_SET_START:
        return set_start(c, t);
    case PN_TCB_WRITE_REGISTERS:
        return write_registers(c, t);
    case PN_TCB_READ_REGISTERS:
        return read_registers(c, t);
    case PN_TCB_SUSPEND:
        m_suspend(t);
        return PN_OK;
    case PN_TCB_RESUME:
        if (!t->configured)
            return PN_ERR_ILLEGAL_OPERATION;
        m_resume(t);
        return PN_OK;
    case PN_TCB_RESET:
        if (!t->configured)
            return PN_ERR_ILLEGAL_OPERATION;
        m_reset(t);
        c->silent = t == c->caller;
        return epoch_answer(c, t);
    case PN_TCB_EPOCH:
        return epoch_answer(c, t);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}
