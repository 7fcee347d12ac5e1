/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs. The current thread is in no queue; a thread that was just woken is the candidate until the kernel
 * is left; the one that was preempted last waits apart, so that an interrupt and the return from it touch no
 * queue; these three are of the current domain. All other ready threads are in the ready queue of their
 * domain and priority or, without budget, in the release queue.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include <postern/limits.h>
#include "types.h"

struct tcb;

#define PRIORITY_WORDS (PN_PRIORITIES / 64)

struct scheduler {
    u64 started;   /* when 'active' began to run */
    u64 deadline;  /* of the timer; not after slot_end */
    u64 slot_end;  /* of the current domain's time; UINT64_MAX: there is no domain schedule */
    u16 current;   /* thread that may go on running; NIL: it blocked or lost its budget */
    u16 candidate; /* woken thread that is in no queue yet */
    u16 loaded;    /* thread whose address space is in satp */
    u16 active;    /* scheduling context that is being charged */
    u16 top;       /* 1 + highest priority in the ready queues of the current domain; 0: they are empty */
    u16 release;   /* first thread of the release queue */
    u16 preempted; /* ready thread that made way last: in no queue, but in front of all of its priority */
    u16 waiting;   /* 1 + its priority; 0: there is none */
    u16 fpu_owner; /* thread whose FPU state is in the registers */
    u8 mode;       /* PN_TCB_FPU and PN_TCB_COUNTERS as loaded */
    u8 domain;     /* the current domain */
    u16 slot;      /* entry of the domain schedule; PN_MAX_SCHEDULE: it is about to start */
};

/* Threads linked by 'next' and 'prev'; both ends NIL: empty. */
struct queue {
    u16 head;
    u16 tail;
};

extern struct scheduler ks;
extern struct queue ks_ready[PN_MAX_DOMAINS][PN_PRIORITIES];
/* Bit set: that ready queue is not empty; bit 0 of word 0 is priority 255. */
extern u64 ks_marks[PN_MAX_DOMAINS][PRIORITY_WORDS];

/* The thread can go on: make it ready and let it compete. */
void sched_wake(struct tcb *t);

/* Take a ready thread out of the competition. */
void sched_remove(struct tcb *t);

/* The thread must have a scheduling context with budget to go on; find one or put it aside. */
void sched_need_context(struct tcb *t);

/* The timer went off. */
void sched_tick(void);

/* The current thread gives up the rest of its budget. */
void sched_yield(struct tcb *t);

/* Let scheduling context 's' be charged from now on (NIL: nobody) and arm the timer for its end, for the
 * release queue and for the end of the domain's time. */
void sched_activate(u16 s);

/* Choose the thread that runs next, load its address space and arm the timer; sleeps when there is none. */
struct tcb *sched_choose(void);

#endif
