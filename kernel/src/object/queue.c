/* SPDX-License-Identifier: BSD-2-Clause */
/* Doubly linked through the threads' next and prev. */
#include "object/queue.h"
#include "state.h"

void queue_insert(u16 *head, u16 *tail, u16 t)
{
    struct tcb *thread = tcb_at(t);
    u16 before = *tail;
    u16 after = NIL;
    for (u32 i = 0; i < PN_MAX_TCBS && before != NIL; i++) {
        if (tcb_at(before)->priority >= thread->priority)
            break;
        after = before;
        before = tcb_at(before)->prev;
    }
    thread->queue = QUEUE_OBJECT;
    thread->prev = before;
    thread->next = after;
    if (before == NIL)
        *head = t;
    else
        tcb_at(before)->next = t;
    if (after == NIL)
        *tail = t;
    else
        tcb_at(after)->prev = t;
}

void queue_remove(u16 *head, u16 *tail, u16 t)
{
    struct tcb *thread = tcb_at(t);
    if (thread->prev == NIL)
        *head = thread->next;
    else
        tcb_at(thread->prev)->next = thread->next;
    if (thread->next == NIL)
        *tail = thread->prev;
    else
        tcb_at(thread->next)->prev = thread->prev;
    thread->queue = QUEUE_NONE;
}
