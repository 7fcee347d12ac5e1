/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked through the threads' next and prev. */
#include "object/queue.h"
#include "state.h"

COLD void queue_insert(struct queue *q, struct tcb *t)
{
    u16 before = q->tail;
    u16 after = NIL;
    /*@ loop invariant count: 0 <= i <= PN_MAX_TCBS;
        loop invariant before: before != NIL ==>
          waits_at(before, t->object, t->state) && ks_tcb[before].next == after;
        loop invariant after: after != NIL ==>
          waits_at(after, t->object, t->state) && ks_tcb[after].prev == before &&
          ks_tcb[after].priority < t->priority;
        loop invariant tail: after == NIL ==> before == q->tail;
        loop invariant head: before == NIL ==> after == q->head;
        loop assigns i, before, after;
        loop variant PN_MAX_TCBS - i; */
    for (u32 i = 0; before != NIL; i++) {
        if (unlikely(i >= PN_MAX_TCBS))
            kernel_stop_index();
        const struct tcb *earlier = tcb_at(before);
        if (earlier->priority >= t->priority)
            break;
        after = before;
        before = earlier->prev;
    }
    t->queue = QUEUE_OBJECT;
    t->prev = before;
    t->next = after;
    if (before == NIL)
        q->head = t->self;
    else
        tcb_at(before)->next = t->self;
    if (after == NIL)
        q->tail = t->self;
    else
        tcb_at(after)->prev = t->self;
}

COLD void queue_remove(struct queue *q, struct tcb *t)
{
    if (t->prev == NIL)
        q->head = t->next;
    else
        tcb_at(t->prev)->next = t->next;
    if (t->next == NIL)
        q->tail = t->prev;
    else
        tcb_at(t->next)->prev = t->prev;
    t->queue = QUEUE_NONE;
}
