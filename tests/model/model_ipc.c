/* SPDX-License-Identifier: BSD-2-Clause */
/* Manual sections 4, 6, 7, 9: messages, signals, replies with what they lend, faults. */
#include <string.h>
#include "model.h"

/* Registers in the messages of unknown system calls, in order; user exceptions carry the first two. */
static const uint8_t carried[10] = {M_PC,     M_SP,     M_RA,     M_A0,     M_A0 + 1,
                                    M_A0 + 2, M_A0 + 3, M_A0 + 4, M_A0 + 5, M_A0 + 6};

static uint64_t length_of(const struct m_thread *t)
{
    uint64_t length = t->reg[M_A1] & PN_MSGINFO_LENGTH_MASK;
    return length < PN_MAX_MSG ? length : PN_MAX_MSG;
}

static uint64_t label_of(const struct m_thread *t)
{
    return t->reg[M_A1] >> PN_MSGINFO_LABEL_SHIFT;
}

static void copy_message(const struct m_thread *from, struct m_thread *to, uint64_t badge)
{
    uint64_t length = length_of(from);
    m_answer(to, label_of(from), length);
    to->reg[M_A0] = badge;
    for (uint64_t i = 0; i < length; i++)
        m_set_word(to, i, m_word(from, i));
}

static uint64_t timeout_words(struct m_thread *t, struct m_thread *to)
{
    if (t->sc == 0)
        return 0;
    struct m_sc *sc = &m.sc[t->sc];
    m_set_word(to, 0, sc->badge);
    m_set_word(to, 1, (uint64_t)((__extension__(unsigned __int128) sc->consumed) * 1000000 / m.hz));
    sc->consumed = 0;
    return 2;
}

static void fault_message(struct m_thread *t, struct m_thread *to, uint64_t badge)
{
    uint64_t words[11];
    uint64_t count = 4;
    words[0] = t->reg[M_PC];
    words[1] = t->fault_address;
    words[2] = t->fault_code;
    words[3] = 2;
    if (t->fault == PN_FAULT_UNKNOWN_SYSCALL) {
        for (count = 0; count < 10; count++)
            words[count] = t->reg[carried[count]];
        words[count++] = t->reg[M_A7];
    } else if (t->fault == PN_FAULT_USER_EXCEPTION) {
        words[1] = t->reg[M_SP];
        words[3] = t->fault_address;
    } else if (t->fault == PN_FAULT_VM) {
        words[2] = t->fault_code == 1 || t->fault_code == 12;
        words[3] = t->fault_code;
    }
    if (t->fault == PN_FAULT_TIMEOUT)
        count = timeout_words(t, to);
    else
        for (uint64_t i = 0; i < count; i++)
            m_set_word(to, i, words[i]);
    m_answer(to, t->fault, count);
    to->reg[M_A0] = badge;
}

static void deliver(struct m_thread *from, struct m_thread *to, uint64_t badge)
{
    if (from->fault != PN_FAULT_NULL)
        fault_message(from, to, badge);
    else
        copy_message(from, to, badge);
}

static void stop(struct m_thread *t)
{
    m_unschedule(t);
    t->fault = PN_FAULT_NULL;
    t->state = M_INACTIVE;
}

/* 'caller' was received by 'server': it waits for the answer through reply object 'r'. */
static void hold(struct m_thread *caller, struct m_thread *server, uint16_t r, bool lend)
{
    if (r == 0 || m.reply[r].caller != 0) {
        if (caller->fault != PN_FAULT_NULL) {
            stop(caller);
            return;
        }
        m_answer(caller, PN_ERR_ILLEGAL_OPERATION, 0);
        m_wake(caller);
        return;
    }
    m.reply[r].caller = m_id(caller);
    m.reply[r].server = m_id(server);
    caller->state = M_REPLY;
    caller->reply = r;
    if (m.current == m_id(caller))
        m.current = 0;
    if (lend && caller->sc != 0 && server->sc == 0) {
        struct m_sc *sc = &m.sc[caller->sc];
        sc->lent[sc->depth++] = r;
        m_attach(caller->sc, server);
        caller->sc = 0;
    }
}

