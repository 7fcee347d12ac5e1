/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounded queue of unacknowledged messages. */
#include "outbox.h"
#include <stddef.h>

_Static_assert((OUTBOX_MESSAGES & (OUTBOX_MESSAGES - 1)) == 0, "slots are found by mask");

static struct outbox_message *at(struct outbox *o, uint64_t token)
{
    return &o->message[token & (OUTBOX_MESSAGES - 1)];
}

uint32_t outbox_room(const struct outbox *o)
{
    return OUTBOX_MESSAGES - (uint32_t)(o->tail - o->told);
}

struct outbox_message *outbox_slot(struct outbox *o)
{
    return at(o, o->tail);
}

void outbox_add(struct outbox *o)
{
    at(o, o->tail)->done = false;
    o->tail++;
}

struct outbox_message *outbox_next(struct outbox *o, uint64_t *token)
{
    while (o->next != o->tail && at(o, o->next)->done) {
        o->next++;
    }
    *token = o->next;
    return o->next == o->tail ? NULL : at(o, o->next);
}

void outbox_sent(struct outbox *o)
{
    o->next++;
}

struct outbox_message *outbox_find(struct outbox *o, uint64_t token)
{
    bool sent = token >= o->head && token < o->next;
    return sent && !at(o, token)->done ? at(o, token) : NULL;
}

void outbox_release(struct outbox *o, uint64_t token, uint8_t refused)
{
    struct outbox_message *m = outbox_find(o, token);
    if (m == NULL) {
        return;
    }
    m->done = true;
    m->refused = refused;
    while (o->head != o->next && at(o, o->head)->done) {
        o->head++;
    }
}

const struct outbox_message *outbox_settled(const struct outbox *o)
{
    return o->told == o->head ? NULL : &o->message[o->told & (OUTBOX_MESSAGES - 1)];
}

void outbox_told(struct outbox *o)
{
    o->told++;
}

void outbox_rewind(struct outbox *o)
{
    o->next = o->head;
}
