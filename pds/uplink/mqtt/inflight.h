/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages that wait for their PUBACK, in the order of publishing, and their packet identifiers
 * (2.2.1, 4.4, 4.6). */
#ifndef POSTERN_MQTT_INFLIGHT_H
#define POSTERN_MQTT_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

/* Most messages in flight; a power of two. */
#define MQTT_WINDOW 16u

enum mqtt_slot_state {
    MQTT_SLOT_RESEND, /* known to the session, not yet sent on this connection */
    MQTT_SLOT_SENT,   /* sent on this connection */
};

struct mqtt_slot {
    uint64_t token;   /* the caller's name of the message */
    uint64_t sent_ns; /* when it was last sent */
    uint16_t id;
    uint8_t state; /* enum mqtt_slot_state */
};

/* A ring of slots: those in [head, tail) are in use, in publishing order. */
struct mqtt_inflight {
    struct mqtt_slot slot[MQTT_WINDOW];
    uint32_t head;
    uint32_t tail;
    uint32_t sent;   /* slots in state SENT */
    uint32_t resend; /* slots in state RESEND */
    uint16_t last_id;
};

/* Forgets all messages; their identifiers are free. Identifiers go on where they were. */
void mqtt_inflight_clear(struct mqtt_inflight *f);

/* No slot is left. */
bool mqtt_inflight_full(const struct mqtt_inflight *f);

/* The identifier that the next new message will get; never one in use. */
uint16_t mqtt_inflight_next_id(const struct mqtt_inflight *f);

/* Records a message just sent under `id`, which mqtt_inflight_next_id named. The window must not be full. */
void mqtt_inflight_add(struct mqtt_inflight *f, uint16_t id, uint64_t token, uint64_t now_ns);

/* The connection is gone but the session lives: everything must be sent again. */
void mqtt_inflight_rewind(struct mqtt_inflight *f);

/* Oldest message to be sent again, or NULL. */
struct mqtt_slot *mqtt_inflight_next_resend(struct mqtt_inflight *f);

/* Marks `s` as sent again. */
void mqtt_inflight_resent(struct mqtt_inflight *f, struct mqtt_slot *s, uint64_t now_ns);

/* Releases the message `id` that was sent on this connection, copying its slot to *out. False if there is
 * none. */
bool mqtt_inflight_take(struct mqtt_inflight *f, uint16_t id, struct mqtt_slot *out);

/* Time of sending of the oldest message on this connection without acknowledgement, UINT64_MAX if none. */
uint64_t mqtt_inflight_oldest_ns(const struct mqtt_inflight *f);

#endif
