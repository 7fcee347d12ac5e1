/* SPDX-License-Identifier: BSD-2-Clause */
/* Gathers the readings of one sample into one message of the outbox. */
#ifndef POSTERN_BATCH_H
#define POSTERN_BATCH_H

#include "outbox.h"
#include "senml.h"
#include <postern/protocol/stored.h>

/* How long the rest of a sample may take. */
#define BATCH_AGE_NS UINT64_C(20000000)

struct batch {
    struct outbox *outbox;
    const char *base_name;
    struct senml pack; /* in the outbox's next slot, while open */
    uint64_t boot;     /* of the sample */
    uint64_t mono_ns;
    uint64_t flush_ns; /* a pack is finished at this time at the latest; UINT64_MAX: none is open */
    uint8_t sensor;
};

/* `outbox` and `base_name` must outlive the batch. */
void batch_init(struct batch *b, struct outbox *outbox, const char *base_name);

/* Is there room for any one reading? It may have to finish the open pack and begin another. */
bool batch_has_room(const struct batch *b);

/* Takes a reading, which needs room. A sample that is complete, full, or followed by another one becomes a
 * message. `stored` is a private copy from an untrusted peer. False: it makes no sense (unknown sensor or
 * quantity, exponent out of range) and is dropped. */
bool batch_take(struct batch *b, const struct stored_reading *stored, uint64_t now_ns);

/* Makes what there is a message. */
void batch_flush(struct batch *b);

#endif
