/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that every part of the MQTT client shares: versions, packet types, reason codes, errors.
 * Section numbers are those of "MQTT Version 5.0", OASIS Standard, 7 March 2019; where 3.1.1 (OASIS
 * Standard, 29 October 2014) differs, it is named. */
#ifndef POSTERN_MQTT_TYPES_H
#define POSTERN_MQTT_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* Protocol level as CONNECT carries it (3.1.2.2). */
enum mqtt_version { MQTT_3_1_1 = 4, MQTT_5 = 5 };

/* Control packet types (2.1.2). */
enum mqtt_type {
    MQTT_CONNECT = 1,
    MQTT_CONNACK = 2,
    MQTT_PUBLISH = 3,
    MQTT_PUBACK = 4,
    MQTT_PUBREC = 5,
    MQTT_PUBREL = 6,
    MQTT_PUBCOMP = 7,
    MQTT_SUBSCRIBE = 8,
    MQTT_SUBACK = 9,
    MQTT_UNSUBSCRIBE = 10,
    MQTT_UNSUBACK = 11,
    MQTT_PINGREQ = 12,
    MQTT_PINGRESP = 13,
    MQTT_DISCONNECT = 14,
    MQTT_AUTH = 15,
};

/* Reason codes that the client itself sends or compares with (2.4). Others travel as numbers; their
 * texts are in text.c. A reason of MQTT_REASON_FAILURE or more says that the request failed. */
enum mqtt_reason {
    MQTT_REASON_SUCCESS = 0x00,
    MQTT_REASON_NO_SUBSCRIBERS = 0x10,
    MQTT_REASON_FAILURE = 0x80,
    MQTT_REASON_MALFORMED = 0x81,
    MQTT_REASON_PROTOCOL_ERROR = 0x82,
    MQTT_REASON_IMPLEMENTATION = 0x83,
    MQTT_REASON_UNSUPPORTED_VERSION = 0x84,
    MQTT_REASON_BAD_CLIENT_ID = 0x85,
    MQTT_REASON_BAD_CREDENTIALS = 0x86,
    MQTT_REASON_NOT_AUTHORIZED = 0x87,
    MQTT_REASON_SERVER_UNAVAILABLE = 0x88,
    MQTT_REASON_ID_NOT_FOUND = 0x92,
    MQTT_REASON_RECEIVE_MAXIMUM = 0x93,
    MQTT_REASON_TOPIC_ALIAS = 0x94,
    MQTT_REASON_TOO_LARGE = 0x95,
    MQTT_REASON_QOS_UNSUPPORTED = 0x9b,
};

/* Everything that can go wrong. The first group is the peer's fault, the second the peer's silence, the
 * third a refused request of the caller, after which nothing has changed. */
enum mqtt_error {
    MQTT_OK = 0,
    MQTT_ERR_REMAINING_LENGTH, /* 2.1.4, 1.5.5: variable byte integer of five bytes or not minimal */
    MQTT_ERR_TYPE,             /* 2.1.2: reserved packet type, or one that only a client sends */
    MQTT_ERR_FLAGS,            /* 2.1.3: reserved flags of the fixed header are wrong */
    MQTT_ERR_TRUNCATED,        /* 1.2 "malformed packet": a field runs over the end of the packet */
    MQTT_ERR_TRAILING,         /* 1.2: bytes follow the last field */
    MQTT_ERR_STRING,           /* 1.5.4: not UTF-8, or holds U+0000 */
    MQTT_ERR_PROPERTY_ID,      /* 2.2.2.2: unknown property, or not one of this packet */
    MQTT_ERR_PROPERTY_TWICE,   /* 3.2.2.3 and others: property given more than once */
    MQTT_ERR_PROPERTY_VALUE,   /* 3.2.2.3 and others: value out of the property's range */
    MQTT_ERR_REASON_CODE,      /* 2.4: reason code that this packet cannot carry */
    MQTT_ERR_CONNACK_FLAGS,    /* 3.2.2.1: reserved acknowledge flags set, or session in a refusal */
    MQTT_ERR_SESSION_PRESENT,  /* 3.2.2.1.1: server resumed a session that was not asked for */
    MQTT_ERR_QOS,              /* 3.3.1.2: QoS 3, or DUP with QoS 0 */
    MQTT_ERR_TOPIC,            /* 3.3.2.1: empty without alias, or holds a wildcard */
    MQTT_ERR_TOPIC_ALIAS,      /* 3.3.2.3.4: alias, though the client allows none */
    MQTT_ERR_PACKET_ID,        /* 2.2.1: packet identifier zero */
    MQTT_ERR_UNEXPECTED,       /* 4.13: valid packet that makes no sense in this state */
    MQTT_ERR_TOO_LARGE,        /* 3.1.2.11.4: larger than the maximum packet size announced */
    MQTT_ERR_RECEIVE_MAXIMUM,  /* 3.3.4: more unacknowledged messages than announced */
    MQTT_ERR_QOS_UNSUPPORTED,  /* 3.2.2.3.4: server takes QoS 0 only */
    MQTT_ERR_CONNACK_TIMEOUT,  /* 3.1.4: no CONNACK in time */
    MQTT_ERR_PING_TIMEOUT,     /* 3.1.2.10: no PINGRESP in time */
    MQTT_ERR_ACK_TIMEOUT,      /* 4.4: no PUBACK in time */
    MQTT_ERR_STATE,            /* caller: not possible in this state */
    MQTT_ERR_WINDOW,           /* caller: as many messages in flight as server and client allow */
    MQTT_ERR_ORDER,            /* caller: messages of the resumed session must be sent again first */
    MQTT_ERR_SPACE,            /* caller: output buffer is full, or cannot hold it at all */
    MQTT_ERR_PACKET_LIMIT,     /* caller: larger than the server's maximum packet size */
    MQTT_ERR_ARGUMENT,         /* caller: value that no packet can carry */
    MQTT_ERR_COUNT
};

/* Borrowed bytes: valid as long as whatever they point into. */
struct mqtt_bytes {
    const uint8_t *at;
    size_t len;
};

/* Largest value of a variable byte integer (1.5.5). */
#define MQTT_VARINT_MAX 268435455u

#endif
