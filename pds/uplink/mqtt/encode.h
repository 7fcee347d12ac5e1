/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoder of the packets that a client sends. Every function writes one whole packet to `out` and returns
 * its length, or returns 0 and writes nothing when it does not fit into `capacity` or when a value cannot be
 * expressed (a string over 65535 bytes, a packet over 268435455 bytes). */
#ifndef POSTERN_MQTT_ENCODE_H
#define POSTERN_MQTT_ENCODE_H

#include "types.h"
#include <stdbool.h>

/* Will message (3.1.2.5). */
struct mqtt_will {
    struct mqtt_bytes topic;
    struct mqtt_bytes payload;
    uint8_t qos;
    bool retain;
    uint32_t delay_s; /* MQTT 5, 3.1.3.2.2; 0: absent */
};

/* CONNECT (3.1). The MQTT 5 properties are left out when they hold the value that absence means. */
struct mqtt_connect {
    enum mqtt_version version;
    struct mqtt_bytes client_id;
    bool clean_start; /* 3.1.1: clean session */
    uint16_t keep_alive_s;
    uint32_t session_expiry_s;    /* MQTT 5; 0: absent */
    uint16_t receive_maximum;     /* MQTT 5; 0 or 65535: absent */
    uint32_t maximum_packet_size; /* MQTT 5; 0: absent */
    const struct mqtt_will *will; /* NULL: none */
};

/* PUBLISH (3.3). `id` is not 0 exactly when `qos` is not 0. */
struct mqtt_publish {
    struct mqtt_bytes topic;
    struct mqtt_bytes payload;
    uint8_t qos;
    bool dup;
    bool retain;
    uint16_t id;
    uint32_t expiry_s; /* MQTT 5, 3.3.2.3.3; 0: absent */
};

size_t mqtt_encode_connect(uint8_t *out, size_t capacity, const struct mqtt_connect *c);
size_t mqtt_encode_publish(uint8_t *out, size_t capacity, enum mqtt_version version,
                           const struct mqtt_publish *p);

/* PUBACK, PUBREC, PUBREL or PUBCOMP; 3.1.1 cannot carry the reason. */
size_t mqtt_encode_ack(uint8_t *out, size_t capacity, enum mqtt_version version, enum mqtt_type type,
                       uint16_t id, uint8_t reason);

/* SUBSCRIBE to one topic filter with QoS 0 (3.8) and UNSUBSCRIBE from it (3.10), and their lengths. With
 * MQTT 5 the client's own messages do not come back. */
size_t mqtt_encode_subscribe(uint8_t *out, size_t capacity, enum mqtt_version version, uint16_t id,
                             struct mqtt_bytes filter);
size_t mqtt_encode_unsubscribe(uint8_t *out, size_t capacity, enum mqtt_version version, uint16_t id,
                               struct mqtt_bytes filter);
size_t mqtt_subscribe_size(enum mqtt_version version, struct mqtt_bytes filter);
size_t mqtt_unsubscribe_size(enum mqtt_version version, struct mqtt_bytes filter);

size_t mqtt_encode_pingreq(uint8_t *out, size_t capacity);

/* DISCONNECT; 3.1.1 cannot carry the reason. */
size_t mqtt_encode_disconnect(uint8_t *out, size_t capacity, enum mqtt_version version, uint8_t reason);

/* What a PUBLISH needs at most besides topic and payload: header, length, topic's length, identifier, expiry.
 */
#define MQTT_PUBLISH_EXTRA (1u + 4u + 2u + 2u + 6u)

/* Length of the PUBLISH that mqtt_encode_publish would write, 0 if it cannot be expressed. */
size_t mqtt_publish_size(enum mqtt_version version, const struct mqtt_publish *p);

#endif
