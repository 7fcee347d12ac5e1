/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready queues: one a domain and priority, with a bitmap a domain to find the highest in constant time; and
 * the release queue. */
#ifndef KERNEL_READY_H
#define KERNEL_READY_H

#include "object/tcb.h"
#include "sched.h"

/* The queue of thread 't'. */
#define READY_OF(t) ks_ready[(t)->domain % PN_MAX_DOMAINS][(t)->priority]

/* Last of its priority (it had its turn or just woke), or first (it was preempted). */
/*@ requires assumed_thread: is_thread(t);
    requires assumed_other: READY_OF(t).tail != t->self;
    assigns t->queue, t->next, t->prev, READY_OF(t), ks_tcb[READY_OF(t).tail].next;
    assigns ks_marks[t->domain % PN_MAX_DOMAINS][0 .. PRIORITY_WORDS - 1], ks.top;
    ensures joined: t->queue == QUEUE_READY;
    ensures last: READY_OF(t).tail == t->self && t->next == NIL;
    ensures before: t->prev == \old(READY_OF(t).tail);
    ensures alone: t->prev == NIL ==> READY_OF(t).head == t->self;
    ensures linked: t->prev != NIL ==> ks_tcb[t->prev].next == t->self;
    ensures head_kept: t->prev != NIL ==> READY_OF(t).head == \old(READY_OF(t).head); */
void ready_append(struct tcb *t);
/*@ requires assumed_thread: is_thread(t);
    requires assumed_other: READY_OF(t).head != t->self;
    assigns t->queue, t->next, t->prev, READY_OF(t), ks_tcb[READY_OF(t).head].prev;
    assigns ks_marks[t->domain % PN_MAX_DOMAINS][0 .. PRIORITY_WORDS - 1], ks.top;
    ensures joined: t->queue == QUEUE_READY;
    ensures first: READY_OF(t).head == t->self && t->prev == NIL;
    ensures behind: t->next == \old(READY_OF(t).head);
    ensures alone: t->next == NIL ==> READY_OF(t).tail == t->self;
    ensures linked: t->next != NIL ==> ks_tcb[t->next].prev == t->self;
    ensures tail_kept: t->next != NIL ==> READY_OF(t).tail == \old(READY_OF(t).tail); */
void ready_prepend(struct tcb *t);
/*@ requires assumed_thread: is_thread(t);
    requires assumed_neighbours: t->prev != t->self && t->next != t->self;
    assigns READY_OF(t), ks_tcb[t->prev].next, ks_tcb[t->next].prev, t->queue;
    assigns ks_marks[t->domain % PN_MAX_DOMAINS][0 .. PRIORITY_WORDS - 1], ks.top;
    ensures left: t->queue == QUEUE_NONE;
    ensures head: \old(t->prev) == NIL ==> READY_OF(t).head == \old(t->next);
    ensures before: \old(t->prev) != NIL ==> ks_tcb[\old(t->prev)].next == \old(t->next);
    ensures tail: \old(t->next) == NIL ==> READY_OF(t).tail == \old(t->prev);
    ensures behind: \old(t->next) != NIL ==> ks_tcb[\old(t->next)].prev == \old(t->prev); */
void ready_remove(struct tcb *t);

/* Take the first thread of the highest priority in the current domain, whose queues are not empty. */
struct tcb *ready_take(void);

/* Find ks.top: the current domain has changed. */
/*@ assigns ks.top; */
void ready_find_top(void);

/* Release queue: threads without budget, in the order in which it comes back. */
/*@ predicate releases{L}(integer i) = 1 <= i <= PN_MAX_TCBS && ks_tcb[i].queue == QUEUE_RELEASE;

    predicate release_ok{L} =
      (ks.release != NIL ==> releases(ks.release) && ks_tcb[ks.release].prev == NIL) &&
      \forall integer i; 1 <= i <= PN_MAX_TCBS && ks_tcb[i].queue == QUEUE_RELEASE && ks_tcb[i].next != NIL
   ==> releases(ks_tcb[i].next) && ks_tcb[ks_tcb[i].next].prev == i; */
/*@ requires assumed_thread: is_thread(t);
    requires assumed_free: t->queue != QUEUE_RELEASE;
    requires assumed_ok: release_ok;
    assigns ks.release, ks.deadline, ks_tcb[1 .. PN_MAX_TCBS].next, ks_tcb[1 .. PN_MAX_TCBS].prev, t->queue;
    ensures joined: t->queue == QUEUE_RELEASE;
    ensures first: t->prev == NIL ==> ks.release == t->self;
    ensures before: t->prev != NIL ==> ks_tcb[t->prev].next == t->self;
    ensures head_kept: t->prev != NIL ==> ks.release == \old(ks.release);
    ensures behind: t->next != NIL ==> ks_tcb[t->next].prev == t->self; */
void release_insert(struct tcb *t);
/*@ requires assumed_thread: is_thread(t);
    requires assumed_neighbours: t->prev != t->self && t->next != t->self;
    assigns ks.release, ks_tcb[t->prev].next, ks_tcb[t->next].prev, t->queue;
    ensures left: t->queue == QUEUE_NONE;
    ensures head: \old(t->prev) == NIL ==> ks.release == \old(t->next);
    ensures before: \old(t->prev) != NIL ==> ks_tcb[\old(t->prev)].next == \old(t->next);
    ensures behind: \old(t->next) != NIL ==> ks_tcb[\old(t->next)].prev == \old(t->prev); */
void release_remove(struct tcb *t);

/* Number of the lowest bit that is set in 'word' (not 0). */
/*@ requires word != 0; assigns \nothing; ensures \result < 64; */
u64 lowest_bit(u64 word);

#endif
