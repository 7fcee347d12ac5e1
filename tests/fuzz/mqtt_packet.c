/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of a server through the MQTT decoder: protocol version, first byte, body. Whatever it accepts lies
 * inside the packet and keeps the rules that its header promises.
 */
#include <mqtt/decode.h>

#include "fuzz.h"

struct packet_bytes {
    const uint8_t *at;
    size_t size;
};

static void inside(const struct packet_bytes *body, struct mqtt_bytes slice)
{
    if (slice.len == 0) {
        return;
    }
    FUZZ_CHECK(slice.at >= body->at && slice.len <= body->size);
    FUZZ_CHECK((size_t)(slice.at - body->at) <= body->size - slice.len);
}

static void check_connack(const struct packet_bytes *body, const struct mqtt_connack *c)
{
    inside(body, c->assigned_client_id);
    inside(body, c->reason_string);
    inside(body, c->response_information);
    inside(body, c->server_reference);
    inside(body, c->auth_method);
    inside(body, c->auth_data);
    FUZZ_CHECK(c->maximum_qos <= 2 && c->receive_maximum != 0 && c->maximum_packet_size != 0);
    FUZZ_CHECK(c->reason == 0 || !c->session_present);
}

static void check_publish(const struct packet_bytes *body, const struct mqtt_publish_in *p)
{
    inside(body, p->topic);
    inside(body, p->payload);
    FUZZ_CHECK(p->qos <= 2 && (p->qos != 0) == (p->id != 0));
    FUZZ_CHECK(p->topic.len != 0);
    FUZZ_CHECK(memchr(p->topic.at, '#', p->topic.len) == NULL);
    FUZZ_CHECK(memchr(p->topic.at, '\0', p->topic.len) == NULL);
}

static void check_packet(const struct packet_bytes *body, const struct mqtt_packet *packet)
{
    switch (packet->type) {
    case MQTT_CONNACK:
        check_connack(body, &packet->u.connack);
        break;
    case MQTT_PUBLISH:
        check_publish(body, &packet->u.publish);
        break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
        inside(body, packet->u.ack.reason_string);
        FUZZ_CHECK(packet->u.ack.id != 0);
        break;
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
        inside(body, packet->u.suback.reason_string);
        FUZZ_CHECK(packet->u.suback.id != 0);
        break;
    case MQTT_DISCONNECT:
        inside(body, packet->u.disconnect.reason_string);
        inside(body, packet->u.disconnect.server_reference);
        break;
    default:
        FUZZ_CHECK(packet->type == MQTT_PINGRESP && body->size == 0);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    enum mqtt_version version = (fuzz_byte(&input) & 1) != 0 ? MQTT_3_1_1 : MQTT_5;
    uint8_t first = fuzz_byte(&input);
    struct packet_bytes body;
    uint8_t *copy = fuzz_copy(&input, input.left, &body.size);
    body.at = copy;
    struct mqtt_packet packet;
    enum mqtt_error error = mqtt_decode(version, first, body.at, body.size, &packet);
    FUZZ_CHECK(error < MQTT_ERR_COUNT);
    if (error == MQTT_OK) {
        FUZZ_CHECK((unsigned)packet.type == first >> 4);
        check_packet(&body, &packet);
    }
    free(copy);
    return 0;
}
