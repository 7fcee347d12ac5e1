/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages whose delivery is not complete, in the order of publishing: their packet identifiers and how
 * far each has come (2.2.1, 4.3, 4.4, 4.6). */
#ifndef POSTERN_MQTT_INFLIGHT_H
#define POSTERN_MQTT_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

/* Most messages in flight; a power of two. */
#define MQTT_WINDOW 16u

enum mqtt_stage {
    MQTT_STAGE_PUBLISH,  /* known to the session; PUBLISH not yet sent on this connection */
    MQTT_STAGE_SENT,     /* PUBLISH sent on this connection: PUBACK or PUBREC awaited */
    MQTT_STAGE_RELEASE,  /* PUBREC has arrived; PUBREL not yet sent on this connection */
    MQTT_STAGE_RELEASED, /* PUBREL sent on this connection: PUBCOMP awaited */
};

struct mqtt_slot {
    uint64_t token;   /* the caller's name of the message */
    uint64_t sent_ns; /* when its last packet was sent */
    uint32_t extent;  /* the caller's, kept with the token */
    uint16_t id;
    uint8_t qos;   /* 1 or 2 */
    uint8_t stage; /* enum mqtt_stage */
    bool lasting;  /* part of the session; otherwise forgotten when the connection ends */
    bool late;     /* in stage PUBLISH: others may be sent before it */
};

/* A ring of slots: those in [head, tail) are in use, in publishing order. */
struct mqtt_inflight {
    struct mqtt_slot slot[MQTT_WINDOW];
    uint32_t head;
    uint32_t tail;
    uint32_t resend;   /* slots in stage PUBLISH that are not late */
    uint32_t late;     /* late ones */
    uint32_t releases; /* slots in stage RELEASE */
    uint16_t last_id;
    uint16_t reserved_id; /* in use by a subscription, 0: none */
};

/* Forgets all messages; their identifiers are free. Identifiers go on where they were. */
void mqtt_inflight_clear(struct mqtt_inflight *f);

static inline uint32_t mqtt_inflight_count(const struct mqtt_inflight *f)
{
    return f->tail - f->head;
}

/* The slot number `i` in publishing order; i < mqtt_inflight_count. */
struct mqtt_slot *mqtt_inflight_at(struct mqtt_inflight *f, uint32_t i);

/* Messages that count against the server's receive maximum: sent, and not complete. */
static inline uint32_t mqtt_inflight_sent(const struct mqtt_inflight *f)
{
    return mqtt_inflight_count(f) - f->resend - f->late;
}

/* No slot is left. */
static inline bool mqtt_inflight_full(const struct mqtt_inflight *f)
{
    return mqtt_inflight_count(f) >= MQTT_WINDOW;
}

/* The identifier that the next new packet will get; never one in use. */
uint16_t mqtt_inflight_next_id(const struct mqtt_inflight *f);

/* Records a message. The window must not be full, its identifier must not be in use, and its stage must be
 * PUBLISH, SENT or RELEASE. */
void mqtt_inflight_add(struct mqtt_inflight *f, const struct mqtt_slot *slot);

/* The connection is gone but the session lives: what was sent must be sent again. Slots that do not last go.
 */
void mqtt_inflight_rewind(struct mqtt_inflight *f);

/* Oldest message in stage PUBLISH or RELEASE that is not late, or NULL. */
struct mqtt_slot *mqtt_inflight_next(struct mqtt_inflight *f, enum mqtt_stage stage);

/* The message `token` if it is late, or NULL. */
struct mqtt_slot *mqtt_inflight_late(struct mqtt_inflight *f, uint64_t token);

/* A message in stage PUBLISH becomes late. */
void mqtt_inflight_put_off(struct mqtt_inflight *f, struct mqtt_slot *s);

/* The packet that the slot's stage waited for has been sent. */
void mqtt_inflight_sent_now(struct mqtt_inflight *f, struct mqtt_slot *s, uint64_t now_ns);

/* The message `id`, or NULL. */
struct mqtt_slot *mqtt_inflight_find(struct mqtt_inflight *f, uint16_t id);

/* PUBREC has arrived for a message of QoS 2 in stage SENT. */
void mqtt_inflight_received(struct mqtt_inflight *f, struct mqtt_slot *s);

/* The message is complete, in any stage: its identifier is free. */
void mqtt_inflight_remove(struct mqtt_inflight *f, struct mqtt_slot *s);

/* Time of sending of the oldest packet on this connection without an answer, UINT64_MAX if none. */
uint64_t mqtt_inflight_oldest_ns(const struct mqtt_inflight *f);

#endif
