/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling contexts: the right to processor time. One runs at most one thread. It has a home, a thread or a
 * notification; calls lend it from thread to thread and it always finds its way back.
 */
#ifndef KERNEL_OBJECT_SCHED_CONTEXT_H
#define KERNEL_OBJECT_SCHED_CONTEXT_H

#include <postern/limits.h>
#include "types.h"

struct tcb;

/* 'amount' ticks may be used from 'time' on. */
struct refill {
    u64 time;
    u64 amount;
};

struct sched_context {
    u64 budget; /* ticks; 0: not configured */
    u64 period;
    u64 minimum; /* a refill shorter than this is not worth a switch */
    u64 consumed;
    u64 badge;
    u16 thread;      /* who runs on it */
    u16 reply;       /* newest reply object of the call stack */
    u16 home_thread; /* home: one of these, or neither */
    u16 home_notification;
    u8 sporadic; /* budget < period: refills; otherwise a plain time slice in refill[0].amount */
    u8 head;
    u8 count;
    u8 max;
    struct refill refill[PN_MAX_REFILLS];
} __attribute__((aligned(256)));

/* Budget and period in ticks (0 < budget <= period), at most 'max' refills (2..PN_MAX_REFILLS). */
void sched_context_configure(u16 s, u64 budget, u64 period, u8 max, u64 badge, u64 now);

/* Let thread 't' run on 's' (nobody else does). */
void sched_context_attach(u16 s, struct tcb *t);

/* A ready thread without scheduling context takes its own or that of its notification, if it is at home.
 * False: there is none. */
bool sched_context_acquire(struct tcb *t);

/* Thread 't' waits for a message: hand back a scheduling context that somebody else is owed. */
void sched_context_release(struct tcb *t);

/* First receive of a thread with PN_TCB_PASSIVE: its scheduling context gets a new home, its notification. */
void sched_context_move(struct tcb *t);

/* Time at which 's' may run next; 0: at once. */
/*@ assigns \nothing; */
u64 sched_context_ready_time(u16 s);

#endif
