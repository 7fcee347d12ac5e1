/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoder of the packets that a server sends to a client. Works on one complete packet; nothing is copied,
 * slices point into it. Whatever it returns as MQTT_OK satisfies every rule of the specification that can be
 * checked without knowing the session. */
#ifndef POSTERN_MQTT_DECODE_H
#define POSTERN_MQTT_DECODE_H

#include "types.h"
#include <stdbool.h>

/* CONNACK (3.2). Absent properties have the values that the specification gives to their absence. */
struct mqtt_connack {
    bool session_present;
    uint8_t reason;       /* 3.1.1 return codes are translated to MQTT 5 reason codes */
    bool version_refused; /* 3.1.1 server's answer to a version it does not know (3.1.1, 3.1.2.2) */
    bool has_session_expiry;
    bool has_server_keep_alive;
    bool retain_available;
    bool wildcard_available;
    bool subscription_id_available;
    bool shared_available;
    uint8_t maximum_qos;
    uint16_t receive_maximum;
    uint16_t topic_alias_maximum;
    uint16_t server_keep_alive_s;
    uint32_t session_expiry_s;
    uint32_t maximum_packet_size; /* UINT32_MAX: no limit */
    struct mqtt_bytes assigned_client_id;
    struct mqtt_bytes reason_string;
    struct mqtt_bytes response_information;
    struct mqtt_bytes server_reference;
    struct mqtt_bytes auth_method;
    struct mqtt_bytes auth_data;
};

/* PUBLISH (3.3). */
struct mqtt_publish_in {
    bool dup;
    bool retain;
    uint8_t qos;
    uint16_t id; /* 0 with QoS 0 */
    struct mqtt_bytes topic;
    struct mqtt_bytes payload;
};

/* PUBACK, PUBREC, PUBREL, PUBCOMP (3.4 to 3.7). */
struct mqtt_ack {
    uint16_t id;
    uint8_t reason;
    struct mqtt_bytes reason_string;
};

/* SUBACK and UNSUBACK (3.9, 3.11) of one topic. */
struct mqtt_suback {
    uint16_t id;
    uint8_t reason; /* 3.1.1's UNSUBACK has none: success */
    struct mqtt_bytes reason_string;
};

/* DISCONNECT (3.14). */
struct mqtt_disconnect_in {
    uint8_t reason;
    struct mqtt_bytes reason_string;
    struct mqtt_bytes server_reference;
};

struct mqtt_packet {
    enum mqtt_type type;
    union {
        struct mqtt_connack connack;
        struct mqtt_publish_in publish;
        struct mqtt_ack ack;
        struct mqtt_suback suback;
        struct mqtt_disconnect_in disconnect;
    } u;
};

/* Decodes the packet with first byte `first` and the `len` bytes after its fixed header. AUTH, which
 * a client that did not ask for it cannot get, is MQTT_ERR_UNEXPECTED, types that only a client sends are
 * MQTT_ERR_TYPE. *out is meaningful only with MQTT_OK and lives as long as `body`. */
enum mqtt_error mqtt_decode(enum mqtt_version version, uint8_t first, const uint8_t *body, size_t len,
                            struct mqtt_packet *out);

#endif
