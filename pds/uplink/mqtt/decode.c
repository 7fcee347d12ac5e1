/* SPDX-License-Identifier: BSD-2-Clause */
/* Turns one complete packet of a server into a checked structure. */
#include "decode.h"
#include "props.h"
#include "text.h"

/* 3.1.1, table 3.1. */
static const uint8_t connack_311[] = {
    MQTT_REASON_SUCCESS,         MQTT_REASON_UNSUPPORTED_VERSION,
    MQTT_REASON_BAD_CLIENT_ID,   MQTT_REASON_SERVER_UNAVAILABLE,
    MQTT_REASON_BAD_CREDENTIALS, MQTT_REASON_NOT_AUTHORIZED,
};

static void connack_property(struct mqtt_connack *c, const struct mqtt_prop *p)
{
    switch (p->id) {
    case MQTT_PROP_SESSION_EXPIRY:
        c->has_session_expiry = true;
        c->session_expiry_s = p->number;
        break;
    case MQTT_PROP_ASSIGNED_CLIENT_ID:
        c->assigned_client_id = p->text;
        break;
    case MQTT_PROP_SERVER_KEEP_ALIVE:
        c->has_server_keep_alive = true;
        c->server_keep_alive_s = (uint16_t)p->number;
        break;
    case MQTT_PROP_AUTH_METHOD:
        c->auth_method = p->text;
        break;
    case MQTT_PROP_AUTH_DATA:
        c->auth_data = p->text;
        break;
    case MQTT_PROP_RESPONSE_INFORMATION:
        c->response_information = p->text;
        break;
    case MQTT_PROP_SERVER_REFERENCE:
        c->server_reference = p->text;
        break;
    case MQTT_PROP_REASON_STRING:
        c->reason_string = p->text;
        break;
    case MQTT_PROP_RECEIVE_MAXIMUM:
        c->receive_maximum = (uint16_t)p->number;
        break;
    case MQTT_PROP_TOPIC_ALIAS_MAXIMUM:
        c->topic_alias_maximum = (uint16_t)p->number;
        break;
    case MQTT_PROP_MAXIMUM_QOS:
        c->maximum_qos = (uint8_t)p->number;
        break;
    case MQTT_PROP_RETAIN_AVAILABLE:
        c->retain_available = p->number != 0;
        break;
    case MQTT_PROP_MAXIMUM_PACKET_SIZE:
        c->maximum_packet_size = p->number;
        break;
    case MQTT_PROP_WILDCARD_AVAILABLE:
        c->wildcard_available = p->number != 0;
        break;
    case MQTT_PROP_SUBSCRIPTION_ID_AVAILABLE:
        c->subscription_id_available = p->number != 0;
        break;
    case MQTT_PROP_SHARED_AVAILABLE:
        c->shared_available = p->number != 0;
        break;
    default: /* user properties: checked, of no meaning here */
        break;
    }
}

static void connack_reason_311(struct mqtt_reader *r, struct mqtt_connack *c, uint8_t code)
{
    if (code >= sizeof connack_311) {
        mqtt_read_fail(r, MQTT_ERR_REASON_CODE);
        return;
    }
    c->reason = connack_311[code];
}

/* A CONNACK of two bytes answers an MQTT 5 CONNECT only if the server does not speak MQTT 5. */
static enum mqtt_error decode_connack(enum mqtt_version version, struct mqtt_reader *r,
                                      struct mqtt_connack *c)
{
    bool short_form = version == MQTT_3_1_1 || r->left == 2;
    *c = (struct mqtt_connack){
        .retain_available = true,
        .wildcard_available = true,
        .subscription_id_available = true,
        .shared_available = true,
        .maximum_qos = 2,
        .receive_maximum = UINT16_MAX,
        .maximum_packet_size = UINT32_MAX,
    };
    uint8_t flags = mqtt_read_u8(r);
    uint8_t code = mqtt_read_u8(r);
    c->session_present = (flags & 1) != 0;
    if ((flags & 0xfe) != 0 || (c->session_present && code != 0)) {
        mqtt_read_fail(r, MQTT_ERR_CONNACK_FLAGS);
    }
    if (short_form) {
        connack_reason_311(r, c, code);
        c->version_refused = c->reason == MQTT_REASON_UNSUPPORTED_VERSION;
        if (version == MQTT_5 && !c->version_refused) {
            mqtt_read_fail(r, MQTT_ERR_TRUNCATED);
        }
        return r->err;
    }
    c->reason = code;
    c->version_refused = code == MQTT_REASON_UNSUPPORTED_VERSION;
    if (!mqtt_reason_valid(MQTT_CONNACK, code)) {
        mqtt_read_fail(r, MQTT_ERR_REASON_CODE);
    }
    struct mqtt_props props;
    struct mqtt_prop prop;
    mqtt_props_open(&props, r, MQTT_CONNACK);
    while (mqtt_props_next(&props, &prop)) {
        connack_property(c, &prop);
    }
    return props.in.err;
}

