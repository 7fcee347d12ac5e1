/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready queues: one a priority, with a bitmap to find the highest in constant time; and the release queue. */
#ifndef KERNEL_READY_H
#define KERNEL_READY_H

#include "types.h"

/* Last of its priority (it had its turn or just woke), or first (it was preempted). */
void ready_append(u16 t);
void ready_prepend(u16 t);
void ready_remove(u16 t);

/* Take the first thread of the highest priority; the queues are not empty. */
u16 ready_take(void);

/* Release queue: threads without budget, in the order in which it comes back. */
void release_insert(u16 t);
void release_remove(u16 t);

/* Number of the lowest bit that is set in 'word' (not 0). */
/*@ requires word != 0; assigns \nothing; ensures \result < 64; */
u64 lowest_bit(u64 word);

#endif
