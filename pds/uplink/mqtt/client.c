/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's session: what to write, when, and what an arriving packet means in which state. */
#include "internal.h"
#include "text.h"
#include "wire.h"

#define SECOND_NS UINT64_C(1000000000)

static void move_mark(size_t *mark, size_t by)
{
    *mark = *mark < by ? 0 : *mark - by;
}

size_t mqtt_output_space(struct mqtt_client *c, size_t wanted)
{
    if (c->out_capacity - c->out_to < wanted && c->out_from != 0) {
        memmove(c->out, c->out + c->out_from, c->out_to - c->out_from);
        c->out_to -= c->out_from;
        move_mark(&c->out_clear, c->out_from);
        move_mark(&c->out_saving, c->out_from);
        c->out_from = 0;
    }
    return c->out_capacity - c->out_to;
}

void mqtt_client_fail(struct mqtt_client *c, enum mqtt_error err, struct mqtt_event *event)
{
    uint8_t reason = mqtt_error_reason(err);
    /* Before CONNACK nothing but CONNECT may be sent safely; 3.1.1's DISCONNECT would mean "all is well". */
    if (c->state == MQTT_CONNECTED && c->version == MQTT_5) {
        size_t space = mqtt_output_space(c, MQTT_OUTPUT_RESERVE);
        c->out_to += mqtt_encode_disconnect(c->out + c->out_to, space, c->version, reason);
    }
    /* A session in which the rules were broken is not resumed. Silence breaks none. */
    if (err < MQTT_ERR_CONNACK_TIMEOUT) {
        c->have_session = false;
    }
    if (c->state == MQTT_CONNECTING) {
        c->version_forced = false;
    }
    c->state = MQTT_ENDING;
    event->kind = MQTT_EVENT_FAILED;
    event->error = err;
    event->reason = reason;
}

static struct mqtt_connect connect_of(const struct mqtt_client *c)
{
    return (struct mqtt_connect){
        .version = c->version,
        .client_id = c->settings.client_id,
        .clean_start = c->clean,
        .keep_alive_s = c->settings.keep_alive_s,
        .session_expiry_s = c->settings.session_expiry_s,
        .receive_maximum = c->settings.receive_maximum,
        .maximum_packet_size = c->framer.limit,
        .will = c->without_will ? NULL : c->settings.will,
    };
}

enum mqtt_error mqtt_client_init(struct mqtt_client *c, const struct mqtt_settings *settings, uint8_t *in,
                                 size_t in_size, uint8_t *out, size_t out_size)
{
    if (in_size < 64 || out_size <= MQTT_OUTPUT_RESERVE || settings->receive_maximum == 0) {
        return MQTT_ERR_ARGUMENT;
    }
    *c = (struct mqtt_client){
        .settings = *settings,
        .state = MQTT_CLOSED,
        .version = MQTT_5,
        .out = out,
        .out_capacity = out_size,
    };
    mqtt_framer_init(&c->framer, in, in_size);
    struct mqtt_connect connect = connect_of(c);
    return mqtt_encode_connect(out, out_size - MQTT_OUTPUT_RESERVE, &connect) != 0 ? MQTT_OK
                                                                                   : MQTT_ERR_ARGUMENT;
}

enum mqtt_error mqtt_client_open(struct mqtt_client *c, uint64_t now_ns)
{
    if (c->state != MQTT_CLOSED) {
        return MQTT_ERR_STATE;
    }
    c->clean = !c->have_session;
    c->heard = false;
    c->ping_pending = false;
    mqtt_framer_reset(&c->framer);
    struct mqtt_connect connect = connect_of(c);
    c->out_to = mqtt_encode_connect(c->out, c->out_capacity, &connect);
    c->out_clear = c->out_to;
    c->last_sent_ns = now_ns;
    c->wait_until_ns = now_ns + c->settings.response_ns;
    c->state = MQTT_CONNECTING;
    return MQTT_OK;
}

bool mqtt_client_closed(struct mqtt_client *c)
{
    bool silent = c->state == MQTT_CONNECTING && !c->heard;
    bool was_five = c->version == MQTT_5;
    c->state = MQTT_CLOSED;
    c->out_from = 0;
    c->out_to = 0;
    c->out_clear = 0;
    c->out_saving = 0;
    c->subscription = MQTT_UNSUBSCRIBED;
    c->inflight.reserved_id = 0;
    mqtt_inflight_rewind(&c->inflight);
    /* A server that closes on CONNECT without a word may dislike the version: try the other one once. Only
     * the explicit refusal is remembered. */
    if (c->version_forced) {
        c->version = MQTT_3_1_1;
        return was_five;
    }
    c->version = silent && was_five ? MQTT_3_1_1 : MQTT_5;
    return silent && was_five;
}