static bool topic_valid(struct mqtt_bytes t)
{
    for (size_t i = 0; i < t.len; i++) {
        if (t.at[i] == '+' || t.at[i] == '#') {
            return false;
        }
    }
    return t.len > 0;
}

static enum mqtt_error publish_properties(struct mqtt_reader *r)
{
    struct mqtt_props props;
    struct mqtt_prop prop;
    mqtt_props_open(&props, r, MQTT_PUBLISH);
    while (mqtt_props_next(&props, &prop)) {
        if (prop.id == MQTT_PROP_TOPIC_ALIAS) {
            mqtt_read_fail(&props.in, MQTT_ERR_TOPIC_ALIAS);
        }
        if (prop.id == MQTT_PROP_RESPONSE_TOPIC && !topic_valid(prop.text)) {
            mqtt_read_fail(&props.in, MQTT_ERR_TOPIC);
        }
    }
    return props.in.err;
}

/* The client allows no topic alias, so a topic must always be there. */
static enum mqtt_error decode_publish(enum mqtt_version version, uint8_t flags, struct mqtt_reader *r,
                                      struct mqtt_publish_in *p)
{
    *p = (struct mqtt_publish_in){
        .dup = (flags & 8) != 0, .retain = (flags & 1) != 0, .qos = (flags >> 1) & 3};
    if (p->qos == 3 || (p->qos == 0 && p->dup)) {
        return MQTT_ERR_QOS;
    }
    p->topic = mqtt_read_string(r);
    if (p->qos != 0) {
        p->id = mqtt_read_u16(r);
        if (p->id == 0) {
            mqtt_read_fail(r, MQTT_ERR_PACKET_ID);
        }
    }
    enum mqtt_error err = r->err;
    if (version == MQTT_5 && err == MQTT_OK) {
        err = publish_properties(r);
    }
    if (err == MQTT_OK && !topic_valid(p->topic)) {
        err = MQTT_ERR_TOPIC;
    }
    p->payload = mqtt_read_bytes(r, r->left);
    return err;
}

/* Reads the property block of a packet whose only property of interest is its reason string (and, of a
 * DISCONNECT, the server reference). */
static enum mqtt_error reason_properties(struct mqtt_reader *r, enum mqtt_type type,
                                         struct mqtt_bytes *reason, struct mqtt_bytes *reference)
{
    struct mqtt_props props;
    struct mqtt_prop prop;
    mqtt_props_open(&props, r, type);
    while (mqtt_props_next(&props, &prop)) {
        if (prop.id == MQTT_PROP_REASON_STRING) {
            *reason = prop.text;
        } else if (prop.id == MQTT_PROP_SERVER_REFERENCE && reference != NULL) {
            *reference = prop.text;
        }
    }
    return props.in.err;
}

/* MQTT 5 leaves out the reason when it is 0 and the properties when there are none (3.4.2.1, 3.4.2.2.1). */
static enum mqtt_error decode_ack(enum mqtt_version version, enum mqtt_type type, struct mqtt_reader *r,
                                  struct mqtt_ack *a)
{
    *a = (struct mqtt_ack){.id = mqtt_read_u16(r)};
    if (r->err == MQTT_OK && a->id == 0) {
        mqtt_read_fail(r, MQTT_ERR_PACKET_ID);
    }
    if (version == MQTT_3_1_1 || r->left == 0) {
        return r->err;
    }
    a->reason = mqtt_read_u8(r);
    if (a->reason != 0 && !mqtt_reason_valid(type, a->reason)) {
        return MQTT_ERR_REASON_CODE;
    }
    return r->left == 0 ? r->err : reason_properties(r, type, &a->reason_string, NULL);
}

