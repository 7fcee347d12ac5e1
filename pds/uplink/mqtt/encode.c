/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the client's packets: lengths first, one bound check, then straight copies. */
#include "encode.h"
#include "props.h"

#define SUBSCRIBE_NO_LOCAL 4u /* 3.8.3.1 */

/* Whole length of a packet with a body of `body` bytes, 0 if there is none. */
static size_t whole(size_t body)
{
    return body > MQTT_VARINT_MAX ? 0 : 1 + mqtt_varint_size((uint32_t)body) + body;
}

static uint8_t *put_header(uint8_t *at, uint8_t first, size_t body)
{
    return mqtt_put_varint(mqtt_put_u8(at, first), (uint32_t)body);
}

static size_t connect_props_size(const struct mqtt_connect *c)
{
    return (c->session_expiry_s != 0 ? 5u : 0u) +
           (c->receive_maximum != 0 && c->receive_maximum != UINT16_MAX ? 3u : 0u) +
           (c->maximum_packet_size != 0 ? 5u : 0u);
}

static uint8_t *put_connect_props(uint8_t *at, const struct mqtt_connect *c)
{
    at = mqtt_put_varint(at, (uint32_t)connect_props_size(c));
    if (c->receive_maximum != 0 && c->receive_maximum != UINT16_MAX) {
        at = mqtt_put_u16(mqtt_put_u8(at, MQTT_PROP_RECEIVE_MAXIMUM), c->receive_maximum);
    }
    if (c->maximum_packet_size != 0) {
        at = mqtt_put_u32(mqtt_put_u8(at, MQTT_PROP_MAXIMUM_PACKET_SIZE), c->maximum_packet_size);
    }
    if (c->session_expiry_s != 0) {
        at = mqtt_put_u32(mqtt_put_u8(at, MQTT_PROP_SESSION_EXPIRY), c->session_expiry_s);
    }
    return at;
}

static size_t will_size(const struct mqtt_connect *c)
{
    if (c->will == NULL) {
        return 0;
    }
    size_t props = c->version == MQTT_5 ? 1 + (c->will->delay_s != 0 ? 5u : 0u) : 0;
    return props + 2 + c->will->topic.len + 2 + c->will->payload.len;
}

static uint8_t *put_will(uint8_t *at, const struct mqtt_connect *c)
{
    if (c->version == MQTT_5) {
        at = mqtt_put_u8(at, c->will->delay_s != 0 ? 5 : 0);
        if (c->will->delay_s != 0) {
            at = mqtt_put_u32(mqtt_put_u8(at, MQTT_PROP_WILL_DELAY), c->will->delay_s);
        }
    }
    return mqtt_put_binary(mqtt_put_binary(at, c->will->topic), c->will->payload);
}

static uint8_t connect_flags(const struct mqtt_connect *c)
{
    unsigned flags = c->clean_start ? 0x02 : 0;
    if (c->will != NULL) {
        flags |= 0x04u | (unsigned)c->will->qos << 3 | (c->will->retain ? 0x20u : 0u);
    }
    return (uint8_t)flags;
}

static bool connect_valid(const struct mqtt_connect *c)
{
    if (c->client_id.len > UINT16_MAX) {
        return false;
    }
    return c->will == NULL || (c->will->topic.len > 0 && c->will->topic.len <= UINT16_MAX &&
                               c->will->payload.len <= UINT16_MAX && c->will->qos <= 2);
}

size_t mqtt_encode_connect(uint8_t *out, size_t capacity, const struct mqtt_connect *c)
{
    static const uint8_t name[] = {0, 4, 'M', 'Q', 'T', 'T'};
    if (!connect_valid(c)) {
        return 0;
    }
    size_t body = sizeof name + 4 + (c->version == MQTT_5 ? 1 + connect_props_size(c) : 0) + 2 +
                  c->client_id.len + will_size(c);
    size_t size = whole(body);
    if (size == 0 || size > capacity) {
        return 0;
    }
    uint8_t *at = put_header(out, MQTT_CONNECT << 4, body);
    at = mqtt_put_raw(at, (struct mqtt_bytes){name, sizeof name});
    at = mqtt_put_u8(at, (uint8_t)c->version);
    at = mqtt_put_u8(at, connect_flags(c));
    at = mqtt_put_u16(at, c->keep_alive_s);
    if (c->version == MQTT_5) {
        at = put_connect_props(at, c);
    }
    at = mqtt_put_binary(at, c->client_id);
    if (c->will != NULL) {
        put_will(at, c);
    }
    return size;
}

static size_t publish_body(enum mqtt_version version, const struct mqtt_publish *p)
{
    size_t props = version == MQTT_5 ? 1u + (p->expiry_s != 0 ? 5u : 0u) : 0;
    return 2 + p->topic.len + (p->qos != 0 ? 2u : 0u) + props + p->payload.len;
}