static void accept_connection(struct mqtt_client *c, const struct mqtt_connack *ack, uint64_t now_ns,
                              struct mqtt_event *event)
{
    if (ack->session_present && c->clean) {
        mqtt_client_fail(c, MQTT_ERR_SESSION_PRESENT, event);
        return;
    }
    if (ack->maximum_qos < 1) {    /* then nothing would be acknowledged */
        c->state = MQTT_CONNECTED; /* so that the server learns why */
        mqtt_client_fail(c, MQTT_ERR_QOS_UNSUPPORTED, event);
        return;
    }
    if (!ack->session_present) {
        c->changes += mqtt_inflight_count(&c->inflight) != 0;
        mqtt_inflight_clear(&c->inflight);
    }
    uint16_t keep_alive_s = ack->has_server_keep_alive ? ack->server_keep_alive_s : c->settings.keep_alive_s;
    uint32_t expiry_s = ack->has_session_expiry ? ack->session_expiry_s : c->settings.session_expiry_s;
    c->keep_alive_ns = keep_alive_s * SECOND_NS;
    c->retain_available = ack->retain_available;
    c->maximum_qos = ack->maximum_qos;
    c->packet_limit = ack->maximum_packet_size;
    c->send_quota = ack->receive_maximum < MQTT_WINDOW ? ack->receive_maximum : MQTT_WINDOW;
    /* Under an identifier that the server chose for this connection the session cannot be found again. A
     * clean session of 3.1.1 ends with its connection; the next CONNECT begins a lasting one. */
    c->have_session = c->settings.client_id.len != 0 && (c->version == MQTT_3_1_1 || expiry_s != 0);
    c->state = MQTT_CONNECTED;
    event->kind = MQTT_EVENT_CONNECTED;
    event->session_present = ack->session_present;
    event->assigned_client_id = ack->assigned_client_id;
    mqtt_delivery_release(c, now_ns);
}

static void on_connack(struct mqtt_client *c, const struct mqtt_connack *ack, uint64_t now_ns,
                       struct mqtt_event *event)
{
    event->reason = ack->reason;
    event->text = ack->reason_string;
    if (ack->reason == MQTT_REASON_SUCCESS) {
        accept_connection(c, ack, now_ns, event);
        return;
    }
    if (ack->version_refused) {
        c->version_forced = c->version == MQTT_5;
        event->try_again = c->version_forced;
    }
    if (mqtt_link_advice(ack->reason) == MQTT_LINK_WILL && c->settings.will != NULL) {
        event->try_again = !c->without_will;
        c->without_will = true;
    }
    c->state = MQTT_ENDING;
    event->kind = MQTT_EVENT_REFUSED;
}

void mqtt_client_answer(struct mqtt_client *c, enum mqtt_type type, uint16_t id, uint8_t reason,
                        struct mqtt_event *event)
{
    size_t space = mqtt_output_space(c, MQTT_OUTPUT_RESERVE);
    size_t len = space < MQTT_OUTPUT_RESERVE / 2
                     ? 0
                     : mqtt_encode_ack(c->out + c->out_to, space, c->version, type, id, reason);
    if (len == 0) {
        mqtt_client_fail(c, MQTT_ERR_RECEIVE_MAXIMUM, event);
        return;
    }
    c->out_to += len;
}

static void on_packet(struct mqtt_client *c, const struct mqtt_packet *packet, uint64_t now_ns,
                      struct mqtt_event *event)
{
    bool connack = packet->type == MQTT_CONNACK;
    if ((c->state == MQTT_CONNECTING) != connack) {
        mqtt_client_fail(c, MQTT_ERR_UNEXPECTED, event);
        return;
    }
    switch (packet->type) {
    case MQTT_CONNACK:
        on_connack(c, &packet->u.connack, now_ns, event);
        break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBCOMP:
        mqtt_delivery_answered(c, packet->type, &packet->u.ack, now_ns, event);
        break;
    case MQTT_PUBLISH:
        mqtt_subscription_message(c, &packet->u.publish, event);
        break;
    case MQTT_SUBACK:
    case MQTT_UNSUBACK:
        mqtt_subscription_answered(c, packet->type, &packet->u.suback, event);
        break;
    case MQTT_PUBREL: /* only 3.1.1 gets here in order: MQTT 5's PUBREC carried a failure, which ends it */
        mqtt_client_answer(c, MQTT_PUBCOMP, packet->u.ack.id, MQTT_REASON_ID_NOT_FOUND, event);
        break;
    case MQTT_PINGRESP:
        c->counters.unasked += !c->ping_pending;
        c->ping_pending = false;
        break;
    case MQTT_DISCONNECT:
        c->state = MQTT_ENDING;
        event->kind = MQTT_EVENT_DISCONNECTED;
        event->reason = packet->u.disconnect.reason;
        event->text = packet->u.disconnect.reason_string;
        break;
    default: /* the decoder lets nothing else through */
        mqtt_client_fail(c, MQTT_ERR_UNEXPECTED, event);
        break;
    }
}

