/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames between the device and the network stack's rings: one copy each way, bounded work, nothing forwarded
 * that is not a frame of ours.
 */
#ifndef POSTERN_DRIVERS_ETH_BRIDGE_H
#define POSTERN_DRIVERS_ETH_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/ring.h>
#include "virtio_net.h"

/* A device that has to be reset so often without a single frame in between is given up. */
#define BRIDGE_RESET_LIMIT 8u

struct bridge_counters {
    uint64_t rx_full;      /* frames dropped because the stack was slow */
    uint64_t tx_bad;       /* messages of an unknown kind, or of a length that no frame has */
    uint64_t tx_spoofed;   /* frames with another source address than the device's */
    uint64_t tx_no_device; /* frames while the device is stopped */
};

struct bridge {
    struct virtio_net *device;
    struct ring *to_stack;
    struct ring *from_stack;
    bool info_due;   /* the stack has to be told MAC and link state */
    bool tx_waiting; /* no transmit buffer is idle; the ring is left alone until one is */
    uint32_t resets_in_a_row;
    struct bridge_counters counters;
};

enum bridge_event {
    BRIDGE_NOTHING,
    BRIDGE_RESET,    /* the device broke the protocol and was opened again */
    BRIDGE_GIVEN_UP, /* it did so too often, or cannot be opened: it stays off */
};

/* Connects an opened device (running or not) and two started rings; all stay borrowed. */
void bridge_init(struct bridge *bridge, struct virtio_net *device, struct ring *to_stack,
                 struct ring *from_stack);

/* MAC or link state may have changed: tell the stack. */
void bridge_info(struct bridge *bridge);

/* Moves frames: at most one queue of them in, one ring of them out. Repairs the device if it is broken. */
enum bridge_event bridge_poll(struct bridge *bridge);

/* Before sleeping: true if bridge_poll has more to do that no notification will announce. */
bool bridge_has_more(struct bridge *bridge);

#endif
