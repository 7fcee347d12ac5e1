/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals. */
#include "object/notification.h"
#include "object/ipc.h"
#include "object/queue.h"
#include "state.h"

static void give(struct tcb *t, u64 word)
{
    t->reg[REG_A0] = word;
    t->reg[REG_A1] = 0;
}

static inline void leave_queue(struct notification *ntfn, struct tcb *t)
{
    if (unlikely(ntfn->queue.head != ntfn->queue.tail)) {
        queue_remove(&ntfn->queue, t);
        return;
    }
    queue_leave_last(&ntfn->queue, t);
    ntfn->state = NOTIFICATION_IDLE;
}

void notification_remove(struct tcb *t)
{
    leave_queue(notification_at(t->object), t);
}

void notification_take(struct tcb *t, u16 n)
{
    struct notification *ntfn = notification_at(n);
    give(t, ntfn->word);
    ntfn->word = 0;
    ntfn->state = NOTIFICATION_IDLE;
}

static COLD void wake_waiter(struct notification *ntfn, u64 badge)
{
    struct tcb *t = tcb_at(ntfn->queue.head);
    leave_queue(ntfn, t);
    give(t, badge);
    sched_wake(t);
}

static COLD void wake_bound(struct tcb *t, u64 badge)
{
    endpoint_remove(t);
    give(t, badge);
    sched_wake(t);
}

void notification_signal(u16 n, u64 badge)
{
    struct notification *ntfn = notification_at(n);
    if (ntfn->state == NOTIFICATION_WAITERS) {
        wake_waiter(ntfn, badge);
        return;
    }
    if (ntfn->state == NOTIFICATION_IDLE) {
        struct tcb *bound = tcb_at(fixed_bound_tcb[n]);
        if (bound->state == THREAD_RECEIVE) {
            wake_bound(bound, badge);
            return;
        }
        ntfn->state = NOTIFICATION_ACTIVE;
    }
    ntfn->word |= badge;
}

COLD void notification_bound(struct tcb *t, u16 n)
{
    if (t->state != THREAD_RECEIVE || notification_at(n)->state != NOTIFICATION_ACTIVE)
        return;
    endpoint_remove(t);
    notification_take(t, n);
    sched_wake(t);
}

void notification_wait(struct tcb *t, u16 n, bool blocking)
{
    struct notification *ntfn = notification_at(n);
    if (unlikely(t->moving))
        sched_context_move(t);
    if (ntfn->state == NOTIFICATION_ACTIVE) {
        notification_take(t, n);
        sched_need_context(t);
    } else if (blocking) {
        t->state = THREAD_WAIT;
        t->object = n;
        ntfn->state = NOTIFICATION_WAITERS;
        if (unlikely(ntfn->queue.head != NIL))
            queue_insert(&ntfn->queue, t);
        else
            queue_enter_first(&ntfn->queue, t);
        if (ks.current == t->self)
            ks.current = NIL;
        sched_context_release(t);
    } else {
        give(t, 0);
        sched_need_context(t);
    }
}
