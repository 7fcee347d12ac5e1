/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of blocked threads on an endpoint or notification: by priority, first come first within one. */
#ifndef KERNEL_OBJECT_QUEUE_H
#define KERNEL_OBJECT_QUEUE_H

#include "object/tcb.h"
#include "sched.h"
#include "object/tcb.h"

/*@ predicate queue_apart(struct queue *q) = \valid(q) && \separated(q, &ks_tcb[0 .. PN_MAX_TCBS]);

    predicate waits_at{L}(integer i, integer object, integer state) =
      1 <= i <= PN_MAX_TCBS && ks_tcb[i].queue == QUEUE_OBJECT && ks_tcb[i].object == object &&
      (ks_tcb[i].state == THREAD_WAIT <==> state == THREAD_WAIT);

    predicate waiters_forth{L}(struct queue *q, integer object, integer state, integer but) =
      \forall integer i; 1 <= i <= PN_MAX_TCBS && i != but && ks_tcb[i].queue == QUEUE_OBJECT &&
        ks_tcb[i].object == object && (ks_tcb[i].state == THREAD_WAIT <==> state == THREAD_WAIT) ==>
        (ks_tcb[i].next == NIL ? q->tail == i
          : waits_at(ks_tcb[i].next, object, state) && ks_tcb[ks_tcb[i].next].prev == i &&
            ks_tcb[i].priority >= ks_tcb[ks_tcb[i].next].priority);

    predicate waiters_back{L}(struct queue *q, integer object, integer state, integer but) =
      \forall integer i; 1 <= i <= PN_MAX_TCBS && i != but && ks_tcb[i].queue == QUEUE_OBJECT &&
        ks_tcb[i].object == object && (ks_tcb[i].state == THREAD_WAIT <==> state == THREAD_WAIT) ==>
        (ks_tcb[i].prev == NIL ? q->head == i
          : waits_at(ks_tcb[i].prev, object, state) && ks_tcb[ks_tcb[i].prev].next == i);

    predicate waiters_ends{L}(struct queue *q, integer object, integer state) =
      (q->head == NIL <==> q->tail == NIL) &&
      (q->head != NIL ==> waits_at(q->head, object, state) && ks_tcb[q->head].prev == NIL) &&
      (q->tail != NIL ==> waits_at(q->tail, object, state) && ks_tcb[q->tail].next == NIL);

    predicate waiters_ok{L}(struct queue *q, integer object, integer state) =
      waiters_forth(q, object, state, NIL) && waiters_back(q, object, state, NIL) &&
      waiters_ends(q, object, state); */

/* Insert behind all threads of the same or a higher priority. */
/*@ requires assumed_thread: is_thread(t);
    requires assumed_apart: queue_apart(q);
    requires assumed_free: t->queue != QUEUE_OBJECT;
    requires assumed_ok: waiters_ok(q, t->object, t->state);
    assigns *q, ks_tcb[1 .. PN_MAX_TCBS].next, ks_tcb[1 .. PN_MAX_TCBS].prev, t->queue;
    ensures joined: t->queue == QUEUE_OBJECT;
    ensures first: t->prev == NIL ==> q->head == t->self;
    ensures last: t->next == NIL ==> q->tail == t->self;
    ensures before: t->prev != NIL ==> ks_tcb[t->prev].next == t->self;
    ensures head_kept: t->prev != NIL ==> q->head == \old(q->head);
    ensures behind: t->next != NIL ==> q->tail == \old(q->tail) && ks_tcb[t->next].prev == t->self;
    ensures order: t->next != NIL ==> ks_tcb[t->next].priority < t->priority;
    ensures fair: t->prev != NIL ==> ks_tcb[t->prev].priority >= t->priority; */
void queue_insert(struct queue *q, struct tcb *t);

/* Take a thread out of the queue that it is in. */
/*@ requires assumed_thread: is_thread(t);
    requires assumed_apart: queue_apart(q);
    requires assumed_before: t->prev != t->self;
    requires assumed_behind: t->next != t->self;
    assigns *q, ks_tcb[t->prev].next, ks_tcb[t->next].prev, t->queue;
    ensures left: t->queue == QUEUE_NONE;
    ensures head: \old(t->prev) == NIL ==> q->head == \old(t->next);
    ensures before: \old(t->prev) != NIL ==> 1 <= \old(t->prev) <= PN_MAX_TCBS &&
      q->head == \old(q->head) && ks_tcb[\old(t->prev)].next == \old(t->next);
    ensures tail: \old(t->next) == NIL ==> q->tail == \old(t->prev);
    ensures behind: \old(t->next) != NIL ==> 1 <= \old(t->next) <= PN_MAX_TCBS &&
      q->tail == \old(q->tail) && ks_tcb[\old(t->next)].prev == \old(t->prev); */
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
