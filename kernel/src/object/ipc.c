/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving through endpoints. */
#include "object/ipc.h"
#include "object/fault.h"
#include "object/queue.h"
#include "state.h"

#define MESSAGE_LABEL 0x1000u /* unit of the label in a message info word */

_Static_assert(MESSAGE_LABEL == 1u << PN_MSGINFO_LABEL_SHIFT, "abi.h");

/* Words behind the first four, of a message that claims 'length' words. Answer: how many there are. */
/*@ requires assumed_threads: is_other(from, to);
    assigns ks_buffer[to->self - 1].word[PN_MSG_REGS + 1 .. PN_MAX_MSG];
    ensures clamp: \result == (length <= PN_MAX_MSG ? length : PN_MAX_MSG);
    ensures copied: \forall integer i; PN_MSG_REGS < i <= \result ==>
      ks_buffer[to->self - 1].word[i] == ks_buffer[from->self - 1].word[i];
    ensures rest: \forall integer i; PN_MSG_REGS < i <= PN_MAX_MSG && \result < i ==>
      ks_buffer[to->self - 1].word[i] == \old(ks_buffer[to->self - 1].word[i]); */
static COLD u64 copy_buffer(const struct tcb *from, struct tcb *to, u64 length)
{
    const u64 *source = buffer_at(from->self)->word;
    u64 *target = buffer_at(to->self)->word;
    if (length > PN_MAX_MSG)
        length = PN_MAX_MSG;
#pragma GCC unroll 4
    /*@ loop invariant place: PN_MSG_REGS < i <= PN_MAX_MSG + 1 && (i == PN_MSG_REGS + 1 || i <= length + 1);
        loop invariant copied: \forall integer k; PN_MSG_REGS < k < i ==> target[k] == source[k];
        loop invariant rest: \forall integer k; i <= k <= PN_MAX_MSG ==> target[k] == \at(target[k],
       LoopEntry); loop assigns i, target[PN_MSG_REGS + 1 .. PN_MAX_MSG]; loop variant PN_MAX_MSG + 1 - i; */
    for (u64 i = PN_MSG_REGS + 1; i <= length; i++)
        target[i] = source[i];
    return length;
}

void message_transfer(const struct tcb *from, struct tcb *to, u64 badge)
{
    u64 info = from->reg[REG_A1];
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    u64 label = message_label(info);
    to->reg[REG_A0] = badge;
    to->reg[REG_A1] = label + length;
    if (length >= PN_MSG_REGS) {
        /*@ loop invariant place: 0 <= i <= PN_MSG_REGS;
            loop invariant moved: \forall integer r; REG_A2 <= r < REG_A2 + i ==> to->reg[r] == from->reg[r];
            loop assigns i, to->reg[REG_A2 .. REG_A2 + PN_MSG_REGS - 1];
            loop variant PN_MSG_REGS - i; */
        for (u32 i = 0; i < PN_MSG_REGS; i++)
            to->reg[REG_A2 + i] = from->reg[REG_A2 + i];
        if (length > PN_MSG_REGS)
            to->reg[REG_A1] = label + copy_buffer(from, to, length);
        return;
    }
    /*@ loop invariant place: 0 <= i <= length;
        loop invariant moved: \forall integer r; REG_A2 <= r < REG_A2 + i ==> to->reg[r] == from->reg[r];
        loop invariant kept: \forall integer r; REG_A2 + length <= r < REG_A2 + PN_MSG_REGS ==>
          to->reg[r] == \at(to->reg[r], Pre);
        loop assigns i, to->reg[REG_A2 .. REG_A2 + PN_MSG_REGS - 1];
        loop variant length - i; */
    for (u32 i = 0; i < length; i++)
        to->reg[REG_A2 + i] = from->reg[REG_A2 + i];
}

