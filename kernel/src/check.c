/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants, one predicate each. */
#include "check.h"
#include "object/refill.h"
#include "state.h"

#define BROKEN ((u16)0xffff)

static bool thread_or_nil(u16 t)
{
    return t <= fixed.tcbs;
}

/* The current thread, the candidate and the preempted thread are different, of the current domain, ready, in
 * no queue, and can pay. */
static bool check_running(void)
{
    u16 all[3] = {ks.current, ks.candidate, ks.preempted};
    for (u32 i = 0; i < 3; i++) {
        if (!thread_or_nil(all[i]))
            return false;
        if (all[i] == NIL)
            continue;
        const struct tcb *t = tcb_at(all[i]);
        if (all[i] == all[(i + 1) % 3] || t->fault != PN_FAULT_NULL || t->state != THREAD_READY ||
            t->queue != QUEUE_NONE || t->sc == NIL || t->domain != ks.domain)
            return false;
    }
    return ks.waiting == (ks.preempted == NIL ? 0 : tcb_at(ks.preempted)->priority + 1);
}

/* A blocked thread is in the queue of what it waits for; a ready one in at most a scheduler queue. */
static bool check_thread(u16 i)
{
    const struct tcb *t = tcb_at(i);
    switch (t->state) {
    case THREAD_INACTIVE:
        return t->queue == QUEUE_NONE && t->fault == PN_FAULT_NULL;
    case THREAD_READY:
        return t->queue == QUEUE_NONE ||
               ((t->queue == QUEUE_READY || t->queue == QUEUE_RELEASE) && t->sc != NIL);
    case THREAD_RECEIVE:
        return t->queue == QUEUE_OBJECT && t->object <= fixed.endpoints &&
               endpoint_at(t->object)->state == ENDPOINT_RECEIVERS;
    case THREAD_SEND:
        return t->queue == QUEUE_OBJECT && t->object <= fixed.endpoints &&
               endpoint_at(t->object)->state == ENDPOINT_SENDERS;
    case THREAD_WAIT:
        return t->queue == QUEUE_OBJECT && t->object <= fixed.notifications &&
               notification_at(t->object)->state == NOTIFICATION_WAITERS;
    case THREAD_REPLY:
        return t->queue == QUEUE_NONE && t->reply <= fixed.replies && reply_at(t->reply)->caller == i;
    default:
        return false;
    }
}

/* Threads and scheduling contexts point at each other. */
static bool check_contexts(void)
{
    for (u16 i = 1; i <= fixed.tcbs; i++) {
        u16 s = tcb_at(i)->sc;
        if (s != NIL && (s > fixed.scs || sc_at(s)->thread != i))
            return false;
    }
    for (u16 s = 1; s <= fixed.scs; s++) {
        const struct sched_context *sc = sc_at(s);
        if (!thread_or_nil(sc->thread) || (sc->thread != NIL && tcb_at(sc->thread)->sc != s))
            return false;
        if (sc->budget != 0 && sc->sporadic && !refill_valid(sc))
            return false;
        if (sc->home_thread != NIL && sc->home_notification != NIL)
            return false;
    }
    return true;
}

/* Links of a queue of 'kind' from 'head' agree, in order of priority if 'sorted'; answer: its length, or
 * BROKEN.
 */
static u16 queue_length(u16 head, u16 tail, enum thread_queue kind, bool sorted)
{
    u16 before = NIL;
    u16 length = 0;
    for (u16 t = head; t != NIL; t = tcb_at(t)->next) {
        if (t > fixed.tcbs || length >= PN_MAX_TCBS)
            return BROKEN;
        const struct tcb *thread = tcb_at(t);
        if (thread->queue != kind || thread->prev != before)
            return BROKEN;
        if (sorted && before != NIL && tcb_at(before)->priority < thread->priority)
            return BROKEN;
        before = t;
        length++;
    }
    return before == tail ? length : BROKEN;
}

/* The threads of a ready queue are where they belong. */
static bool check_queue(u32 domain, u32 priority)
{
    struct queue q = ks_ready[domain][priority];
    return queue_length(q.head, q.tail, QUEUE_READY, false) != BROKEN &&
           tcb_at(q.head)->priority == priority && tcb_at(q.head)->domain == domain;
}

/* 64 ready queues of a domain and their word of the bitmap; answer: 1 + the highest priority of a thread in
 * them, 0 without one, or BROKEN. */
static u16 check_word(u32 domain, u32 word)
{
    u64 marks = ks_marks[domain][word];
    u16 top = 0;
    for (u32 i = 0; i < 64; i++, marks >>= 1) {
        u32 p = (255u - 64u * word - i) % PN_PRIORITIES;
        if ((marks & 1) != (ks_ready[domain][p].head != NIL))
            return BROKEN;
        if ((marks & 1) == 0)
            continue;
        if (!check_queue(domain, p))
            return BROKEN;
        if (top == 0)
            top = (u16)(p + 1u);
    }
    return top;
}

