/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounded queue of messages that are not delivered. */
#include "outbox.h"
#include <stddef.h>

_Static_assert((OUTBOX_MESSAGES & (OUTBOX_MESSAGES - 1)) == 0, "slots are found by mask");

void outbox_init(struct outbox *o, struct outbox_message *slots, uint32_t count)
{
    *o = (struct outbox){.message = slots, .mask = count - 1};
}

struct outbox_message *outbox_at(struct outbox *o, uint32_t i)
{
    return &o->message[(o->head + i) & o->mask];
}

struct outbox_message *outbox_slot(struct outbox *o)
{
    return outbox_at(o, outbox_count(o));
}

void outbox_add(struct outbox *o, enum outbox_state state)
{
    struct outbox_message *m = outbox_slot(o);
    m->state = (uint8_t)state;
    m->tries = 0;
    m->reason = 0;
    o->tail++;
}

struct outbox_message *outbox_first(struct outbox *o, enum outbox_state state)
{
    for (uint32_t i = 0; i < outbox_count(o); i++) {
        if (outbox_at(o, i)->state == state) {
            return outbox_at(o, i);
        }
    }
    return NULL;
}

bool outbox_has(const struct outbox *o, enum outbox_state state)
{
    for (uint32_t i = o->head; i != o->tail; i++) {
        if (o->message[i & o->mask].state == state) {
            return true;
        }
    }
    return false;
}

struct outbox_message *outbox_find(struct outbox *o, uint64_t first_seq)
{
    for (uint32_t i = 0; i < outbox_count(o); i++) {
        if (outbox_at(o, i)->first_seq == first_seq) {
            return outbox_at(o, i);
        }
    }
    return NULL;
}

void outbox_drop(struct outbox *o)
{
    o->head++;
}

void outbox_clear(struct outbox *o)
{
    o->head = 0;
    o->tail = 0;
}
