/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that the broker has not acknowledged yet: a bounded queue that is read from the front again after
 * every reconnect. */
#ifndef POSTERN_OUTBOX_H
#define POSTERN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_MESSAGES 16u /* power of two */
#define OUTBOX_PAYLOAD  768u

struct outbox_message {
    uint64_t first_seq; /* sequence numbers of its readings */
    uint64_t last_seq;
    uint16_t length;
    bool done;       /* acknowledged or given up */
    uint8_t refused; /* reason code of a message that was given up, 0: acknowledged */
    char payload[OUTBOX_PAYLOAD];
};

/* Messages are named by tokens, which count up from 0: [told, head) are settled, and the journal has to hear
 * of it; [head, next) are sent and wait, [next, tail) are ready to be sent. The slot behind the tail is where
 * the next message is being written. */
struct outbox {
    struct outbox_message message[OUTBOX_MESSAGES];
    uint64_t told;
    uint64_t head;
    uint64_t next;
    uint64_t tail;
};

/* Slots not taken, the one being written included. */
uint32_t outbox_room(const struct outbox *o);

/* The slot of the next message; needs room. */
struct outbox_message *outbox_slot(struct outbox *o);

/* The slot is filled in: it becomes a message. */
void outbox_add(struct outbox *o);

/* The next message to send and its token, NULL if there is none. */
struct outbox_message *outbox_next(struct outbox *o, uint64_t *token);

/* The message that outbox_next named has been sent. */
void outbox_sent(struct outbox *o);

/* The message `token` that was sent and has not been released, or NULL. */
struct outbox_message *outbox_find(struct outbox *o, uint64_t token);

/* Settles the message `token`: acknowledged (0), or given up for a reason; an unknown one is ignored. */
void outbox_release(struct outbox *o, uint64_t token, uint8_t refused);

/* The first message that is settled, with all before it, and not told yet; NULL: none. */
const struct outbox_message *outbox_settled(const struct outbox *o);

/* The message that outbox_settled named has been told. */
void outbox_told(struct outbox *o);

/* The connection is gone: everything not released will be sent again. */
void outbox_rewind(struct outbox *o);

#endif
