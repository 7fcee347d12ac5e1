/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's side of <postern/protocol/block.h>: one operation at a time, repeated when the driver starts
 * anew, and given up when nobody answers. What the driver says is checked.
 */
#ifndef POSTERN_JOURNAL_DISK_H
#define POSTERN_JOURNAL_DISK_H

#include "log/media.h"
#include <postern/protocol/block.h>
#include <postern/ring.h>

/* Longer than the driver waits for its device, resets included. */
#define DISK_PATIENCE_NS UINT64_C(30000000000)

/* Longest message of the driver. */
#define DISK_MESSAGE_MAX (sizeof(struct block_response) + BLOCK_MAX_LENGTH)

enum disk_event {
    DISK_NOTHING,
    DISK_FOUND,   /* `info` says what there is: usable unless disk_usable says no */
    DISK_CHANGED, /* it has become another one: what was known of it does not hold */
    DISK_DONE,    /* the operation has succeeded */
    DISK_FAILED
};

struct disk {
    struct ring *requests;
    struct ring *answers;
    struct block_info info;
    bool known;                /* `info` has come */
    bool ask;                  /* BLOCK_INFO is to be sent */
    const struct media_op *op; /* under way, NULL: none */
    uint32_t id;
    bool sent;
    bool clean;           /* nothing has been written or erased since it was flushed */
    uint64_t deadline_ns; /* of the answer awaited, UINT64_MAX: none */
    uint64_t errors;      /* operations that failed */
    uint64_t bad;         /* answers that made no sense */
    uint64_t repeated;    /* operations sent again to a driver that started anew */
};

/* Over two started rings; asks for the medium's sizes. */
void disk_init(struct disk *d, struct ring *requests, struct ring *answers, uint64_t now_ns);

/* Is the medium that `info` describes one for a journal? */
bool disk_usable(const struct disk *d);

struct media_geometry disk_geometry(const struct disk *d);

/* Start an operation; none may be under way. `op` stays valid until its end. */
void disk_start(struct disk *d, const struct media_op *op, uint64_t now_ns);

/* Takes one step. `message`: DISK_MESSAGE_MAX bytes of scratch memory. After anything but DISK_NOTHING, call
 * again. The caller notifies the rings' peers afterwards. */
enum disk_event disk_poll(struct disk *d, uint8_t *message, uint64_t now_ns);

#endif
