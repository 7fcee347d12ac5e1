/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The uplink's state machine: attempts with exponential backoff and full jitter, publishing in order,
 * resending.
 */
#include <stdio.h>
#include <string.h>
#include <postern/protocol/stream.h>
#include "mqtt/text.h"
#include "sample.h"
#include "uplink.h"

#define NS_PER_MS        1000000ull
#define BACKOFF_FIRST_MS 500u
#define BACKOFF_LAST_MS  30000u
#define OPEN_TIMEOUT_NS  (60000 * NS_PER_MS)
#define RESPONSE_NS      (10000 * NS_PER_MS)
#define ACK_NS           (30000 * NS_PER_MS)
#define SESSION_EXPIRY_S 86400u
#define TEXT_MAX         220

bool uplink_init(struct uplink *u, const struct uplink_settings *settings, const struct uplink_operations *op)
{
    struct mqtt_settings mqtt = {
        .keep_alive_s = (uint16_t)(settings->keepalive_s & 0xffff),
        .receive_maximum = 8,
        .session_expiry_s = SESSION_EXPIRY_S,
        .response_ns = RESPONSE_NS,
        .ack_ns = ACK_NS,
    };

    *u = (struct uplink){.settings = *settings, .op = *op};
    mqtt.client_id = (struct mqtt_bytes){(const uint8_t *)u->settings.device, strlen(u->settings.device)};
    (void)snprintf(u->base_name, sizeof u->base_name, "%s/", u->settings.device);
    return mqtt_client_init(&u->mqtt, &mqtt, u->in, sizeof u->in, u->out, sizeof u->out) == MQTT_OK;
}

/* Somewhere between a tenth and the whole of a delay that doubles with every failure. */
static uint64_t backoff_ms(struct uplink *u)
{
    uint64_t most = BACKOFF_FIRST_MS;
    unsigned i;

    for (i = 0; i < u->failures && most < BACKOFF_LAST_MS; i++) {
        most *= 2;
    }
    most = most < BACKOFF_LAST_MS ? most : BACKOFF_LAST_MS;
    return most / 10 + u->op.random(u->op.context) % (most - most / 10 + 1);
}

static void stream_gone(struct uplink *u, const char *why, size_t why_length, uint64_t now_ns)
{
    char text[TEXT_MAX];
    bool at_once = u->state >= UPLINK_ONLINE && mqtt_client_closed(&u->mqtt);
    uint64_t delay = at_once ? 0 : backoff_ms(u);

    u->failures++;
    u->state = UPLINK_WAITING;
    u->retry_ns = now_ns + delay * NS_PER_MS;
    (void)snprintf(text, sizeof text, "connection closed: %.*s; next attempt in %llu ms", (int)why_length,
                   why, (unsigned long long)delay);
    u->op.event(u->op.context, text);
}

static void attempt(struct uplink *u, uint64_t now_ns)
{
    u->stream++;
    if (!u->op.open(u->op.context, u->stream)) {
        u->retry_ns = now_ns + BACKOFF_FIRST_MS * NS_PER_MS;
        return;
    }
    u->state = UPLINK_OPENING;
    u->retry_ns = now_ns + OPEN_TIMEOUT_NS;
}

static void close_stream(struct uplink *u, uint64_t now_ns)
{
    u->op.close(u->op.context, u->stream);
    u->state = UPLINK_CLOSING;
    u->retry_ns = now_ns + RESPONSE_NS;
}

static void report_end(struct uplink *u, const char *what, const char *detail, struct mqtt_bytes more)
{
    char text[TEXT_MAX];
    char clean[64];
    size_t i, length = more.len < sizeof clean - 1 ? more.len : sizeof clean - 1;

    for (i = 0; i < length; i++) {
        clean[i] = (char)(more.at[i] >= 0x20 && more.at[i] <= 0x7e ? more.at[i] : '?');
    }
    clean[length] = '\0';
    (void)snprintf(text, sizeof text, "%s: %s%s%s", what, detail, length ? ": " : "", clean);
    u->op.event(u->op.context, text);
}

