/* SPDX-License-Identifier: BSD-2-Clause */
/* The one subscription that a client may have, and messages that nobody asked for. */
#include "internal.h"
#include "wire.h"

static bool same(struct mqtt_bytes a, struct mqtt_bytes b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

enum mqtt_error mqtt_client_subscribe(struct mqtt_client *c, struct mqtt_bytes topic)
{
    if (c->state != MQTT_CONNECTED || c->subscription != MQTT_UNSUBSCRIBED) {
        return MQTT_ERR_STATE;
    }
    uint16_t id = mqtt_inflight_next_id(&c->inflight);
    size_t size = mqtt_subscribe_size(c->version, topic);
    if (size == 0 || size > c->packet_limit) {
        return size == 0 ? MQTT_ERR_ARGUMENT : MQTT_ERR_PACKET_LIMIT;
    }
    if (mqtt_output_space(c, size + MQTT_OUTPUT_RESERVE) < size + MQTT_OUTPUT_RESERVE) {
        return MQTT_ERR_SPACE;
    }
    c->out_to += mqtt_encode_subscribe(c->out + c->out_to, size, c->version, id, topic);
    c->inflight.reserved_id = id;
    c->inflight.last_id = id;
    c->subscription = MQTT_SUBSCRIBING;
    c->subscribed = topic;
    return MQTT_OK;
}

enum mqtt_error mqtt_client_unsubscribe(struct mqtt_client *c)
{
    if (c->state != MQTT_CONNECTED || c->subscription != MQTT_SUBSCRIBED) {
        return MQTT_ERR_STATE;
    }
    uint16_t id = mqtt_inflight_next_id(&c->inflight);
    size_t size = mqtt_unsubscribe_size(c->version, c->subscribed);
    if (mqtt_output_space(c, size + MQTT_OUTPUT_RESERVE) < size + MQTT_OUTPUT_RESERVE) {
        return MQTT_ERR_SPACE;
    }
    c->out_to += mqtt_encode_unsubscribe(c->out + c->out_to, size, c->version, id, c->subscribed);
    c->inflight.reserved_id = id;
    c->inflight.last_id = id;
    c->subscription = MQTT_UNSUBSCRIBING;
    return MQTT_OK;
}

void mqtt_subscription_answered(struct mqtt_client *c, enum mqtt_type type, const struct mqtt_suback *ack,
                                struct mqtt_event *event)
{
    enum mqtt_subscription waits = type == MQTT_SUBACK ? MQTT_SUBSCRIBING : MQTT_UNSUBSCRIBING;
    if (c->subscription != waits || ack->id != c->inflight.reserved_id) {
        mqtt_client_fail(c, MQTT_ERR_UNEXPECTED, event);
        return;
    }
    c->inflight.reserved_id = 0;
    bool on = type == MQTT_SUBACK && ack->reason < MQTT_REASON_FAILURE;
    c->subscription = on ? MQTT_SUBSCRIBED : MQTT_UNSUBSCRIBED;
    if (type == MQTT_SUBACK) {
        event->kind = MQTT_EVENT_SUBSCRIBED;
        event->reason = ack->reason;
        event->text = ack->reason_string;
    }
}

/* Other topics were not asked for, but a session left behind by an earlier user of the identifier may have
 * asked. Nothing is asked for with QoS 2. */
void mqtt_subscription_message(struct mqtt_client *c, const struct mqtt_publish_in *p,
                               struct mqtt_event *event)
{
    bool wanted = (c->subscription == MQTT_SUBSCRIBING || c->subscription == MQTT_SUBSCRIBED) &&
                  p->qos != 2 && same(p->topic, c->subscribed);
    if (p->qos != 0) {
        mqtt_client_answer(c, p->qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, p->id,
                           wanted ? MQTT_REASON_SUCCESS : MQTT_REASON_IMPLEMENTATION, event);
    }
    if (!wanted || event->kind != MQTT_EVENT_NONE) {
        c->counters.unasked++;
        return;
    }
    event->kind = MQTT_EVENT_MESSAGE;
    event->text = p->payload;
    event->retained = p->retain;
}