/* All ready queues of the current domain, and a part of the others' each time. */
static bool check_ready(void)
{
    static u32 next;
    u16 top = 0;
    if (ks.domain >= PN_MAX_DOMAINS)
        return false;
    for (u32 i = 0; i < PRIORITY_WORDS; i++) {
        u16 found = check_word(ks.domain, i);
        if (found == BROKEN)
            return false;
        top = top != 0 ? top : found;
    }
    next = (next + 1) % (PN_MAX_DOMAINS * PRIORITY_WORDS);
    return ks.top == top && check_word(next / PRIORITY_WORDS, next % PRIORITY_WORDS) != BROKEN;
}

/* The current domain is that of its slot, and the timer goes off before the slot is over. */
static bool check_slot(void)
{
    if (ks.slot_end == UINT64_MAX)
        return ks.domain == 0;
    bool starts = ks.slot >= PN_MAX_SCHEDULE;
    u64 domain = starts ? 0 : fixed_schedule[ks.slot % PN_MAX_SCHEDULE].domain;
    return fixed.schedule != PN_SCHEDULE_SET && ks.deadline <= ks.slot_end && ks.domain == domain;
}

static bool check_release(void)
{
    u64 time = 0;
    u16 length = 0;
    for (u16 t = ks.release; t != NIL; t = tcb_at(t)->next) {
        if (t > fixed.tcbs || length >= PN_MAX_TCBS || tcb_at(t)->queue != QUEUE_RELEASE)
            return false;
        length++;
        u64 ready = sched_context_ready_time(tcb_at(t)->sc);
        if (ready < time)
            return false;
        time = ready;
    }
    return true;
}

static bool check_endpoints(void)
{
    for (u16 e = 1; e <= fixed.endpoints; e++) {
        const struct endpoint *ep = endpoint_at(e);
        u16 length = queue_length(ep->queue.head, ep->queue.tail, QUEUE_OBJECT, true);
        if (length == BROKEN || (length == 0) != (ep->state == ENDPOINT_IDLE))
            return false;
    }
    return true;
}

static bool check_notifications(void)
{
    for (u16 n = 1; n <= fixed.notifications; n++) {
        const struct notification *ntfn = notification_at(n);
        u16 length = queue_length(ntfn->queue.head, ntfn->queue.tail, QUEUE_OBJECT, true);
        if (length == BROKEN || (length == 0) != (ntfn->state != NOTIFICATION_WAITERS))
            return false;
        if (ntfn->state != NOTIFICATION_ACTIVE && ntfn->word != 0)
            return false;
        /* Nobody waits for messages with a signal pending. */
        if (ntfn->state == NOTIFICATION_ACTIVE && tcb_at(fixed_bound_tcb[n])->state == THREAD_RECEIVE)
            return false;
    }
    return true;
}

/* Callers wait for the reply object that holds them; call stacks are linked both ways and end at their
 * context. */
static bool check_replies(void)
{
    for (u16 i = 1; i <= fixed.replies; i++) {
        const struct reply *r = reply_at(i);
        if (r->caller != NIL && (r->caller > fixed.tcbs || tcb_at(r->caller)->state != THREAD_REPLY ||
                                 tcb_at(r->caller)->reply != i))
            return false;
        if (r->sc == NIL)
            continue;
        if (r->caller == NIL || (r->newer == NIL && sc_at(r->sc)->reply != i))
            return false;
        if (r->older != NIL && (reply_at(r->older)->newer != i || reply_at(r->older)->sc != r->sc))
            return false;
    }
    return true;
}

/* A few capability slots each time; all of them in turn. */
static bool check_slots(void)
{
    static u32 next;
    for (u32 i = 0; i < 16 && fixed.slots != 0; i++) {
        next = (next + 1) % fixed.slots;
        if (next >= PN_MAX_SLOTS || !cap_valid(fixed_slot[next]))
            return false;
    }
    return true;
}

const char *kernel_check(void)
{
    if (!check_running())
        return "invariant: running threads";
    for (u16 i = 1; i <= fixed.tcbs; i++) {
        if (!check_thread(i))
            return "invariant: state of a thread";
    }
    if (!check_contexts())
        return "invariant: scheduling contexts";
    if (!check_ready() || !check_release() || !check_slot())
        return "invariant: scheduler queues";
    if (!check_endpoints() || !check_notifications())
        return "invariant: object queues";
    if (!check_replies())
        return "invariant: replies";
    if (!check_slots())
        return "invariant: capability slots";
    return NULL;
}
