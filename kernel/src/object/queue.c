/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked through the threads' next and prev. */
#include "object/queue.h"
#include "state.h"

COLD void queue_insert(struct queue *q, struct tcb *t)
{
    u16 before = q->tail;
    u16 after = NIL;
    for (u32 i = 0; i < PN_MAX_TCBS && before != NIL; i++) {
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
