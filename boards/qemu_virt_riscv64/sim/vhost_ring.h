/* SPDX-License-Identifier: BSD-2-Clause */
/* The device's half of a split virtqueue in guest memory; what the guest writes there is checked. */
#ifndef POSTERN_SIM_VHOST_RING_H
#define POSTERN_SIM_VHOST_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vhost_memory.h"

#define VHOST_REQUEST_MAX  64u
#define VHOST_RESPONSE_MAX 64u

struct vhost_ring {
    uint16_t size; /* descriptors; 0 = not configured */
    uint16_t next; /* available index up to which we have served */
    bool enabled;
    bool broken;        /* the guest broke the protocol; until the ring is set up again */
    uint64_t desc_user; /* front-end addresses of the three parts */
    uint64_t avail_user;
    uint64_t used_user;
    int kick_fd; /* -1 = not started */
    int call_fd; /* -1 = the guest is not told */
};

/* Answers one request; returns the response size, at most VHOST_RESPONSE_MAX. */
typedef size_t vhost_ring_handler(void *context, const uint8_t *request, size_t size, uint8_t *response);

/*
 * Serve all waiting requests and tell the guest once. Returns NULL, or why the ring is now broken.
 */
const char *vhost_ring_serve(struct vhost_ring *ring, const struct vhost_memory *memory,
                             vhost_ring_handler *handler, void *context);

#endif