size_t mqtt_publish_size(enum mqtt_version version, const struct mqtt_publish *p)
{
    bool valid = p->topic.len > 0 && p->topic.len <= UINT16_MAX && p->payload.len <= MQTT_VARINT_MAX &&
                 p->qos <= 2 && (p->qos != 0) == (p->id != 0) && !(p->dup && p->qos == 0);
    return valid ? whole(publish_body(version, p)) : 0;
}

size_t mqtt_encode_publish(uint8_t *out, size_t capacity, enum mqtt_version version,
                           const struct mqtt_publish *p)
{
    size_t size = mqtt_publish_size(version, p);
    if (size == 0 || size > capacity) {
        return 0;
    }
    unsigned flags = (p->dup ? 8u : 0u) | (unsigned)p->qos << 1 | (p->retain ? 1u : 0u);
    uint8_t *at = put_header(out, (uint8_t)(MQTT_PUBLISH << 4 | flags), publish_body(version, p));
    at = mqtt_put_binary(at, p->topic);
    if (p->qos != 0) {
        at = mqtt_put_u16(at, p->id);
    }
    if (version == MQTT_5) {
        at = mqtt_put_u8(at, p->expiry_s != 0 ? 5 : 0);
        if (p->expiry_s != 0) {
            at = mqtt_put_u32(mqtt_put_u8(at, MQTT_PROP_MESSAGE_EXPIRY), p->expiry_s);
        }
    }
    mqtt_put_raw(at, p->payload);
    return size;
}

static size_t filter_body(enum mqtt_version version, struct mqtt_bytes filter, size_t options)
{
    return 2 + (version == MQTT_5 ? 1u : 0u) + 2 + filter.len + options;
}

static bool filter_valid(struct mqtt_bytes filter)
{
    return filter.len > 0 && filter.len <= UINT16_MAX;
}

size_t mqtt_subscribe_size(enum mqtt_version version, struct mqtt_bytes filter)
{
    return filter_valid(filter) ? whole(filter_body(version, filter, 1)) : 0;
}

size_t mqtt_unsubscribe_size(enum mqtt_version version, struct mqtt_bytes filter)
{
    return filter_valid(filter) ? whole(filter_body(version, filter, 0)) : 0;
}

static uint8_t *put_filter(uint8_t *at, enum mqtt_version version, uint16_t id, struct mqtt_bytes filter)
{
    at = mqtt_put_u16(at, id);
    if (version == MQTT_5) {
        at = mqtt_put_u8(at, 0);
    }
    return mqtt_put_binary(at, filter);
}

size_t mqtt_encode_subscribe(uint8_t *out, size_t capacity, enum mqtt_version version, uint16_t id,
                             struct mqtt_bytes filter)
{
    size_t size = mqtt_subscribe_size(version, filter);
    if (size == 0 || size > capacity) {
        return 0;
    }
    uint8_t *at = put_header(out, MQTT_SUBSCRIBE << 4 | 2, filter_body(version, filter, 1));
    at = put_filter(at, version, id, filter);
    mqtt_put_u8(at, version == MQTT_5 ? SUBSCRIBE_NO_LOCAL : 0);
    return size;
}

size_t mqtt_encode_unsubscribe(uint8_t *out, size_t capacity, enum mqtt_version version, uint16_t id,
                               struct mqtt_bytes filter)
{
    size_t size = mqtt_unsubscribe_size(version, filter);
    if (size == 0 || size > capacity) {
        return 0;
    }
    uint8_t *at = put_header(out, MQTT_UNSUBSCRIBE << 4 | 2, filter_body(version, filter, 0));
    put_filter(at, version, id, filter);
    return size;
}

size_t mqtt_encode_ack(uint8_t *out, size_t capacity, enum mqtt_version version, enum mqtt_type type,
                       uint16_t id, uint8_t reason)
{
    size_t body = version == MQTT_5 && reason != 0 ? 3 : 2;
    if (capacity < 2 + body) {
        return 0;
    }
    uint8_t *at = put_header(out, (uint8_t)((unsigned)type << 4 | (type == MQTT_PUBREL ? 2u : 0u)), body);
    at = mqtt_put_u16(at, id);
    if (body == 3) {
        mqtt_put_u8(at, reason);
    }
    return 2 + body;
}

size_t mqtt_encode_pingreq(uint8_t *out, size_t capacity)
{
    if (capacity < 2) {
        return 0;
    }
    put_header(out, MQTT_PINGREQ << 4, 0);
    return 2;
}

size_t mqtt_encode_disconnect(uint8_t *out, size_t capacity, enum mqtt_version version, uint8_t reason)
{
    size_t body = version == MQTT_5 && reason != 0 ? 1 : 0;
    if (capacity < 2 + body) {
        return 0;
    }
    uint8_t *at = put_header(out, MQTT_DISCONNECT << 4, body);
    if (body != 0) {
        mqtt_put_u8(at, reason);
    }
    return 2 + body;
}
