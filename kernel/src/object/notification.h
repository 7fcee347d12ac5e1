/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: a word of signals that coalesce. */
#ifndef KERNEL_OBJECT_NOTIFICATION_H
#define KERNEL_OBJECT_NOTIFICATION_H

#include "sched.h"

enum notification_state { NOTIFICATION_IDLE, NOTIFICATION_WAITERS, NOTIFICATION_ACTIVE };

struct notification {
    u64 word;
    struct queue queue;
    u16 sc;    /* scheduling context that lives here and is lent to the bound thread */
    u16 state; /* enum notification_state */
};

/* Or 'badge' into the word; wake a waiter, or the bound thread if it is receiving. */
void notification_signal(u16 n, u64 badge);

/* Take the word, or wait for it. */
void notification_wait(struct tcb *t, u16 n, bool blocking);

/* Give the pending word of an active notification to the thread. */
void notification_take(struct tcb *t, u16 n);

/* The thread has just been bound: if it is receiving, it gets pending signals. */
void notification_bound(struct tcb *t, u16 n);

/* Take a waiting thread out of the queue. */
void notification_remove(struct tcb *t);

#endif
