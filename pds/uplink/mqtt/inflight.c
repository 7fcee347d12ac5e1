/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of unacknowledged messages. */
#include "inflight.h"
#include <stddef.h>

#define SLOT(f, i) (&(f)->slot[(i) & (MQTT_WINDOW - 1)])

_Static_assert((MQTT_WINDOW & (MQTT_WINDOW - 1)) == 0, "slots are found by mask");

void mqtt_inflight_clear(struct mqtt_inflight *f)
{
    f->head = 0;
    f->tail = 0;
    f->sent = 0;
    f->resend = 0;
}

bool mqtt_inflight_full(const struct mqtt_inflight *f)
{
    return f->tail - f->head >= MQTT_WINDOW;
}

/* Index of the message `id`, or the tail. Servers answer in order, so the first slot is nearly always right.
 */
static uint32_t find(const struct mqtt_inflight *f, uint16_t id)
{
    uint32_t i = f->head;
    while (i != f->tail && SLOT(f, i)->id != id) {
        i++;
    }
    return i;
}

uint16_t mqtt_inflight_next_id(const struct mqtt_inflight *f)
{
    uint16_t id = f->last_id;
    do {
        id = id == UINT16_MAX ? 1 : (uint16_t)(id + 1);
    } while (find(f, id) != f->tail);
    return id;
}

void mqtt_inflight_add(struct mqtt_inflight *f, uint16_t id, uint64_t token, uint64_t now_ns)
{
    *SLOT(f, f->tail) =
        (struct mqtt_slot){.token = token, .sent_ns = now_ns, .id = id, .state = MQTT_SLOT_SENT};
    f->tail++;
    f->sent++;
    f->last_id = id;
}

void mqtt_inflight_rewind(struct mqtt_inflight *f)
{
    for (uint32_t i = f->head; i != f->tail; i++) {
        SLOT(f, i)->state = MQTT_SLOT_RESEND;
    }
    f->resend += f->sent;
    f->sent = 0;
}

struct mqtt_slot *mqtt_inflight_next_resend(struct mqtt_inflight *f)
{
    for (uint32_t i = f->head; f->resend != 0 && i != f->tail; i++) {
        if (SLOT(f, i)->state == MQTT_SLOT_RESEND) {
            return SLOT(f, i);
        }
    }
    return NULL;
}

void mqtt_inflight_resent(struct mqtt_inflight *f, struct mqtt_slot *s, uint64_t now_ns)
{
    s->state = MQTT_SLOT_SENT;
    s->sent_ns = now_ns;
    f->sent++;
    f->resend--;
}

bool mqtt_inflight_take(struct mqtt_inflight *f, uint16_t id, struct mqtt_slot *out)
{
    uint32_t at = find(f, id);
    if (at == f->tail || SLOT(f, at)->state != MQTT_SLOT_SENT) {
        return false;
    }
    *out = *SLOT(f, at);
    /* Close the gap from the side of the oldest, where it nearly always is. */
    for (; at != f->head; at--) {
        *SLOT(f, at) = *SLOT(f, at - 1);
    }
    f->head++;
    f->sent--;
    return true;
}

/* Messages are sent, and sent again, in order: the first one sent is the oldest. */
uint64_t mqtt_inflight_oldest_ns(const struct mqtt_inflight *f)
{
    for (uint32_t i = f->head; i != f->tail; i++) {
        if (SLOT(f, i)->state == MQTT_SLOT_SENT) {
            return SLOT(f, i)->sent_ns;
        }
    }
    return UINT64_MAX;
}
