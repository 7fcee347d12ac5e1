/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unacknowledged messages: a ring by token.
 */
#include "outbox.h"

static struct outbox_message *at(struct outbox *box, uint64_t token)
{
    return &box->message[token % OUTBOX_MESSAGES];
}

unsigned outbox_room(const struct outbox *box)
{
    return (unsigned)(OUTBOX_MESSAGES - (box->tail - box->head));
}

struct outbox_message *outbox_reserve(struct outbox *box)
{
    struct outbox_message *message = at(box, box->tail);

    if (outbox_room(box) == 0) {
        return NULL;
    }
    message->token = box->tail;
    message->length = 0;
    message->acknowledged = false;
    return message;
}

void outbox_commit(struct outbox *box)
{
    box->tail++;
}

struct outbox_message *outbox_next(struct outbox *box)
{
    while (box->next < box->tail && at(box, box->next)->acknowledged) {
        box->next++;
    }
    return box->next < box->tail ? at(box, box->next) : NULL;
}

void outbox_handed_over(struct outbox *box)
{
    box->next++;
}

struct outbox_message *outbox_find(struct outbox *box, uint64_t token)
{
    return token >= box->head && token < box->tail ? at(box, token) : NULL;
}

void outbox_acknowledge(struct outbox *box, uint64_t token)
{
    struct outbox_message *message = outbox_find(box, token);

    if (!message) {
        return;
    }
    message->acknowledged = true;
    while (box->head < box->tail && at(box, box->head)->acknowledged) {
        box->head++;
    }
    if (box->next < box->head) {
        box->next = box->head;
    }
}

void outbox_rewind(struct outbox *box)
{
    box->next = box->head;
}
