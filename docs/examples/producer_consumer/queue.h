/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A queue between one producer and one consumer, in two regions. Counters only grow; an item's slot is its
 * number modulo the slots.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdint.h>

#define QUEUE_SLOTS 4u

/* Written by the producer. */
struct queue_items {
    uint32_t put;
    uint32_t item[QUEUE_SLOTS];
};

/* Written by the consumer. */
struct queue_taken {
    uint32_t taken;
};

/* The other side's counter, read once, and with it everything that was written before it. */
static inline uint32_t queue_read(const uint32_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* Publish the own counter after everything that belongs to it. */
static inline void queue_publish(uint32_t *counter, uint32_t value)
{
    __atomic_store_n(counter, value, __ATOMIC_RELEASE);
}

#endif