/* Which context was lent along the call that 'r' holds; 'at': its place among the open calls. */
static uint16_t lent_by(uint16_t r, uint32_t *at)
{
    for (uint16_t s = 1; s <= m.scs; s++) {
        for (uint32_t i = 0; i < m.sc[s].depth; i++) {
            if (m.sc[s].lent[i] == r) {
                *at = i;
                return s;
            }
        }
    }
    return 0;
}

static void forget_loan(struct m_sc *sc, uint32_t at)
{
    memmove(&sc->lent[at], &sc->lent[at + 1], (sc->depth - at - 1) * sizeof sc->lent[0]);
    sc->depth--;
}

/* The caller waits no longer; what it lent comes back unless it has been lent on. */
static void end_call(uint16_t r, struct m_thread *caller)
{
    uint32_t at = 0;
    uint16_t s = lent_by(r, &at);
    m.reply[r].caller = 0;
    caller->reply = 0;
    if (s == 0)
        return;
    struct m_sc *sc = &m.sc[s];
    bool newest = at == sc->depth - 1;
    forget_loan(sc, at);
    if (!newest || sc->thread != m.reply[r].server)
        return;
    struct m_thread *user = &m.thread[sc->thread];
    if (sc->thread != 0) {
        sc->thread = 0;
        user->sc = 0;
        if (user->state == M_READY && m_id(user) != m.current) {
            m_unschedule(user);
            m_wake(user);
        }
    }
    if (caller->sc == 0)
        m_attach(s, caller);
}

void m_forget_call(uint16_t r)
{
    uint32_t at = 0;
    uint16_t s = lent_by(r, &at);
    m.reply[r].caller = 0;
    if (s != 0)
        forget_loan(&m.sc[s], at);
}

void m_answer_restarted(struct m_thread *t, uint32_t epoch)
{
    m_answer(t, PN_ERR_PEER_RESTARTED, 1);
    t->reg[M_A2] = epoch;
}

static void fault_answer(struct m_thread *t, const struct m_thread *handler)
{
    uint64_t count = 0;
    if (t->fault == PN_FAULT_UNKNOWN_SYSCALL)
        count = 10;
    else if (t->fault == PN_FAULT_USER_EXCEPTION)
        count = 2;
    for (uint64_t i = 0; i < count && i < length_of(handler); i++)
        t->reg[carried[i]] = m_word(handler, i);
    t->fault = PN_FAULT_NULL;
    if (label_of(handler) == 0)
        m_wake(t);
    else
        t->state = M_INACTIVE;
}

void m_reply(uint16_t r, struct m_thread *server)
{
    if (m.reply[r].caller == 0)
        return;
    struct m_thread *caller = &m.thread[m.reply[r].caller];
    end_call(r, caller);
    if (caller->fault != PN_FAULT_NULL) {
        fault_answer(caller, server);
        return;
    }
    copy_message(server, caller, 0);
    m_wake(caller);
}

void m_abandon(uint16_t r, uint32_t epoch)
{
    if (m.reply[r].caller == 0)
        return;
    struct m_thread *caller = &m.thread[m.reply[r].caller];
    end_call(r, caller);
    if (caller->fault != PN_FAULT_NULL) {
        caller->fault = PN_FAULT_NULL;
        caller->state = M_INACTIVE;
        return;
    }
    m_answer_restarted(caller, epoch);
    m_wake(caller);
}

static struct m_thread *first(const struct m_list *l, enum m_state state)
{
    if (l->count == 0 || m.thread[l->item[0]].state != state)
        return NULL;
    return &m.thread[l->item[0]];
}

void m_send(struct m_thread *t, uint16_t e, uint64_t badge, enum m_mode mode)
{
    struct m_endpoint *ep = &m.endpoint[e];
    struct m_thread *receiver = first(&ep->queue, M_RECEIVE);
    if (receiver != NULL) {
        m_drop(&ep->queue, m_id(receiver));
        deliver(t, receiver, badge);
        if (mode == M_CALL || mode == M_CALL_KEEP)
            hold(t, receiver, receiver->reply, mode == M_CALL);
        m_wake(receiver);
        return;
    }
    if (mode == M_SEND_NOW)
        return;
    t->state = M_SEND;
    t->object = e;
    t->badge = badge;
    t->calling = mode != M_SEND_ONCE;
    t->lending = mode == M_CALL;
    if (m.current == m_id(t))
        m.current = 0;
    m_insert_by_priority(&ep->queue, m_id(t));
}

