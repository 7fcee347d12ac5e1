/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual section 4: the system calls; exceptions and interrupts. */
#include <string.h>
#include "model.h"

static void invoke(struct m_thread *t, struct m_cap cap, bool call)
{
    struct m_call c = {.caller = t, .cap = cap, .method = t->reg[M_A1] >> PN_MSGINFO_LABEL_SHIFT};
    c.count = t->reg[M_A1] & PN_MSGINFO_LENGTH_MASK;
    if (c.count > PN_MAX_MSG)
        c.count = PN_MAX_MSG;
    for (uint64_t i = 0; i < c.count; i++)
        c.word[i] = m_word(t, i);
    enum pn_error error = m_invoke(&c);
    if (!call || c.silent)
        return;
    m_answer(t, error, c.answers);
    for (uint64_t i = 0; i < c.answers; i++)
        m_set_word(t, i, c.answer[i]);
}

/* The send half; false: the capability does not do. */
static bool send(struct m_thread *t, struct m_cap cap, enum m_mode mode)
{
    bool call = mode == M_CALL;
    switch (cap.type) {
    case PN_CAP_NULL:
        return false;
    case PN_CAP_ENDPOINT:
        if (!m_has(cap, PN_CAP_ENDPOINT, call ? PN_WRITE | PN_CALL : PN_WRITE))
            return false;
        m_send(t, cap.object, cap.badge, mode);
        return true;
    case PN_CAP_NOTIFICATION:
        if ((cap.rights & PN_WRITE) == 0)
            return false;
        m_signal(cap.object, cap.badge);
        break;
    case PN_CAP_REPLY:
        m_reply(cap.object, t);
        break;
    default:
        invoke(t, cap, call);
        return true;
    }
    if (call)
        m_answer(t, PN_OK, 0);
    return true;
}

static void capability_fault(struct m_thread *t, uint64_t cptr, bool receiving)
{
    t->reg[M_PC] -= 4;
    m_fault(t, PN_FAULT_CAP, cptr, receiving);
}

static void receive(struct m_thread *t, bool blocking, bool with_reply)
{
    if (t->state != M_READY)
        return;
    struct m_cap cap = m_lookup(t, t->reg[M_A0]);
    struct m_cap reply = m_lookup(t, t->reg[M_A6]);
    if (m_has(cap, PN_CAP_NOTIFICATION, PN_READ)) {
        uint16_t bound = m.notification[cap.object].bound;
        if (bound != 0 && bound != m_id(t))
            capability_fault(t, t->reg[M_A0], true);
        else
            m_wait(t, cap.object, blocking);
    } else if (!m_has(cap, PN_CAP_ENDPOINT, PN_READ)) {
        capability_fault(t, t->reg[M_A0], true);
    } else if (with_reply && reply.type != PN_CAP_REPLY) {
        capability_fault(t, t->reg[M_A6], true);
    } else {
        m_receive(t, cap.object, with_reply ? reply.object : 0, blocking);
    }
}

static void go_on(struct m_thread *t)
{
    if (t->state == M_READY)
        m_need_context(t);
}

static void system_call(struct m_thread *t)
{
    struct m_cap cap = m_lookup(t, t->reg[M_A0]);
    struct m_cap other = m_lookup(t, t->reg[M_T0]);
    struct m_cap reply = m_lookup(t, t->reg[M_A6]);
    switch ((int64_t)t->reg[M_A7]) {
    case PN_SYS_CALL:
        if (!send(t, cap, M_CALL))
            m_answer(t, PN_ERR_INVALID_CAPABILITY, 0);
        go_on(t);
        return;
    case PN_SYS_SEND:
        if (!send(t, cap, M_SEND_ONCE))
            capability_fault(t, t->reg[M_A0], false);
        go_on(t);
        return;
    case PN_SYS_NBSEND:
        (void)send(t, cap, M_SEND_NOW);
        go_on(t);
        return;
    case PN_SYS_REPLY_RECV:
        if (reply.type == PN_CAP_REPLY)
            m_reply(reply.object, t);
        receive(t, true, true);
        return;
    case PN_SYS_NBSEND_RECV:
        (void)send(t, other, M_SEND_NOW);
        receive(t, true, true);
        return;
    case PN_SYS_NBSEND_WAIT:
        (void)send(t, other, M_SEND_NOW);
        receive(t, true, false);
        return;
    case PN_SYS_RECV:
    case PN_SYS_NBRECV:
        receive(t, t->reg[M_A7] == (uint64_t)PN_SYS_RECV, true);
        return;
    case PN_SYS_WAIT:
    case PN_SYS_NBWAIT:
        receive(t, t->reg[M_A7] == (uint64_t)PN_SYS_WAIT, false);
        return;
    case PN_SYS_YIELD:
        m_yield(t);
        return;
    default:
        t->reg[M_PC] -= 4;
        m_fault(t, PN_FAULT_UNKNOWN_SYSCALL, 0, 0);
        return;
    }
}

void m_ecall(void)
{
    struct m_thread *t = m_thread(m.current);
    t->reg[M_PC] += 4;
    system_call(t);
    m_choose();
}

void m_exception(uint64_t cause, uint64_t value)
{
    bool memory = cause == 1 || cause == 5 || cause == 7 || cause == 12 || cause == 13 || cause == 15;
    m_fault(m_thread(m.current), memory ? PN_FAULT_VM : PN_FAULT_USER_EXCEPTION, value, cause);
    m_choose();
}

/* One device interrupt is claimed, and the timer is looked at. */
void m_interrupt(void)
{
    for (uint32_t i = 1; i < 1024 && !m.withdrawn; i++) {
        struct m_irq *irq = &m.irq[i];
        if (!irq->pending || !irq->enabled || irq->claimed)
            continue;
        irq->pending = false;
        irq->claimed = irq->notification != 0;
        irq->enabled = irq->notification != 0;
        if (irq->notification != 0)
            m_signal(irq->notification, irq->badge);
        break;
    }
    if (m.now >= m.deadline)
        m_tick();
    m_choose();
}
