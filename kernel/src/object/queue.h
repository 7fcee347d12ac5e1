/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of blocked threads on an endpoint or notification: by priority, first come first within one. */
#ifndef KERNEL_OBJECT_QUEUE_H
#define KERNEL_OBJECT_QUEUE_H

#include "sched.h"

/* Insert behind all threads of the same or a higher priority. */
void queue_insert(struct queue *q, struct tcb *t);

/* Take a thread out of the queue that it is in. */
void queue_remove(struct queue *q, struct tcb *t);

#endif
