/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides when to connect, what to publish and what an answer means. */
#include "uplink.h"
#include "mqtt/text.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

#define OPEN_PATIENCE_NS  (60 * SECOND_NS) /* name, TCP and TLS together */
#define CLOSE_PATIENCE_NS (5 * SECOND_NS)
#define RESPONSE_NS       (10 * SECOND_NS)
#define ACK_NS            (30 * SECOND_NS)
#define SESSION_EXPIRY_S  3600u
#define RECEIVE_MAXIMUM   8u
#define NOTHING           ((struct mqtt_bytes){NULL, 0})

#define STEADY_NS (60 * SECOND_NS) /* a connection this old was of use even without a message */

static const char *const reason_text[] = {
    [STREAM_REASON_CLOSED] = "closed by the peer",
    [STREAM_REASON_NO_LINK] = "no link",
    [STREAM_REASON_NO_ADDRESS] = "no address",
    [STREAM_REASON_DNS] = "host name not found",
    [STREAM_REASON_REFUSED] = "connection refused",
    [STREAM_REASON_TIMEOUT] = "timed out",
    [STREAM_REASON_RESET] = "connection reset",
    [STREAM_REASON_TLS] = "TLS failed",
    [STREAM_REASON_CERTIFICATE] = "certificate not accepted",
    [STREAM_REASON_CONFIG] = "bad configuration",
    [STREAM_REASON_INTERNAL] = "internal error",
};
#define REASONS (sizeof reason_text / sizeof reason_text[0])

