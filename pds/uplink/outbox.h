/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that the broker has not acknowledged yet, oldest first, each with the text that would be sent
 * again. Bounded; when it is full, readings wait in their ring.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTBOX_MESSAGES 16 /* power of two */
#define OUTBOX_TEXT     512

struct outbox_message {
    uint64_t token; /* position since the start, the name of the message */
    size_t length;
    bool acknowledged;
    char text[OUTBOX_TEXT];
};

struct outbox {
    struct outbox_message message[OUTBOX_MESSAGES];
    uint64_t head; /* oldest kept */
    uint64_t next; /* first one not handed to the session */
    uint64_t tail; /* one past the newest */
};

/* Messages that can still be kept. */
unsigned outbox_room(const struct outbox *box);

/* The place for the next message; fill text and length, then outbox_commit. NULL when full. */
struct outbox_message *outbox_reserve(struct outbox *box);
void outbox_commit(struct outbox *box);

/* The first message not handed to the session yet, or NULL. */
struct outbox_message *outbox_next(struct outbox *box);
void outbox_handed_over(struct outbox *box);

/* The message of that token, NULL if it is not kept. */
struct outbox_message *outbox_find(struct outbox *box, uint64_t token);

/* Acknowledged: forget it, and everything acknowledged before it that had to wait for it. */
void outbox_acknowledge(struct outbox *box, uint64_t token);

/* The session knows nothing of what was sent: hand over everything that is not acknowledged again. */
void outbox_rewind(struct outbox *box);

#endif