static void deliver(const struct tcb *from, struct tcb *to, u64 badge)
{
    if (unlikely(from->fault != PN_FAULT_NULL))
        fault_message(from, to, badge);
    else
        message_transfer(from, to, badge);
}

static inline void leave_queue(struct endpoint *ep, struct tcb *t)
{
    if (unlikely(ep->queue.head != ep->queue.tail)) {
        queue_remove(&ep->queue, t);
        return;
    }
    queue_leave_last(&ep->queue, t);
    ep->state = ENDPOINT_IDLE;
}

void endpoint_remove(struct tcb *t)
{
    leave_queue(endpoint_at(t->object), t);
}

static inline void enter_queue(struct endpoint *ep, struct tcb *t)
{
    if (ks.current == t->self)
        ks.current = NIL;
    if (unlikely(ep->queue.head != NIL))
        queue_insert(&ep->queue, t);
    else
        queue_enter_first(&ep->queue, t);
}

void endpoint_send(struct tcb *t, u16 e, u64 badge, enum send_mode mode)
{
    struct endpoint *ep = endpoint_at(e);
    if (likely(ep->state == ENDPOINT_RECEIVERS)) {
        struct tcb *receiver = tcb_at(ep->queue.head);
        leave_queue(ep, receiver);
        deliver(t, receiver, badge);
        if (mode >= SEND_CALL)
            reply_begin(t, receiver, receiver->reply, mode == SEND_CALL);
        sched_wake(receiver);
    } else if (mode != SEND_NOW) {
        t->badge = badge;
        t->calling = mode >= SEND_CALL;
        t->donating = mode == SEND_CALL;
        t->state = THREAD_SEND;
        t->object = e;
        ep->state = ENDPOINT_SENDERS;
        enter_queue(ep, t);
    }
}

/* Take the message of the first sender in the queue. */
static COLD void take_message(struct endpoint *ep, struct tcb *t, u16 reply)
{
    struct tcb *sender = tcb_at(ep->queue.head);
    leave_queue(ep, sender);
    deliver(sender, t, sender->badge);
    if (sender->calling)
        reply_begin(sender, t, reply, sender->donating);
    else
        sched_wake(sender);
}

void endpoint_receive(struct tcb *t, const struct binding *b, u16 e, u16 reply, bool blocking)
{
    struct endpoint *ep = endpoint_at(e);
    u16 n = b->notification;
    if (unlikely(t->moving))
        sched_context_move(t);
    if (n != NIL && unlikely(notification_at(n)->state == NOTIFICATION_ACTIVE)) {
        notification_take(t, n);
        sched_need_context(t);
        return;
    }
    if (reply != NIL) {
        struct reply *r = reply_at(reply);
        if (unlikely(r->caller != NIL))
            reply_abandon(reply, t->epoch);
        r->server = t->self;
    }
    ep->server = t->self;
    if (ep->state == ENDPOINT_SENDERS) {
        take_message(ep, t, reply);
        sched_need_context(t);
    } else if (likely(blocking)) {
        t->reply = reply;
        t->state = THREAD_RECEIVE;
        t->object = e;
        ep->state = ENDPOINT_RECEIVERS;
        enter_queue(ep, t);
        if (t->sc != NIL)
            sched_context_release(t);
    } else {
        t->reg[REG_A0] = 0;
        t->reg[REG_A1] = 0;
        sched_need_context(t);
    }
}

COLD void endpoint_refuse_callers(u16 e, u64 epoch)
{
    struct endpoint *ep = endpoint_at(e);
    if (ep->state != ENDPOINT_SENDERS)
        return;
    u16 i = ep->queue.head;
    for (u32 n = 0; n < PN_MAX_TCBS && i != NIL; n++) {
        struct tcb *t = tcb_at(i);
        i = t->next;
        if (t->calling && t->fault == PN_FAULT_NULL) {
            leave_queue(ep, t);
            tcb_answer_restarted(t, epoch);
            sched_wake(t);
        }
    }
}
