/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that are not delivered yet, in the order of their readings: a bounded queue. A message is named by
 * its first reading's number. */
#ifndef POSTERN_OUTBOX_H
#define POSTERN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_MESSAGES 16u /* power of two */
#define OUTBOX_PAYLOAD  1536u

enum outbox_state {
    OUTBOX_READY,   /* to be sent */
    OUTBOX_SENT,    /* the session has it */
    OUTBOX_DEAD,    /* given up: to be sent to the dead letters' topic, if there is one */
    OUTBOX_DONE,    /* the broker has it */
    OUTBOX_REFUSED, /* given up, and dealt with */
};

struct outbox_message {
    uint64_t first_seq; /* sequence numbers of its readings */
    uint64_t last_seq;
    uint64_t from_seq; /* no reading has a number from this one to before the first */
    uint64_t live_ns;  /* when its first reading was taken, if it is not marked historical; else 0 */
    uint32_t readings; /* 0: the broker has had them already, and there is no content */
    uint16_t length;
    uint8_t state;  /* enum outbox_state */
    uint8_t tries;  /* how often it was refused, or sent as a dead letter */
    uint8_t reason; /* of the last refusal; 0: none */
    char payload[OUTBOX_PAYLOAD];
};

/* Messages [head, tail) are in use. The slot behind the tail is where the next message is being written. */
struct outbox {
    struct outbox_message *message; /* slots */
    uint32_t mask;                  /* their number - 1 */
    uint32_t head;
    uint32_t tail;
};

static inline uint32_t outbox_count(const struct outbox *o)
{
    return o->tail - o->head;
}

/* Slots not taken, the one being written included. */
static inline uint32_t outbox_room(const struct outbox *o)
{
    return o->mask + 1 - outbox_count(o);
}

/* Empty, with so many slots (a power of two), which must outlive it. */
void outbox_init(struct outbox *o, struct outbox_message *slots, uint32_t count);

/* The slot of the next message; needs room. */
struct outbox_message *outbox_slot(struct outbox *o);

/* The slot is filled in: it becomes a message. */
void outbox_add(struct outbox *o, enum outbox_state state);

/* The message number `i` in order; i < outbox_count. */
struct outbox_message *outbox_at(struct outbox *o, uint32_t i);

/* The oldest message in a state, or NULL. */
struct outbox_message *outbox_first(struct outbox *o, enum outbox_state state);

bool outbox_has(const struct outbox *o, enum outbox_state state);

/* The message that begins with this number, or NULL. */
struct outbox_message *outbox_find(struct outbox *o, uint64_t first_seq);

/* Removes the oldest message; there is one. */
void outbox_drop(struct outbox *o);

/* Forgets everything. */
void outbox_clear(struct outbox *o);

#endif