static void on_connected(struct uplink *u, const struct mqtt_event *event)
{
    u->counters.connects++;
    if (!event->session_present) {
        outbox_rewind(&u->outbox);
    }
    u->op.event(u->op.context, event->session_present ? "connected to the broker, session resumed"
                                                      : "connected to the broker, new session");
}

static void on_acknowledged(struct uplink *u, const struct mqtt_event *event)
{
    u->failures = 0;
    if (event->reason >= MQTT_REASON_FAILURE) {
        u->counters.rejected++;
        report_end(u, "the broker refused a message", mqtt_reason_text(MQTT_PUBACK, event->reason),
                   event->text);
    }
    outbox_acknowledge(&u->outbox, event->token);
}

static void handle(struct uplink *u, const struct mqtt_event *event)
{
    switch (event->kind) {
    case MQTT_EVENT_CONNECTED:
        on_connected(u, event);
        break;
    case MQTT_EVENT_ACKNOWLEDGED:
        on_acknowledged(u, event);
        break;
    case MQTT_EVENT_REFUSED:
        report_end(u, "the broker refused the session", mqtt_reason_text(MQTT_CONNACK, event->reason),
                   event->text);
        break;
    case MQTT_EVENT_DISCONNECTED:
        report_end(u, "the broker ended the session", mqtt_reason_text(MQTT_DISCONNECT, event->reason),
                   event->text);
        break;
    case MQTT_EVENT_FAILED:
        report_end(u, "the session failed", mqtt_error_text(event->error), event->text);
        break;
    case MQTT_EVENT_NONE:
        break;
    }
}

static struct mqtt_bytes bytes(const char *text, size_t length)
{
    return (struct mqtt_bytes){(const uint8_t *)text, length};
}

static bool publish_one(struct uplink *u, const struct outbox_message *message, uint64_t now_ns)
{
    struct mqtt_bytes topic = bytes(u->settings.topic, strlen(u->settings.topic));

    return mqtt_client_publish(&u->mqtt, topic, bytes(message->text, message->length), 1, false,
                               message->token, now_ns) == MQTT_OK;
}

/* Old messages first, each again with its own token, then new ones, as far as window and output allow. */
static void publish(struct uplink *u, uint64_t now_ns)
{
    const struct outbox_message *message;
    uint64_t token;
    unsigned i;

    for (i = 0; i < OUTBOX_MESSAGES && mqtt_client_next_resend(&u->mqtt, &token); i++) {
        message = outbox_find(&u->outbox, token);
        if (!message || !publish_one(u, message, now_ns)) {
            return;
        }
    }
    while (mqtt_client_room(&u->mqtt) > 0 && (message = outbox_next(&u->outbox)) != NULL) {
        if (!publish_one(u, message, now_ns)) {
            return;
        }
        outbox_handed_over(&u->outbox);
    }
}

static void flush(struct uplink *u, uint64_t now_ns)
{
    struct mqtt_bytes output = mqtt_client_output(&u->mqtt);

    while (output.len > 0) {
        size_t taken = u->op.send(u->op.context, u->stream, output.at, output.len);

        if (taken == 0) {
            return;
        }
        mqtt_client_sent(&u->mqtt, taken, now_ns);
        output = mqtt_client_output(&u->mqtt);
    }
}

/* One reading can complete two samples: the one that it shows to be over, and its own. */
bool uplink_can_take(const struct uplink *u)
{
    return outbox_room(&u->outbox) >= 2;
}

static void finish_sample(struct uplink *u)
{
    struct outbox_message *message = outbox_reserve(&u->outbox);
    uint64_t wall;

    if (!message || u->sample_count == 0) {
        return;
    }
    wall = u->op.wall_ns(u->op.context, u->sample[0].mono_ns);
    message->length =
        sample_write(message->text, sizeof message->text, u->base_name, wall, u->sample, u->sample_count);
    if (message->length > 0) {
        outbox_commit(&u->outbox);
    } else {
        u->counters.bad_readings += u->sample_count;
    }
    u->sample_count = 0;
}