static void block(struct m_thread *t, enum m_state state, uint16_t object, struct m_list *queue)
{
    t->state = state;
    t->object = object;
    if (m.current == m_id(t))
        m.current = 0;
    m_insert_by_priority(queue, m_id(t));
    m_hand_back(t);
}

static void take_signals(struct m_thread *t, struct m_notification *n)
{
    t->reg[M_A0] = n->word;
    t->reg[M_A1] = 0;
    n->word = 0;
    n->active = false;
}

static void nothing(struct m_thread *t)
{
    t->reg[M_A0] = 0;
    t->reg[M_A1] = 0;
    m_need_context(t);
}

void m_receive(struct m_thread *t, uint16_t e, uint16_t reply, bool blocking)
{
    struct m_endpoint *ep = &m.endpoint[e];
    m_move_context(t);
    if (t->notification != 0 && m.notification[t->notification].active) {
        take_signals(t, &m.notification[t->notification]);
        m_need_context(t);
        return;
    }
    if (reply != 0) {
        m_abandon(reply, t->epoch);
        m.reply[reply].server = m_id(t);
    }
    ep->server = m_id(t);
    struct m_thread *sender = first(&ep->queue, M_SEND);
    if (sender != NULL) {
        m_drop(&ep->queue, m_id(sender));
        deliver(sender, t, sender->badge);
        if (sender->calling)
            hold(sender, t, reply, sender->lending);
        else
            m_wake(sender);
        m_need_context(t);
    } else if (blocking) {
        t->reply = reply;
        block(t, M_RECEIVE, e, &ep->queue);
    } else {
        nothing(t);
    }
}

static void give_signal(struct m_thread *t, uint64_t badge)
{
    t->reg[M_A0] = badge;
    t->reg[M_A1] = 0;
    m_wake(t);
}

void m_signal(uint16_t n, uint64_t badge)
{
    struct m_notification *ntfn = &m.notification[n];
    struct m_thread *waiter = first(&ntfn->queue, M_WAIT);
    if (waiter != NULL) {
        m_drop(&ntfn->queue, m_id(waiter));
        give_signal(waiter, badge);
        return;
    }
    if (ntfn->bound != 0 && m.thread[ntfn->bound].state == M_RECEIVE) {
        struct m_thread *bound = &m.thread[ntfn->bound];
        m_drop(&m.endpoint[bound->object].queue, m_id(bound));
        give_signal(bound, badge);
        return;
    }
    ntfn->active = true;
    ntfn->word |= badge;
}

void m_take_pending(struct m_thread *t)
{
    if (t->state != M_RECEIVE || !m.notification[t->notification].active)
        return;
    m_drop(&m.endpoint[t->object].queue, m_id(t));
    take_signals(t, &m.notification[t->notification]);
    m_wake(t);
}

void m_wait(struct m_thread *t, uint16_t n, bool blocking)
{
    struct m_notification *ntfn = &m.notification[n];
    m_move_context(t);
    if (ntfn->active) {
        take_signals(t, ntfn);
        m_need_context(t);
    } else if (blocking) {
        block(t, M_WAIT, n, &ntfn->queue);
    } else {
        nothing(t);
    }
}

void m_fault(struct m_thread *t, uint8_t fault, uint64_t address, uint64_t code)
{
    bool timeout = fault == PN_FAULT_TIMEOUT;
    uint16_t endpoint = timeout ? t->timeout_endpoint : t->fault_endpoint;
    t->fault = fault;
    t->fault_address = address;
    t->fault_code = code;
    m.reset = m.reset || (endpoint == 0 && t->vital);
    if (endpoint == 0)
        stop(t);
    else
        m_send(t, endpoint, timeout ? t->timeout_badge : t->fault_badge, timeout ? M_CALL_KEEP : M_CALL);
}
