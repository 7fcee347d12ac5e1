/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides when to connect, what to publish and what an answer means. */
#include "uplink.h"
#include "intake.h"
#include "live.h"
#include "mqtt/text.h"
#include "sender.h"
#include <inttypes.h>
#include <postern/log.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

#define OPEN_PATIENCE_NS  (60 * SECOND_NS) /* name, TCP and TLS together */
#define CLOSE_PATIENCE_NS (5 * SECOND_NS)
#define RESPONSE_NS       (10 * SECOND_NS)
#define ACK_NS            (30 * SECOND_NS)
#define RECEIVE_MAXIMUM   8u
/* Least pauses after a reason that asks for one; they grow with each failure like any other. */
#define BUSY_NS           (1 * SECOND_NS)
#define OPERATOR_NS       (4 * SECOND_NS)
/* For the journal's word on the session: without it a connection begins a new one. */
#define START_PATIENCE_NS (15 * SECOND_NS)
#define NOTHING           ((struct mqtt_bytes){NULL, 0})

_Static_assert(REMAINS_TEXT_SIZE <= REPORT_TEXT_SIZE, "post-mortems borrow the room of the reports");

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

/* The will says which start it ends, so it is made when that is known. It takes the health message's place at
 * the broker, and with it the memory of how far the journal was. */
static void make_will(struct uplink *u)
{
    size_t len = health_will_text(u->journal.boot, &u->report.journal, u->will_text, sizeof u->will_text);
    u->will = (struct mqtt_will){.topic = u->report.health_topic,
                                 .payload = {(const uint8_t *)u->will_text, len},
                                 .qos = 1,
                                 .retain = true,
                                 .delay_s = u->conf.will_delay_s};
}

bool uplink_init(struct uplink *u, const struct uplink_conf *conf, size_t data_max, uint64_t now_ns)
{
    *u = (struct uplink){
        .conf = *conf, .data_max = data_max, .link = UPLINK_WAITING, .link_ns = now_ns, .start_ns = now_ns};
    u->topic = (struct mqtt_bytes){(const uint8_t *)u->conf.topic, strlen(u->conf.topic)};
    const struct batch_rules rules = {.base_name = u->conf.base_name,
                                      .readings = conf->batch_readings,
                                      .wait_ns = conf->batch_ms * UINT64_C(1000000),
                                      .historical_ns = conf->historical_s * SECOND_NS,
                                      .ahead = conf->live_first};
    batch_init(&u->batch, &u->outbox, &rules);
    live_init(u, &rules);
    report_init(&u->report, u->conf.health_topic, u->conf.ledger_topic, u->conf.numbers_topic);
    remains_init(&u->remains, u->conf.postmortem_topic);
    make_will(u);
    const struct mqtt_settings settings = {
        .client_id = {(const uint8_t *)u->conf.device, strlen(u->conf.device)},
        .will = u->conf.health_topic[0] != '\0' ? &u->will : NULL,
        .keep_alive_s = conf->keepalive_s,
        .receive_maximum = RECEIVE_MAXIMUM,
        .session_expiry_s = conf->session_s,
        .response_ns = RESPONSE_NS,
        .ack_ns = ACK_NS,
    };
    /* An earlier incarnation's streams must not look like ours. */
    u->stream_id = (uint32_t)(now_ns >> 8);
    return data_max != 0 &&
           mqtt_client_init(&u->mqtt, &settings, u->in, sizeof u->in, u->out, sizeof u->out) == MQTT_OK;
}

/* The link is down: what is not acknowledged will be sent again over the next one, after `delay_ns`, or at
 * once if that one speaks the other version of MQTT or does without a will. */
static void link_down(struct uplink *u, uint64_t delay_ns, bool by_broker, uint64_t now_ns)
{
    const char *what = u->connected_ns != 0 ? "connection lost" : "connection failed";
    const struct sender_suspect suspect = sender_suspect(u, by_broker);
    bool other_version = mqtt_client_closed(&u->mqtt);
    bool at_once = other_version || u->at_once;
    sender_disconnected(u, &suspect);
    u->at_once = false;
    u->advice = MQTT_LINK_AGAIN;
    u->connected_ns = 0;
    u->send_open = false;
    u->send_close = false;
    u->link = UPLINK_WAITING;
    u->link_ns = now_ns + (at_once ? 0 : delay_ns);
    if (at_once) {
        log_warn("%s: %s; trying %s", what, u->why, other_version ? "MQTT 3.1.1" : "without a will");
    } else {
        log_warn("%s: %s; next try in %" PRIu64 " ms", what, u->why, delay_ns / 1000000);
    }
}

