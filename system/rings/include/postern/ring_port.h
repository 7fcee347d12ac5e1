/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a ring from the symbols and constants that the composer generates into "ports.h" for a component:
 * RING_PRODUCER(&ring, readings, READINGS) expands to the addresses readings_own, readings_peer and the
 * geometry READINGS_SLOTS, READINGS_SLOT_SIZE.
 */
#ifndef POSTERN_RING_PORT_H
#define POSTERN_RING_PORT_H

#include <postern/ring.h>
#include <microkit.h>

#define RING_PRODUCER(ring, name, NAME) \
    ring_producer_start((ring), name##_own, name##_peer, NAME##_SLOTS, NAME##_SLOT_SIZE)
#define RING_CONSUMER(ring, name, NAME) \
    ring_consumer_start((ring), name##_own, name##_peer, NAME##_SLOTS, NAME##_SLOT_SIZE)

/* Notify the peer behind channel `id` if it asked for it. */
static inline void ring_notify(struct ring *ring, uint64_t id)
{
    if (ring_must_notify(ring)) {
        microkit_notify((microkit_channel)id);
    }
}

#endif
