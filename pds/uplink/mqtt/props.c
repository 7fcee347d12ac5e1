/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of MQTT 5 properties (2.2.2.2) and the reader that applies it. */
#include "props.h"

enum form { FORM_NONE, FORM_U8, FORM_U16, FORM_U32, FORM_VARINT, FORM_STRING, FORM_BINARY, FORM_PAIR };

#define IN(type) (1u << (type))
#define ACKS                                                                                    \
    (IN(MQTT_PUBACK) | IN(MQTT_PUBREC) | IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP) | IN(MQTT_SUBACK) | \
     IN(MQTT_UNSUBACK))

/* Only what a server may send, and only in packets that the client accepts. Session expiry is left out of
 * DISCONNECT: a server must not send it there (3.14.2.2.2). */
static const struct rule {
    uint16_t packets;
    uint8_t form;
    uint8_t min;
    uint32_t max;
} rules[MQTT_PROP_LIMIT] = {
    [MQTT_PROP_PAYLOAD_FORMAT] = {IN(MQTT_PUBLISH), FORM_U8, 0, 1},
    [MQTT_PROP_MESSAGE_EXPIRY] = {IN(MQTT_PUBLISH), FORM_U32, 0, UINT32_MAX},
    [MQTT_PROP_CONTENT_TYPE] = {IN(MQTT_PUBLISH), FORM_STRING, 0, 0},
    [MQTT_PROP_RESPONSE_TOPIC] = {IN(MQTT_PUBLISH), FORM_STRING, 0, 0},
    [MQTT_PROP_CORRELATION_DATA] = {IN(MQTT_PUBLISH), FORM_BINARY, 0, 0},
    [MQTT_PROP_SUBSCRIPTION_ID] = {IN(MQTT_PUBLISH), FORM_VARINT, 1, MQTT_VARINT_MAX},
    [MQTT_PROP_SESSION_EXPIRY] = {IN(MQTT_CONNACK), FORM_U32, 0, UINT32_MAX},
    [MQTT_PROP_ASSIGNED_CLIENT_ID] = {IN(MQTT_CONNACK), FORM_STRING, 0, 0},
    [MQTT_PROP_SERVER_KEEP_ALIVE] = {IN(MQTT_CONNACK), FORM_U16, 0, UINT16_MAX},
    [MQTT_PROP_AUTH_METHOD] = {IN(MQTT_CONNACK), FORM_STRING, 0, 0},
    [MQTT_PROP_AUTH_DATA] = {IN(MQTT_CONNACK), FORM_BINARY, 0, 0},
    [MQTT_PROP_RESPONSE_INFORMATION] = {IN(MQTT_CONNACK), FORM_STRING, 0, 0},
    [MQTT_PROP_SERVER_REFERENCE] = {IN(MQTT_CONNACK) | IN(MQTT_DISCONNECT), FORM_STRING, 0, 0},
    [MQTT_PROP_REASON_STRING] = {IN(MQTT_CONNACK) | IN(MQTT_DISCONNECT) | ACKS, FORM_STRING, 0, 0},
    [MQTT_PROP_RECEIVE_MAXIMUM] = {IN(MQTT_CONNACK), FORM_U16, 1, UINT16_MAX},
    [MQTT_PROP_TOPIC_ALIAS_MAXIMUM] = {IN(MQTT_CONNACK), FORM_U16, 0, UINT16_MAX},
    [MQTT_PROP_TOPIC_ALIAS] = {IN(MQTT_PUBLISH), FORM_U16, 1, UINT16_MAX},
    [MQTT_PROP_MAXIMUM_QOS] = {IN(MQTT_CONNACK), FORM_U8, 0, 1},
    [MQTT_PROP_RETAIN_AVAILABLE] = {IN(MQTT_CONNACK), FORM_U8, 0, 1},
    [MQTT_PROP_USER] = {IN(MQTT_CONNACK) | IN(MQTT_PUBLISH) | IN(MQTT_DISCONNECT) | ACKS, FORM_PAIR, 0, 0},
    [MQTT_PROP_MAXIMUM_PACKET_SIZE] = {IN(MQTT_CONNACK), FORM_U32, 1, UINT32_MAX},
    [MQTT_PROP_WILDCARD_AVAILABLE] = {IN(MQTT_CONNACK), FORM_U8, 0, 1},
    [MQTT_PROP_SUBSCRIPTION_ID_AVAILABLE] = {IN(MQTT_CONNACK), FORM_U8, 0, 1},
    [MQTT_PROP_SHARED_AVAILABLE] = {IN(MQTT_CONNACK), FORM_U8, 0, 1},
};

void mqtt_props_open(struct mqtt_props *p, struct mqtt_reader *r, enum mqtt_type type)
{
    struct mqtt_bytes block = mqtt_read_bytes(r, mqtt_read_varint(r));
    p->in = (struct mqtt_reader){block.at, block.len, r->err};
    p->seen = 0;
    p->packet = (uint16_t)IN(type);
}

static void read_value(struct mqtt_reader *in, enum form form, struct mqtt_prop *prop)
{
    switch (form) {
    case FORM_U8:
        prop->number = mqtt_read_u8(in);
        break;
    case FORM_U16:
        prop->number = mqtt_read_u16(in);
        break;
    case FORM_U32:
        prop->number = mqtt_read_u32(in);
        break;
    case FORM_VARINT:
        prop->number = mqtt_read_varint(in);
        break;
    case FORM_STRING:
        prop->text = mqtt_read_string(in);
        break;
    case FORM_BINARY:
        prop->text = mqtt_read_binary(in);
        break;
    case FORM_PAIR:
        prop->text = mqtt_read_string(in);
        prop->value = mqtt_read_string(in);
        break;
    case FORM_NONE:
        break;
    }
}

/* User properties may repeat, and so may the subscription identifiers of a PUBLISH (3.3.2.3.8). */
static bool may_repeat(uint32_t id)
{
    return id == MQTT_PROP_USER || id == MQTT_PROP_SUBSCRIPTION_ID;
}

bool mqtt_props_next(struct mqtt_props *p, struct mqtt_prop *prop)
{
    if (p->in.err != MQTT_OK || p->in.left == 0) {
        return false;
    }
    uint32_t id = mqtt_read_varint(&p->in);
    if (p->in.err == MQTT_OK && (id >= MQTT_PROP_LIMIT || (rules[id].packets & p->packet) == 0)) {
        mqtt_read_fail(&p->in, MQTT_ERR_PROPERTY_ID);
    }
    if (p->in.err != MQTT_OK) {
        return false;
    }
    uint64_t bit = UINT64_C(1) << id;
    if ((p->seen & bit) != 0 && !may_repeat(id)) {
        mqtt_read_fail(&p->in, MQTT_ERR_PROPERTY_TWICE);
        return false;
    }
    p->seen |= bit;
    *prop = (struct mqtt_prop){.id = (enum mqtt_prop_id)id};
    read_value(&p->in, (enum form)rules[id].form, prop);
    if (p->in.err == MQTT_OK &&
        (prop->number < rules[id].min || (rules[id].form < FORM_STRING && prop->number > rules[id].max))) {
        mqtt_read_fail(&p->in, MQTT_ERR_PROPERTY_VALUE);
    }
    return p->in.err == MQTT_OK;
}
