/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a ring from the symbols and constants that the composer generates into "ports.h" for a component:
 * RING_PRODUCER(&ring, readings, READINGS) expands to the addresses readings_own, readings_peer and the
 * geometry READINGS_SLOTS, READINGS_SLOT_SIZE, and counts the peer's mistakes as peer_bad.readings.
 */
#ifndef POSTERN_RING_PORT_H
#define POSTERN_RING_PORT_H

#include <postern/ring.h>
#include <postern/ring_metrics.h>
#include <postern/notify.h>

#define RING_PRODUCER(ring, name, NAME) RING_START(producer, ring, name, NAME)
#define RING_CONSUMER(ring, name, NAME) RING_START(consumer, ring, name, NAME)

#define RING_START(side, ring, name, NAME)                                                    \
    do {                                                                                      \
        static struct ring_metric ring_metric_of_##name;                                      \
        ring_##side##_start((ring), name##_own, name##_peer, NAME##_SLOTS, NAME##_SLOT_SIZE); \
        ring_metrics_add(&ring_metric_of_##name, (ring), #name);                              \
    } while (0)

/* Notify the peer behind channel `id`, by the end of the entry point, if it asked for it. */
static inline void ring_notify(struct ring *ring, uint64_t id)
{
    if (ring_must_notify(ring)) {
        notify_soon((microkit_channel)id);
    }
}

#endif