void uplink_take(struct uplink *u, const struct reading *reading)
{
    if (!sample_reading_valid(reading) || reading->sample_size > UPLINK_SAMPLE) {
        u->counters.bad_readings++;
        return;
    }
    if (u->sample_count > 0 &&
        (reading->mono_ns != u->sample[0].mono_ns || reading->sensor != u->sample[0].sensor)) {
        finish_sample(u);
    }
    if (u->sample_count == UPLINK_SAMPLE) {
        u->counters.bad_readings++;
        return;
    }
    u->sample[u->sample_count++] = *reading;
    if (reading->sample_index + 1 == reading->sample_size || u->sample_count == UPLINK_SAMPLE) {
        finish_sample(u);
    }
}

static void receive(struct uplink *u, const uint8_t *data, size_t length, uint64_t now_ns)
{
    while (length > 0) {
        struct mqtt_event event = {.kind = MQTT_EVENT_NONE};
        size_t taken = mqtt_client_receive(&u->mqtt, data, length, now_ns, &event);

        handle(u, &event);
        if (taken == 0 || taken > length) {
            return;
        }
        data += taken;
        length -= taken;
    }
}

static void opened(struct uplink *u, uint64_t now_ns)
{
    if (u->state == UPLINK_OPENING && mqtt_client_open(&u->mqtt, now_ns) == MQTT_OK) {
        u->state = UPLINK_ONLINE;
    } else {
        close_stream(u, now_ns);
    }
}

void uplink_stream_message(struct uplink *u, uint32_t kind, const uint8_t *message, size_t length,
                           uint64_t now_ns)
{
    struct stream_header header = {0};
    size_t text_at = sizeof(struct stream_closed);

    if (length >= sizeof header) {
        memcpy(&header, message, sizeof header);
    }
    if (length < sizeof header || header.id != u->stream || u->state == UPLINK_WAITING) {
        u->counters.stale++;
        return;
    }
    if (kind == STREAM_OPENED) {
        opened(u, now_ns);
    } else if (kind == STREAM_DATA && u->state == UPLINK_ONLINE) {
        receive(u, message + sizeof header, length - sizeof header, now_ns);
    } else if (kind == STREAM_CLOSED && length >= text_at) {
        stream_gone(u, (const char *)message + text_at, length - text_at, now_ns);
    }
}

void uplink_stream_lost(struct uplink *u, uint64_t now_ns)
{
    static const char why[] = "the crypto component started anew";

    if (u->state != UPLINK_WAITING) {
        stream_gone(u, why, sizeof why - 1, now_ns);
    }
}

static void run_online(struct uplink *u, uint64_t now_ns)
{
    struct mqtt_event event = {.kind = MQTT_EVENT_NONE};

    mqtt_client_tick(&u->mqtt, now_ns, &event);
    handle(u, &event);
    if (u->mqtt.state == MQTT_CONNECTED) {
        publish(u, now_ns);
    }
    flush(u, now_ns);
    if (u->mqtt.state == MQTT_ENDING && mqtt_client_output(&u->mqtt).len == 0) {
        close_stream(u, now_ns);
    }
}

void uplink_run(struct uplink *u, uint64_t now_ns)
{
    static const char no_answer[] = "no answer from the crypto component";

    switch (u->state) {
    case UPLINK_WAITING:
        if (now_ns >= u->retry_ns) {
            attempt(u, now_ns);
        }
        break;
    case UPLINK_ONLINE:
        run_online(u, now_ns);
        break;
    case UPLINK_OPENING:
    case UPLINK_CLOSING:
        if (now_ns >= u->retry_ns) {
            u->op.close(u->op.context, u->stream);
            stream_gone(u, no_answer, sizeof no_answer - 1, now_ns);
        }
        break;
    }
}

uint64_t uplink_deadline(const struct uplink *u)
{
    return u->state == UPLINK_ONLINE ? mqtt_client_deadline(&u->mqtt) : u->retry_ns;
}
