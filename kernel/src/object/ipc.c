/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving through endpoints. */
#include "object/ipc.h"
#include "object/fault.h"
#include "object/queue.h"
#include "state.h"

static void copy_buffer(u16 from, u16 to, u64 length)
{
    if (from >= PN_MAX_TCBS || to >= PN_MAX_TCBS || length > PN_MAX_MSG)
        kernel_stop_index();
    const u64 *source = ks_buffer[from].word;
    u64 *target = ks_buffer[to].word;
    for (u64 i = PN_MSG_REGS + 1; i <= length; i++)
        target[i] = source[i];
}

void message_transfer(u16 from, u16 to, u64 badge)
{
    const struct tcb *source = tcb_at(from);
    struct tcb *target = tcb_at(to);
    u64 info = source->reg[REG_A1];
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    if (unlikely(length > PN_MAX_MSG))
        length = PN_MAX_MSG;
    target->reg[REG_A0] = badge;
    target->reg[REG_A1] = (info >> PN_MSGINFO_LABEL_SHIFT << PN_MSGINFO_LABEL_SHIFT) + length;
    if (length == 0)
        return;
    if (length >= PN_MSG_REGS) {
        for (u32 i = 0; i < PN_MSG_REGS; i++)
            target->reg[REG_A2 + i] = source->reg[REG_A2 + i];
        if (length > PN_MSG_REGS)
            copy_buffer(from, to, length);
        return;
    }
    for (u32 i = 0; i < length; i++)
        target->reg[REG_A2 + i] = source->reg[REG_A2 + i];
}

static void deliver(u16 from, u16 to, u64 badge)
{
    if (unlikely(tcb_at(from)->fault != PN_FAULT_NULL))
        fault_message(from, to, badge);
    else
        message_transfer(from, to, badge);
}

static void leave_queue(struct endpoint *ep, u16 t)
{
    if (likely(ep->head == ep->tail)) {
        ep->head = NIL;
        ep->tail = NIL;
        ep->state = ENDPOINT_IDLE;
        tcb_at(t)->queue = QUEUE_NONE;
        return;
    }
    queue_remove(&ep->head, &ep->tail, t);
}

void endpoint_remove(u16 t)
{
    leave_queue(endpoint_at(tcb_at(t)->object), t);
}

static void enter_queue(struct endpoint *ep, u16 e, u16 t, enum thread_state state)
{
    struct tcb *thread = tcb_at(t);
    thread->state = (u8)state;
    thread->object = e;
    ep->state = state == THREAD_SEND ? ENDPOINT_SENDERS : ENDPOINT_RECEIVERS;
    sched_block(t);
    if (likely(ep->head == NIL)) {
        thread->queue = QUEUE_OBJECT;
        thread->next = NIL;
        thread->prev = NIL;
        ep->head = t;
        ep->tail = t;
        return;
    }
    queue_insert(&ep->head, &ep->tail, t);
}

void endpoint_send(u16 t, u16 e, u64 badge, enum send_mode mode)
{
    struct endpoint *ep = endpoint_at(e);
    struct tcb *sender = tcb_at(t);
    if (likely(ep->state == ENDPOINT_RECEIVERS)) {
        u16 to = ep->head;
        struct tcb *receiver = tcb_at(to);
        leave_queue(ep, to);
        deliver(t, to, badge);
        if (mode >= SEND_CALL)
            reply_begin(t, to, receiver->reply, mode == SEND_CALL);
        sched_wake(to);
    } else if (mode != SEND_NOW) {
        sender->badge = badge;
        sender->calling = mode >= SEND_CALL;
        sender->donating = mode == SEND_CALL;
        enter_queue(ep, e, t, THREAD_SEND);
    }
}

/* Take the message of the first sender in the queue. */
static void take_message(struct endpoint *ep, u16 t, u16 reply)
{
    u16 from = ep->head;
    struct tcb *sender = tcb_at(from);
    leave_queue(ep, from);
    deliver(from, t, sender->badge);
    if (sender->calling) {
        reply_begin(from, t, reply, sender->donating);
    } else {
        sched_wake(from);
    }
}

void endpoint_receive(u16 t, u16 e, u16 reply, bool blocking)
{
    struct tcb *thread = tcb_at(t);
    struct endpoint *ep = endpoint_at(e);
    u16 n = binding_at(t)->notification;
    if (unlikely(thread->moving))
        sched_context_move(t);
    if (n != NIL && notification_at(n)->state == NOTIFICATION_ACTIVE) {
        notification_take(t, n);
        sched_need_context(t);
        return;
    }
    if (reply != NIL) {
        struct reply *r = reply_at(reply);
        if (unlikely(r->caller != NIL))
            reply_abandon(reply, PN_ERR_PEER_RESTARTED, tcb_at(t)->epoch);
        r->server = t;
    }
    ep->server = t;
    if (ep->state == ENDPOINT_SENDERS) {
        take_message(ep, t, reply);
        sched_need_context(t);
    } else if (blocking) {
        thread->reply = reply;
        enter_queue(ep, e, t, THREAD_RECEIVE);
        sched_context_release(t);
    } else {
        thread->reg[REG_A0] = 0;
        thread->reg[REG_A1] = 0;
        sched_need_context(t);
    }
}

void endpoint_refuse_callers(u16 e, u64 epoch)
{
    struct endpoint *ep = endpoint_at(e);
    if (ep->state != ENDPOINT_SENDERS)
        return;
    u16 t = ep->head;
    for (u32 i = 0; i < PN_MAX_TCBS && t != NIL; i++) {
        struct tcb *thread = tcb_at(t);
        u16 next = thread->next;
        if (thread->calling && thread->fault == PN_FAULT_NULL) {
            leave_queue(ep, t);
            tcb_answer(t, PN_ERR_PEER_RESTARTED);
            thread->reg[REG_A1] += 1;
            thread->reg[REG_A2] = epoch;
            sched_wake(t);
        }
        t = next;
    }
}
