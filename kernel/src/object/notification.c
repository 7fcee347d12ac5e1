/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals. */
#include "object/notification.h"
#include "object/ipc.h"
#include "object/queue.h"
#include "state.h"

static void give(u16 t, u64 word)
{
    struct tcb *thread = tcb_at(t);
    thread->reg[REG_A0] = word;
    thread->reg[REG_A1] = 0;
}

static void leave_queue(struct notification *ntfn, u16 t)
{
    queue_remove(&ntfn->head, &ntfn->tail, t);
    if (ntfn->head == NIL)
        ntfn->state = NOTIFICATION_IDLE;
}

void notification_remove(u16 t)
{
    leave_queue(notification_at(tcb_at(t)->object), t);
}

void notification_take(u16 t, u16 n)
{
    struct notification *ntfn = notification_at(n);
    give(t, ntfn->word);
    ntfn->word = 0;
    ntfn->state = NOTIFICATION_IDLE;
}

void notification_signal(u16 n, u64 badge)
{
    struct notification *ntfn = notification_at(n);
    if (ntfn->state == NOTIFICATION_WAITERS) {
        u16 t = ntfn->head;
        leave_queue(ntfn, t);
        give(t, badge);
        sched_wake(t);
        return;
    }
    if (ntfn->state == NOTIFICATION_IDLE) {
        u16 t = fixed_bound_tcb[n];
        if (t != NIL && tcb_at(t)->state == THREAD_RECEIVE) {
            endpoint_remove(t);
            give(t, badge);
            sched_wake(t);
            return;
        }
        ntfn->state = NOTIFICATION_ACTIVE;
    }
    ntfn->word |= badge;
}

void notification_wait(u16 t, u16 n, bool blocking)
{
    struct tcb *thread = tcb_at(t);
    struct notification *ntfn = notification_at(n);
    if (unlikely(thread->moving))
        sched_context_move(t);
    if (ntfn->state == NOTIFICATION_ACTIVE) {
        notification_take(t, n);
        sched_need_context(t);
    } else if (blocking) {
        thread->state = THREAD_WAIT;
        thread->object = n;
        ntfn->state = NOTIFICATION_WAITERS;
        queue_insert(&ntfn->head, &ntfn->tail, t);
        sched_block(t);
        sched_context_release(t);
    } else {
        give(t, 0);
        sched_need_context(t);
    }
}
