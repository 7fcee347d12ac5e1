/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready queues: one a priority, with a bitmap to find the highest in constant time; and the release queue. */
#ifndef KERNEL_READY_H
#define KERNEL_READY_H

#include "object/tcb.h"

/* Last of its priority (it had its turn or just woke), or first (it was preempted). */
void ready_append(struct tcb *t);
void ready_prepend(struct tcb *t);
void ready_remove(struct tcb *t);

/* Take the first thread of the highest priority; the queues are not empty. */
struct tcb *ready_take(void);

/* Release queue: threads without budget, in the order in which it comes back. */
void release_insert(struct tcb *t);
void release_remove(struct tcb *t);

/* Number of the lowest bit that is set in 'word' (not 0). */
/*@ requires word != 0; assigns \nothing; ensures \result < 64; */
u64 lowest_bit(u64 word);

#endif