size_t mqtt_client_receive(struct mqtt_client *c, const uint8_t *in, size_t len, uint64_t now_ns,
                           struct mqtt_event *event)
{
    *event = (struct mqtt_event){.kind = MQTT_EVENT_NONE};
    size_t used = 0;
    while (used < len && event->kind == MQTT_EVENT_NONE) {
        struct mqtt_frame frame;
        struct mqtt_packet packet;
        enum mqtt_error err;
        bool complete;
        if (c->state != MQTT_CONNECTING && c->state != MQTT_CONNECTED) {
            return len;
        }
        c->heard = true;
        used += mqtt_framer_feed(&c->framer, in + used, len - used, &frame, &complete, &err);
        if (err == MQTT_OK && complete) {
            err = mqtt_decode(c->version, frame.first, frame.body, frame.len, &packet);
        }
        if (err != MQTT_OK) {
            mqtt_client_fail(c, err, event);
        } else if (complete) {
            on_packet(c, &packet, now_ns, event);
        }
    }
    return used;
}

/* PINGREQ after three quarters of the keep-alive time without sending, so that it arrives in time. */
static uint64_t ping_due(const struct mqtt_client *c)
{
    return c->keep_alive_ns == 0 || c->ping_pending ? UINT64_MAX : c->last_sent_ns + c->keep_alive_ns / 4 * 3;
}

static uint64_t ack_due(const struct mqtt_client *c)
{
    uint64_t oldest = mqtt_inflight_oldest_ns(&c->inflight);
    return c->settings.ack_ns == 0 || oldest == UINT64_MAX ? UINT64_MAX : oldest + c->settings.ack_ns;
}

uint64_t mqtt_client_deadline(const struct mqtt_client *c)
{
    if (c->state == MQTT_CONNECTING) {
        return c->wait_until_ns;
    }
    if (c->state != MQTT_CONNECTED) {
        return UINT64_MAX;
    }
    uint64_t due = c->ping_pending ? c->wait_until_ns : ping_due(c);
    uint64_t ack = ack_due(c);
    return ack < due ? ack : due;
}

void mqtt_client_tick(struct mqtt_client *c, uint64_t now_ns, struct mqtt_event *event)
{
    *event = (struct mqtt_event){.kind = MQTT_EVENT_NONE};
    if (c->state == MQTT_CONNECTING && now_ns >= c->wait_until_ns) {
        mqtt_client_fail(c, MQTT_ERR_CONNACK_TIMEOUT, event);
    }
    if (c->state != MQTT_CONNECTED) {
        return;
    }
    if (c->ping_pending && now_ns >= c->wait_until_ns) {
        mqtt_client_fail(c, MQTT_ERR_PING_TIMEOUT, event);
    } else if (now_ns >= ack_due(c)) {
        mqtt_client_fail(c, MQTT_ERR_ACK_TIMEOUT, event);
    } else if (now_ns >= ping_due(c)) {
        /* No room means that the transport takes nothing, so waiting for the answer will tell. */
        size_t space = mqtt_output_space(c, MQTT_OUTPUT_RESERVE);
        c->out_to += mqtt_encode_pingreq(c->out + c->out_to, space);
        c->ping_pending = true;
        c->wait_until_ns = now_ns + c->settings.response_ns;
    }
}

void mqtt_client_disconnect(struct mqtt_client *c, uint8_t reason)
{
    if (c->state == MQTT_CONNECTED) {
        size_t space = mqtt_output_space(c, MQTT_OUTPUT_RESERVE);
        c->out_to += mqtt_encode_disconnect(c->out + c->out_to, space, c->version, reason);
    }
    if (c->state != MQTT_CLOSED) {
        c->state = MQTT_ENDING;
    }
}

struct mqtt_bytes mqtt_client_output(const struct mqtt_client *c)
{
    bool held = c->settings.write_ahead && (c->unsaved || c->saving);
    size_t to = held ? c->out_clear : c->out_to;
    return (struct mqtt_bytes){c->out + c->out_from, to > c->out_from ? to - c->out_from : 0};
}

void mqtt_client_sent(struct mqtt_client *c, size_t len, uint64_t now_ns)
{
    size_t pending = c->out_to - c->out_from;
    c->out_from += len < pending ? len : pending;
    if (c->out_from == c->out_to) {
        c->out_from = 0;
        c->out_to = 0;
        c->out_clear = 0;
        c->out_saving = 0;
    }
    c->last_sent_ns = now_ns;
    mqtt_delivery_release(c, now_ns);
}

_Static_assert(MQTT_OUTPUT_RESERVE >= 2 * 8, "PINGREQ, one answer and DISCONNECT fit");
