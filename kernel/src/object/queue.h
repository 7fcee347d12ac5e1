/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of blocked threads on an endpoint or notification: by priority, first come first within one. */
#ifndef KERNEL_OBJECT_QUEUE_H
#define KERNEL_OBJECT_QUEUE_H

#include "sched.h"
#include "object/tcb.h"

/* Insert behind all threads of the same or a higher priority. */
void queue_insert(struct queue *q, struct tcb *t);

/* Take a thread out of the queue that it is in. */
void queue_remove(struct queue *q, struct tcb *t);

/* The same two for a queue that is empty before, or after. */
static inline void queue_enter_first(struct queue *q, struct tcb *t)
{
    u16 self = t->self;
    t->queue = QUEUE_OBJECT;
    t->next = NIL;
    t->prev = NIL;
    q->head = self;
    q->tail = self;
}

static inline void queue_leave_last(struct queue *q, struct tcb *t)
{
    t->queue = QUEUE_NONE;
    q->head = NIL;
    q->tail = NIL;
}

#endif
