/* SPDX-License-Identifier: BSD-2-Clause */
/* Properties of MQTT 5 packets (2.2.2): one table says which packet may carry which property, of what
 * type and range; the reader hands them out one by one, already checked. */
#ifndef POSTERN_MQTT_PROPS_H
#define POSTERN_MQTT_PROPS_H

#include "wire.h"

/* Property identifiers (2.2.2.2). */
enum mqtt_prop_id {
    MQTT_PROP_PAYLOAD_FORMAT = 0x01,
    MQTT_PROP_MESSAGE_EXPIRY = 0x02,
    MQTT_PROP_CONTENT_TYPE = 0x03,
    MQTT_PROP_RESPONSE_TOPIC = 0x08,
    MQTT_PROP_CORRELATION_DATA = 0x09,
    MQTT_PROP_SUBSCRIPTION_ID = 0x0b,
    MQTT_PROP_SESSION_EXPIRY = 0x11,
    MQTT_PROP_ASSIGNED_CLIENT_ID = 0x12,
    MQTT_PROP_SERVER_KEEP_ALIVE = 0x13,
    MQTT_PROP_AUTH_METHOD = 0x15,
    MQTT_PROP_AUTH_DATA = 0x16,
    MQTT_PROP_REQUEST_PROBLEM = 0x17,
    MQTT_PROP_WILL_DELAY = 0x18,
    MQTT_PROP_REQUEST_RESPONSE = 0x19,
    MQTT_PROP_RESPONSE_INFORMATION = 0x1a,
    MQTT_PROP_SERVER_REFERENCE = 0x1c,
    MQTT_PROP_REASON_STRING = 0x1f,
    MQTT_PROP_RECEIVE_MAXIMUM = 0x21,
    MQTT_PROP_TOPIC_ALIAS_MAXIMUM = 0x22,
    MQTT_PROP_TOPIC_ALIAS = 0x23,
    MQTT_PROP_MAXIMUM_QOS = 0x24,
    MQTT_PROP_RETAIN_AVAILABLE = 0x25,
    MQTT_PROP_USER = 0x26,
    MQTT_PROP_MAXIMUM_PACKET_SIZE = 0x27,
    MQTT_PROP_WILDCARD_AVAILABLE = 0x28,
    MQTT_PROP_SUBSCRIPTION_ID_AVAILABLE = 0x29,
    MQTT_PROP_SHARED_AVAILABLE = 0x2a,
    MQTT_PROP_LIMIT
};

/* One property. Numbers are in `number`; strings and binary data in `text`; of a user property `text` is
 * the name and `value` the value. Slices point into the packet. */
struct mqtt_prop {
    enum mqtt_prop_id id;
    uint32_t number;
    struct mqtt_bytes text;
    struct mqtt_bytes value;
};

/* Iterator over one property block. */
struct mqtt_props {
    struct mqtt_reader in;
    uint64_t seen;
    uint16_t packet; /* bit of the packet type */
};

/* Takes the property length and the block out of `r`; errors stay in `r`. */
void mqtt_props_open(struct mqtt_props *p, struct mqtt_reader *r, enum mqtt_type type);

/* Next property into `*prop`. False at the end or on an error; p->in.err tells which. */
bool mqtt_props_next(struct mqtt_props *p, struct mqtt_prop *prop);

#endif
