/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of blocked threads on an endpoint or notification: by priority, first come first within one. */
#ifndef KERNEL_OBJECT_QUEUE_H
#define KERNEL_OBJECT_QUEUE_H

#include "types.h"

/* 'head' and 'tail' belong to the object; both NIL: empty. */
void queue_insert(u16 *head, u16 *tail, u16 t);
void queue_remove(u16 *head, u16 *tail, u16 t);

#endif
