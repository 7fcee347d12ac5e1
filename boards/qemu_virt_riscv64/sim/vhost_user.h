/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The back end's side of a vhost-user connection (QEMU's interop/vhost-user document) for a device with
 * two queues and a small configuration space, as virtio-gpio needs it.
 */
#ifndef POSTERN_SIM_VHOST_USER_H
#define POSTERN_SIM_VHOST_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "vhost_memory.h"
#include "vhost_ring.h"

#define VHOST_QUEUES     2u
#define VHOST_CONFIG_MAX 16u

struct vhost_user {
    int socket; /* -1 = no front end */
    uint64_t features;
    struct vhost_memory memory;
    struct vhost_ring ring[VHOST_QUEUES];
    uint8_t config[VHOST_CONFIG_MAX]; /* device configuration, set before the first connection */
    uint32_t config_size;
    vhost_ring_handler *handler; /* serves queue 0 */
    void *context;
};

void vhost_user_init(struct vhost_user *vhost, vhost_ring_handler *handler, void *context);

/* Take over a connected socket. */
void vhost_user_attach(struct vhost_user *vhost, int socket);

/* Drop the connection and everything that came with it. */
void vhost_user_detach(struct vhost_user *vhost);

/* Read and obey one message. Returns NULL; "" when the front end has closed; or what is wrong. */
const char *vhost_user_message(struct vhost_user *vhost);

/* Queue 0's kick descriptor is readable: serve. Returns NULL or why the queue is now broken. */
const char *vhost_user_kicked(struct vhost_user *vhost);

#endif
