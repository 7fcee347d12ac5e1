/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of messages in flight. */
#include "inflight.h"
#include <stddef.h>

_Static_assert((MQTT_WINDOW & (MQTT_WINDOW - 1)) == 0, "slots are found by mask");

#define SLOT(f, i) (&(f)->slot[(i) & (MQTT_WINDOW - 1)])

void mqtt_inflight_clear(struct mqtt_inflight *f)
{
    f->head = 0;
    f->tail = 0;
    f->resend = 0;
    f->late = 0;
    f->releases = 0;
}

struct mqtt_slot *mqtt_inflight_at(struct mqtt_inflight *f, uint32_t i)
{
    return SLOT(f, f->head + i);
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
    } while (id == f->reserved_id || find(f, id) != f->tail);
    return id;
}

void mqtt_inflight_add(struct mqtt_inflight *f, const struct mqtt_slot *slot)
{
    *SLOT(f, f->tail) = *slot;
    f->tail++;
    f->resend += slot->stage == MQTT_STAGE_PUBLISH;
    f->releases += slot->stage == MQTT_STAGE_RELEASE;
    f->last_id = slot->id;
}

void mqtt_inflight_rewind(struct mqtt_inflight *f)
{
    uint32_t kept = f->head;
    f->resend = 0;
    f->late = 0;
    f->releases = 0;
    for (uint32_t i = f->head; i != f->tail; i++) {
        struct mqtt_slot s = *SLOT(f, i);
        if (!s.lasting) {
            continue;
        }
        bool received = s.stage == MQTT_STAGE_RELEASE || s.stage == MQTT_STAGE_RELEASED;
        s.stage = received ? MQTT_STAGE_RELEASE : MQTT_STAGE_PUBLISH;
        f->resend += !received && !s.late;
        f->late += s.late;
        f->releases += received;
        *SLOT(f, kept) = s;
        kept++;
    }
    f->tail = kept;
}

struct mqtt_slot *mqtt_inflight_next(struct mqtt_inflight *f, enum mqtt_stage stage)
{
    uint32_t waiting = stage == MQTT_STAGE_PUBLISH ? f->resend : f->releases;
    for (uint32_t i = f->head; waiting != 0 && i != f->tail; i++) {
        if (SLOT(f, i)->stage == stage && !SLOT(f, i)->late) {
            return SLOT(f, i);
        }
    }
    return NULL;
}

struct mqtt_slot *mqtt_inflight_late(struct mqtt_inflight *f, uint64_t token)
{
    for (uint32_t i = f->head; f->late != 0 && i != f->tail; i++) {
        if (SLOT(f, i)->late && SLOT(f, i)->token == token) {
            return SLOT(f, i);
        }
    }
    return NULL;
}

void mqtt_inflight_put_off(struct mqtt_inflight *f, struct mqtt_slot *s)
{
    f->resend--;
    f->late++;
    s->late = true;
}

/* It leaves its stage. */
static void uncount(struct mqtt_inflight *f, const struct mqtt_slot *s)
{
    f->resend -= s->stage == MQTT_STAGE_PUBLISH && !s->late;
    f->late -= s->late;
    f->releases -= s->stage == MQTT_STAGE_RELEASE;
}

void mqtt_inflight_sent_now(struct mqtt_inflight *f, struct mqtt_slot *s, uint64_t now_ns)
{
    uncount(f, s);
    s->late = false;
    s->stage = s->stage == MQTT_STAGE_PUBLISH ? MQTT_STAGE_SENT : MQTT_STAGE_RELEASED;
    s->sent_ns = now_ns;
}

struct mqtt_slot *mqtt_inflight_find(struct mqtt_inflight *f, uint16_t id)
{
    uint32_t at = find(f, id);
    return at == f->tail ? NULL : SLOT(f, at);
}

void mqtt_inflight_received(struct mqtt_inflight *f, struct mqtt_slot *s)
{
    s->stage = MQTT_STAGE_RELEASE;
    f->releases++;
}

void mqtt_inflight_remove(struct mqtt_inflight *f, struct mqtt_slot *s)
{
    uncount(f, s);
    /* Close the gap from the side of the oldest, where it nearly always is. */
    for (uint32_t at = find(f, s->id); at != f->head; at--) {
        *SLOT(f, at) = *SLOT(f, at - 1);
    }
    f->head++;
}

uint64_t mqtt_inflight_oldest_ns(const struct mqtt_inflight *f)
{
    uint64_t oldest = UINT64_MAX;
    for (uint32_t i = f->head; i != f->tail; i++) {
        const struct mqtt_slot *s = SLOT(f, i);
        bool waits = s->stage == MQTT_STAGE_SENT || s->stage == MQTT_STAGE_RELEASED;
        if (waits && s->sent_ns < oldest) {
            oldest = s->sent_ns;
        }
        if (waits && s->qos == 1) {
            break; /* messages are sent in order, and one of QoS 1 waits from its PUBLISH on */
        }
    }
    return oldest;
}
