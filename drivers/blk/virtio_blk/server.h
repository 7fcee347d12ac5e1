/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests of <postern/protocol/block.h> from a ring to the block device and answers back. Several requests
 * are with the device at a time; a flush is alone there, so that it covers all that was answered before it.
 */
#ifndef POSTERN_DRIVERS_BLK_SERVER_H
#define POSTERN_DRIVERS_BLK_SERVER_H

#include "virtio_blk.h"
#include <postern/protocol/block.h>
#include <postern/ring.h>

/* A device that takes longer is reset. */
#define SERVER_PATIENCE_NS UINT64_C(5000000000)

/* So many resets without an answer in between, and the device is given up. */
#define SERVER_RESETS 3u

struct server_message {
    struct block_request request;
    uint8_t data[BLOCK_MAX_LENGTH];
};

struct server_counters {
    uint64_t reads, writes, flushes;
    uint64_t bad_requests;
    uint64_t errors; /* of the device */
};

enum server_event {
    SERVER_NOTHING,
    SERVER_RESET,   /* the device broke the protocol or did not answer, and was reset */
    SERVER_GIVEN_UP /* it does not work: every request is answered with BLOCK_NO_DEVICE */
};

struct server {
    struct virtio_blk *device;
    struct ring *requests;
    struct ring *answers;
    struct server_message message;
    uint32_t kind; /* of `message` */
    bool waiting;  /* `message` waits for the device to become idle, or for a slot */
    bool flushing; /* the one request in flight is a flush */
    uint32_t id[VIRTIO_BLK_SLOTS];
    bool through[VIRTIO_BLK_SLOTS]; /* a write that is to be flushed before it is answered */
    uint64_t busy_since_ns;         /* last start or answer while something was in flight */
    unsigned fruitless;             /* resets since the last answer */
    struct server_counters counters;
};

/* Starts with an opened device (`running` or not) and announces its geometry. */
void server_init(struct server *s, struct virtio_blk *device, struct ring *requests, struct ring *answers);

/* Does what can be done now. The caller notifies the rings' peers afterwards. */
enum server_event server_poll(struct server *s, uint64_t now_ns);

/* True: call server_poll again. False: sleep until a notification, interrupt, or server_deadline. */
bool server_has_more(struct server *s);

/* When the device loses patience's grace, UINT64_MAX: nothing is in flight. */
uint64_t server_deadline(const struct server *s);

#endif
