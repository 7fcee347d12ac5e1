/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the client share: output, failure, and which part handles which packet. */
#ifndef POSTERN_MQTT_INTERNAL_H
#define POSTERN_MQTT_INTERNAL_H

#include "client.h"

/* Free bytes behind the output, after moving it to the front if that helps. */
size_t mqtt_output_space(struct mqtt_client *c, size_t wanted);

/* The connection ends because of `err`. */
void mqtt_client_fail(struct mqtt_client *c, enum mqtt_error err, struct mqtt_event *event);

/* Writes PUBACK, PUBREC, PUBREL or PUBCOMP that no slot stands for. */
void mqtt_client_answer(struct mqtt_client *c, enum mqtt_type type, uint16_t id, uint8_t reason,
                        struct mqtt_event *event);

/* PUBACK, PUBREC and PUBCOMP (delivery.c). */
void mqtt_delivery_answered(struct mqtt_client *c, enum mqtt_type type, const struct mqtt_ack *ack,
                            uint64_t now_ns, struct mqtt_event *event);

/* Writes the PUBREL packets that are due, as far as there is room (delivery.c). */
void mqtt_delivery_release(struct mqtt_client *c, uint64_t now_ns);

/* SUBACK, UNSUBACK and PUBLISH (subscription.c). */
void mqtt_subscription_answered(struct mqtt_client *c, enum mqtt_type type, const struct mqtt_suback *ack,
                                struct mqtt_event *event);
void mqtt_subscription_message(struct mqtt_client *c, const struct mqtt_publish_in *p,
                               struct mqtt_event *event);

#endif
