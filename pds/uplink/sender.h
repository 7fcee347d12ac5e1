/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of the outbox to the broker: what is sent when, and what a refusal leads to. */
#ifndef POSTERN_SENDER_H
#define POSTERN_SENDER_H

#include "uplink.h"

/* A message token with this bit is not one of the outbox: a report, or a dead letter. */
#define SENDER_OTHER (UINT64_C(1) << 63)

/* So long the journal may take to note on its medium what is given up. */
#define SENDER_NOTE_NS UINT64_C(4000000000)

/* MQTT is connected; `resumed`: with the session of before. */
void sender_connected(struct uplink *u, bool resumed);

/* What a connection that ends had under way. */
struct sender_suspect {
    uint64_t token; /* of the last of them */
    unsigned sent;
    bool guilty; /* it ended because of this one message */
};

/* Before the client learns of the end. `by_broker`: the broker closed it in order. */
struct sender_suspect sender_suspect(struct uplink *u, bool by_broker);

/* After: if a message is at fault, it has been refused once more. */
void sender_disconnected(struct uplink *u, const struct sender_suspect *suspect);

/* Publishes what the broker's window and the output take. */
void sender_publish(struct uplink *u, uint64_t now_ns);

/* The broker's last word on a message of the outbox or a dead letter. */
void sender_answered(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns);

/* When sender_publish may do more, UINT64_MAX: not by time alone. */
uint64_t sender_deadline(const struct uplink *u);

#endif