/* Remembers why the connection ends; `detail`, from outside, is cut and made printable. */
static void because(struct uplink *u, const char *what, struct mqtt_bytes detail)
{
    size_t len = strlen(what);
    len = len < UPLINK_WHY_SIZE - 1 ? len : UPLINK_WHY_SIZE - 1;
    memcpy(u->why, what, len);
    if (len != 0 && detail.len != 0 && len + 3 < UPLINK_WHY_SIZE) {
        u->why[len++] = ':';
        u->why[len++] = ' ';
    }
    for (size_t i = 0; i < detail.len && len < UPLINK_WHY_SIZE - 1; i++) {
        uint8_t byte = detail.at[i];
        u->why[len++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
    }
    u->why[len] = '\0';
}

bool uplink_init(struct uplink *u, const struct uplink_conf *conf, size_t data_max, uint64_t now_ns)
{
    *u = (struct uplink){.conf = *conf, .data_max = data_max, .link = UPLINK_WAITING, .link_ns = now_ns};
    u->topic = (struct mqtt_bytes){(const uint8_t *)u->conf.topic, strlen(u->conf.topic)};
    batch_init(&u->batch, &u->outbox, u->conf.base_name);
    const struct mqtt_settings settings = {
        .client_id = {(const uint8_t *)u->conf.device, strlen(u->conf.device)},
        .keep_alive_s = conf->keepalive_s,
        .receive_maximum = RECEIVE_MAXIMUM,
        .session_expiry_s = SESSION_EXPIRY_S,
        .response_ns = RESPONSE_NS,
        .ack_ns = ACK_NS,
    };
    /* An earlier incarnation's streams must not look like ours. */
    u->stream_id = (uint32_t)(now_ns >> 8);
    return data_max != 0 &&
           mqtt_client_init(&u->mqtt, &settings, u->in, sizeof u->in, u->out, sizeof u->out) == MQTT_OK;
}

void uplink_start(struct uplink *u, const struct stored_start *start)
{
    if (start->boot == 0) {
        u->taken_seq = 0;
    }
}

/* The link is down: what is not acknowledged will be sent again over the next one, after `delay_ns`, or at
 * once if that one speaks the other version of MQTT. */
static void link_down(struct uplink *u, uint64_t delay_ns, uint64_t now_ns)
{
    const char *what = u->connected_ns != 0 ? "connection lost" : "connection failed";
    bool at_once = mqtt_client_closed(&u->mqtt);
    u->connected_ns = 0;
    u->send_open = false;
    u->send_close = false;
    u->link = UPLINK_WAITING;
    u->link_ns = now_ns + (at_once ? 0 : delay_ns);
    outbox_rewind(&u->outbox);
    if (at_once) {
        log_warn("%s: %s; trying MQTT 3.1.1", what, u->why);
    } else {
        log_warn("%s: %s; next try in %" PRIu64 " ms", what, u->why, delay_ns / 1000000);
    }
}

/* The link ended or could not be made. A local cause bothers no server, so it is tried again soon. */
static void link_failed(struct uplink *u, bool local, uint64_t now_ns)
{
    if (u->connected_ns != 0 && now_ns - u->connected_ns >= STEADY_NS) {
        backoff_reset(&u->backoff);
    }
    link_down(u, backoff_next(&u->backoff, local), now_ns);
}

/* Ends the stream from this side: the reason is remembered until it has ended. */
static void begin_close(struct uplink *u)
{
    u->send_close = true;
    u->link = UPLINK_CLOSING;
    u->link_ns = UINT64_MAX;
}

static void begin_open(struct uplink *u)
{
    u->stream_id++;
    u->send_open = true;
    u->link = UPLINK_OPENING;
    u->link_ns = UINT64_MAX;
    u->counters.attempts++;
}

static void on_connected(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    u->counters.connects++;
    u->connected_ns = now_ns;
    log_info("connected with MQTT %s, %s session, messages waiting: %" PRIu64,
             u->mqtt.version == MQTT_5 ? "5" : "3.1.1", event->session_present ? "resumed" : "new",
             u->outbox.tail - u->outbox.head);
}

/* The broker will not take this message, now or later: better known than tried for ever. */
static void give_up(struct uplink *u, uint64_t token, const char *why)
{
    const struct outbox_message *m = outbox_find(&u->outbox, token);
    if (m != NULL) {
        u->counters.refused++;
        log_warn("readings %" PRIu64 " to %" PRIu64 " refused: %s", m->first_seq, m->last_seq, why);
    }
}

static void on_event(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    switch (event->kind) {
    case MQTT_EVENT_NONE:
    case MQTT_EVENT_SUBSCRIBED:
    case MQTT_EVENT_MESSAGE:
        return;
    case MQTT_EVENT_CONNECTED:
        on_connected(u, event, now_ns);
        return;
    case MQTT_EVENT_ACKNOWLEDGED:
        if (event->reason >= MQTT_REASON_FAILURE) {
            give_up(u, event->token, mqtt_reason_text(MQTT_PUBACK, event->reason));
        }
        outbox_release(&u->outbox, event->token,
                       event->reason >= MQTT_REASON_FAILURE ? (uint8_t)event->reason : 0);
        backoff_reset(&u->backoff);
        return;
    case MQTT_EVENT_REFUSED:
        because(u, mqtt_reason_text(MQTT_CONNACK, event->reason), event->text);
        break;
    case MQTT_EVENT_DISCONNECTED:
        because(u, mqtt_reason_text(MQTT_DISCONNECT, event->reason), event->text);
        break;
    case MQTT_EVENT_FAILED:
        because(u, mqtt_error_text(event->error), NOTHING);
        break;
    }
    begin_close(u);
}

bool uplink_wants_reading(const struct uplink *u)
{
    return batch_has_room(&u->batch);
}

void uplink_reading(struct uplink *u, const struct stored_reading *r, uint64_t now_ns)
{
    if (r->reading.seq > u->taken_seq && batch_take(&u->batch, r, now_ns)) {
        u->taken_seq = r->reading.seq;
        u->counters.readings++;
    } else {
        u->counters.bad_readings++;
    }
}

bool uplink_delivery(const struct uplink *u, struct uplink_delivery *delivery)
{
    const struct outbox *o = &u->outbox;
    const struct outbox_message *m = outbox_settled(o);
    if (m == NULL) {
        return false;
    }
    delivery->messages = 1;
    delivery->readings = (struct delivery_refused){m->first_seq, m->last_seq, m->refused, 0};
    delivery->kind = m->refused != 0 ? DELIVERY_REFUSED : DELIVERY_UPTO;
    while (m->refused == 0 && o->told + delivery->messages != o->head) {
        m = &o->message[(o->told + delivery->messages) & (OUTBOX_MESSAGES - 1)];
        if (m->refused == 0) {
            delivery->readings.last = m->last_seq;
            delivery->messages++;
        }
    }
    return true;
}

void uplink_delivery_done(struct uplink *u, const struct uplink_delivery *delivery)
{
    for (uint64_t i = 0; i < delivery->messages; i++) {
        outbox_told(&u->outbox);
    }
}

static void on_opened(struct uplink *u, uint64_t now_ns)
{
    if (u->link != UPLINK_OPENING || u->send_open) {
        u->counters.stale_stream++;
        return;
    }
    u->link = UPLINK_OPEN;
    u->link_ns = UINT64_MAX;
    (void)mqtt_client_open(&u->mqtt, now_ns); /* the client is closed whenever the link is not open */
}

static void on_data(struct uplink *u, const uint8_t *data, size_t length, uint64_t now_ns)
{
    if (u->link != UPLINK_OPEN && u->link != UPLINK_CLOSING) {
        u->counters.stale_stream++;
        return;
    }
    while (length != 0) {
        struct mqtt_event event;
        size_t used = mqtt_client_receive(&u->mqtt, data, length, now_ns, &event);
        on_event(u, &event, now_ns);
        data += used;
        length -= used;
    }
}

static void on_closed(struct uplink *u, const uint8_t *message, size_t length, uint64_t now_ns)
{
    struct stream_closed closed;
    if (length < sizeof closed) {
        u->counters.bad_stream++;
        return;
    }
    if (u->link == UPLINK_WAITING) {
        u->counters.stale_stream++;
        return;
    }
    memcpy(&closed, message, sizeof closed);
    bool local = closed.reason == STREAM_REASON_NO_LINK || closed.reason == STREAM_REASON_NO_ADDRESS;
    if (u->link != UPLINK_CLOSING) {
        struct mqtt_bytes text = {message + sizeof closed, length - sizeof closed};
        /* The text says more than the number. */
        const char *what = closed.reason < REASONS ? reason_text[closed.reason] : "unknown reason";
        because(u, text.len != 0 ? "" : what, text);
    }
    link_failed(u, local, now_ns);
}

void uplink_stream(struct uplink *u, uint32_t kind, const uint8_t *message, size_t length, uint64_t now_ns)
{
    struct stream_header header;
    if (length < sizeof header) {
        u->counters.bad_stream++;
        return;
    }
    memcpy(&header, message, sizeof header);
    if (header.id != u->stream_id) {
        u->counters.stale_stream++;
        return;
    }
    switch (kind) {
    case STREAM_OPENED:
        on_opened(u, now_ns);
        break;
    case STREAM_DATA:
        on_data(u, message + sizeof header, length - sizeof header, now_ns);
        break;
    case STREAM_CLOSED:
        on_closed(u, message, length, now_ns);
        break;
    default:
        u->counters.bad_stream++;
        break;
    }
}

void uplink_peer_restarted(struct uplink *u, uint64_t now_ns)
{
    if (u->link != UPLINK_WAITING && !u->send_open) {
        because(u, "crypto started anew", NOTHING);
        link_down(u, BACKOFF_MIN_NS, now_ns);
    }
}

void uplink_tick(struct uplink *u, uint64_t now_ns)
{
    if (now_ns >= u->batch.flush_ns) {
        batch_flush(&u->batch);
    }
    if (u->link == UPLINK_OPEN) {
        struct mqtt_event event;
        mqtt_client_tick(&u->mqtt, now_ns, &event);
        on_event(u, &event, now_ns);
    } else if (now_ns < u->link_ns) {
        return;
    } else if (u->link == UPLINK_WAITING) {
        begin_open(u);
    } else if (u->link == UPLINK_OPENING) {
        because(u, "no answer to OPEN", NOTHING);
        begin_close(u);
    } else {
        link_failed(u, false, now_ns);
    }
}

uint64_t uplink_deadline(const struct uplink *u)
{
    uint64_t link = u->link == UPLINK_OPEN ? mqtt_client_deadline(&u->mqtt) : u->link_ns;
    return link < u->batch.flush_ns ? link : u->batch.flush_ns;
}

/* Publishes what the broker's window and the output take. */
static void publish(struct uplink *u, uint64_t now_ns)
{
    while (mqtt_client_room(&u->mqtt) != 0) {
        uint64_t token;
        const struct outbox_message *m = outbox_next(&u->outbox, &token);
        if (m == NULL) {
            return;
        }
        const struct mqtt_message message = {.topic = u->topic,
                                             .payload = {(const uint8_t *)m->payload, m->length},
                                             .token = token,
                                             .qos = 1,
                                             .lasting = true};
        enum mqtt_error err = mqtt_client_publish(&u->mqtt, &message, now_ns);
        if (err != MQTT_OK && err != MQTT_ERR_PACKET_LIMIT) {
            return;
        }
        outbox_sent(&u->outbox);
        if (err == MQTT_ERR_PACKET_LIMIT) {
            give_up(u, token, mqtt_error_text(err));
            outbox_release(&u->outbox, token, MQTT_REASON_TOO_LARGE);
        }
    }
}

static bool output_message(struct uplink_output *out, enum stream_kind kind, uint32_t head_length,
                           struct mqtt_bytes data)
{
    out->kind = kind;
    out->head_length = head_length;
    out->data = data;
    return true;
}

bool uplink_output(struct uplink *u, struct uplink_output *out, uint64_t now_ns)
{
    if (u->send_open) {
        out->head = (struct stream_open){.header = {u->stream_id}}; /* the peer is not ours to name */
        return output_message(out, STREAM_OPEN, sizeof out->head, NOTHING);
    }
    out->head.header.id = u->stream_id;
    publish(u, now_ns);
    struct mqtt_bytes data = mqtt_client_output(&u->mqtt);
    if (data.len != 0 && (u->link == UPLINK_OPEN || u->send_close)) {
        data.len = data.len < u->data_max ? data.len : u->data_max;
        return output_message(out, STREAM_DATA, sizeof out->head.header, data);
    }
    return u->send_close && output_message(out, STREAM_CLOSE, sizeof out->head.header, NOTHING);
}

void uplink_output_done(struct uplink *u, const struct uplink_output *out, uint64_t now_ns)
{
    switch (out->kind) {
    case STREAM_OPEN:
        u->send_open = false;
        u->link_ns = now_ns + OPEN_PATIENCE_NS;
        break;
    case STREAM_CLOSE:
        u->send_close = false;
        u->link_ns = now_ns + CLOSE_PATIENCE_NS;
        break;
    default:
        mqtt_client_sent(&u->mqtt, out->data.len, now_ns);
        break;
    }
}