/* One topic was named, so one reason comes back; an UNSUBACK of 3.1.1 has none (3.1.1, 3.11.3). */
static enum mqtt_error decode_suback(enum mqtt_version version, enum mqtt_type type, struct mqtt_reader *r,
                                     struct mqtt_suback *a)
{
    *a = (struct mqtt_suback){.id = mqtt_read_u16(r)};
    if (r->err == MQTT_OK && a->id == 0) {
        mqtt_read_fail(r, MQTT_ERR_PACKET_ID);
    }
    if (version == MQTT_5) {
        enum mqtt_error err = reason_properties(r, type, &a->reason_string, NULL);
        if (err != MQTT_OK) {
            return err;
        }
    }
    if (version == MQTT_3_1_1 && type == MQTT_UNSUBACK) {
        return r->err;
    }
    a->reason = mqtt_read_u8(r);
    bool known = version == MQTT_3_1_1 ? a->reason <= 2 || a->reason == MQTT_REASON_FAILURE
                                       : mqtt_reason_valid(type, a->reason);
    if (r->err == MQTT_OK && !known) {
        mqtt_read_fail(r, MQTT_ERR_REASON_CODE);
    }
    return r->err;
}

static enum mqtt_error decode_disconnect(enum mqtt_version version, struct mqtt_reader *r,
                                         struct mqtt_disconnect_in *d)
{
    *d = (struct mqtt_disconnect_in){.reason = MQTT_REASON_SUCCESS};
    if (version == MQTT_3_1_1) {
        return MQTT_ERR_TYPE;
    }
    if (r->left == 0) {
        return MQTT_OK;
    }
    d->reason = mqtt_read_u8(r);
    if (!mqtt_reason_valid(MQTT_DISCONNECT, d->reason)) {
        return MQTT_ERR_REASON_CODE;
    }
    return r->left == 0 ? r->err
                        : reason_properties(r, MQTT_DISCONNECT, &d->reason_string, &d->server_reference);
}

/* Types a client may get, with the flags they must have (2.1.3). PUBLISH uses its flags. */
static enum mqtt_error check_header(enum mqtt_version version, enum mqtt_type type, uint8_t flags)
{
    switch (type) {
    case MQTT_PUBLISH:
        return MQTT_OK;
    case MQTT_PUBREL:
        return flags == 2 ? MQTT_OK : MQTT_ERR_FLAGS;
    case MQTT_AUTH:
        return version == MQTT_3_1_1 ? MQTT_ERR_TYPE : flags != 0 ? MQTT_ERR_FLAGS : MQTT_ERR_UNEXPECTED;
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
    case MQTT_CONNACK:
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBCOMP:
    case MQTT_PINGRESP:
    case MQTT_DISCONNECT:
        return flags == 0 ? MQTT_OK : MQTT_ERR_FLAGS;
    default:
        return MQTT_ERR_TYPE;
    }
}

enum mqtt_error mqtt_decode(enum mqtt_version version, uint8_t first, const uint8_t *body, size_t len,
                            struct mqtt_packet *out)
{
    struct mqtt_reader r = {body, len, MQTT_OK};
    enum mqtt_type type = (enum mqtt_type)(first >> 4);
    enum mqtt_error err = check_header(version, type, first & 0x0f);
    if (err != MQTT_OK) {
        return err;
    }
    out->type = type;
    switch (type) {
    case MQTT_CONNACK:
        err = decode_connack(version, &r, &out->u.connack);
        break;
    case MQTT_PUBLISH:
        err = decode_publish(version, first & 0x0f, &r, &out->u.publish);
        break;
    case MQTT_DISCONNECT:
        err = decode_disconnect(version, &r, &out->u.disconnect);
        break;
    case MQTT_PINGRESP:
        break;
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
        err = decode_suback(version, type, &r, &out->u.suback);
        break;
    default:
        err = decode_ack(version, type, &r, &out->u.ack);
        break;
    }
    if (err == MQTT_OK) {
        err = r.err;
    }
    return err == MQTT_OK && r.left != 0 ? MQTT_ERR_TRAILING : err;
}