/* The link ended or could not be made. A local cause bothers no server, so it is tried again soon. */
static void link_failed(struct uplink *u, bool local, bool by_broker, uint64_t now_ns)
{
    if (u->connected_ns != 0 && now_ns - u->connected_ns >= STEADY_NS) {
        backoff_reset(&u->backoff);
    }
    uint64_t delay = backoff_next(&u->backoff, local);
    uint64_t least = u->advice == MQTT_LINK_BUSY       ? BUSY_NS
                     : u->advice == MQTT_LINK_OPERATOR ? OPERATOR_NS
                                                       : 0;
    link_down(u, delay > least ? delay : least, by_broker, now_ns);
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

/* Messages packed when they were live and too old now are packed again, so that they say so. */
static bool marks_outdated(struct uplink *u, uint64_t now_ns)
{
    const struct outbox_message *m = outbox_first(&u->outbox, OUTBOX_READY);
    return u->journal.started && u->journal.boot != 0 && m != NULL && m->live_ns != 0 &&
           now_ns - m->live_ns > u->batch.rules.historical_ns;
}

static void on_connected(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    u->counters.connects++;
    u->counters.resumed += event->session_present;
    u->connected_ns = now_ns;
    log_info("connected with MQTT %s, %s session, messages waiting: %" PRIu32,
             u->mqtt.version == MQTT_5 ? "5" : "3.1.1", event->session_present ? "resumed" : "new",
             outbox_count(&u->outbox));
    sender_connected(u, event->session_present);
    if (marks_outdated(u, now_ns)) {
        intake_again(u);
    }
    report_connected(&u->report, &u->mqtt, now_ns);
    remains_connected(&u->remains);
}

static void on_acknowledged(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    if ((event->token & SENDER_OTHER) != 0 && (event->token & REPORT_TOKEN) != 0) {
        u->sending.acknowledged = true;
        if ((event->token & REMAINS_TOKEN) != 0) {
            remains_answered(&u->remains, event->token, event->reason);
        } else {
            report_answered(&u->report, event->token, event->reason);
        }
    } else {
        sender_answered(u, event, now_ns);
    }
}

/* The broker's memory: the journal is told before anything of what it has given is sent, and asked for it
 * anew. Without a medium what it has given is nowhere else: it is kept if it has its numbers to itself. */
static void on_memory(struct uplink *u, const struct mqtt_bytes *message)
{
    bool checked = u->report.checked;
    report_read_back(&u->report, &u->mqtt, message);
    if (u->report.checked == checked) {
        return;
    }
    if (u->journal.started && u->journal.boot == 0 && u->report.health.ahead == 0) {
        u->report.agreed = true;
    } else {
        intake_again(u);
    }
}

static void on_subscribed(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    if (event->reason >= MQTT_REASON_FAILURE) {
        log_info("last number cannot be read back: %s", mqtt_reason_text(MQTT_SUBACK, event->reason));
        on_memory(u, NULL);
    } else {
        report_subscribed(&u->report, now_ns);
    }
}

/* The broker ends the connection, and says why. */
static void ended(struct uplink *u, enum mqtt_type type, const struct mqtt_event *event)
{
    because(u, mqtt_reason_text(type, event->reason), event->text);
    u->reason = event->reason;
    u->advice = mqtt_link_advice(event->reason);
    u->at_once = event->try_again && u->advice == MQTT_LINK_WILL;
}

static void on_event(struct uplink *u, const struct mqtt_event *event, uint64_t now_ns)
{
    switch (event->kind) {
    case MQTT_EVENT_NONE:
        return;
    case MQTT_EVENT_SUBSCRIBED:
        on_subscribed(u, event, now_ns);
        return;
    case MQTT_EVENT_MESSAGE:
        on_memory(u, &event->text);
        return;
    case MQTT_EVENT_CONNECTED:
        on_connected(u, event, now_ns);
        return;
    case MQTT_EVENT_ACKNOWLEDGED:
        on_acknowledged(u, event, now_ns);
        return;
    case MQTT_EVENT_REFUSED:
        ended(u, MQTT_CONNACK, event);
        break;
    case MQTT_EVENT_DISCONNECTED:
        ended(u, MQTT_DISCONNECT, event);
        break;
    case MQTT_EVENT_FAILED:
        because(u, mqtt_error_text(event->error), NOTHING);
        break;
    }
    begin_close(u);
}

/* MQTT begins when the stream is open and the journal has said what the session was. */
static void begin_mqtt(struct uplink *u, uint64_t now_ns)
{
    bool ready = u->journal.restored || now_ns - u->start_ns >= START_PATIENCE_NS;
    if (u->link == UPLINK_OPEN && u->mqtt.state == MQTT_CLOSED && ready) {
        u->journal.restored = true;
        make_will(u);
        (void)mqtt_client_open(&u->mqtt, now_ns);
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
    begin_mqtt(u, now_ns);
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
    link_failed(u, local, closed.reason == STREAM_REASON_CLOSED, now_ns);
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
        link_down(u, BACKOFF_MIN_NS, false, now_ns);
    }
}

void uplink_tick(struct uplink *u, uint64_t now_ns)
{
    if (u->live.on) {
        live_go_on(u, now_ns);
    }
    if (u->link == UPLINK_OPEN) {
        struct mqtt_event event;
        begin_mqtt(u, now_ns);
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
        link_failed(u, false, false, now_ns);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t uplink_deadline(const struct uplink *u)
{
    uint64_t due = intake_deadline(u);
    if (u->link != UPLINK_OPEN) {
        return earlier(due, u->link_ns);
    }
    if (u->mqtt.state == MQTT_CLOSED) {
        return earlier(due, u->start_ns + START_PATIENCE_NS);
    }
    due = earlier(due, mqtt_client_deadline(&u->mqtt));
    due = earlier(due, report_deadline(&u->report, &u->mqtt));
    return earlier(due, sender_deadline(u));
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
    u->report.health.connects = u->counters.connects;
    u->report.health.refused = u->counters.refused;
    u->report.health.round_trip_ns = u->mqtt.counters.last_round_ns;
    if (report_read_back_over(&u->report, now_ns)) {
        on_memory(u, NULL);
    }
    report_publish(&u->report, &u->mqtt, now_ns);
    remains_publish(&u->remains, &u->mqtt, u->report.text, now_ns);
    sender_publish(u, now_ns);
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
