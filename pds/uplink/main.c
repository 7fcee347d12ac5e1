/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The uplink component: rings, timer and configuration around the state machine.
 */
#include <string.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/kv.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/entropy.h>
#include <postern/protocol/stream.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>
#include "ports.h"
#include "uplink.h"

static struct uplink uplink;
static struct ring readings_ring, tls_out, tls_in, seeds;
static bool configured;
static uint64_t random_state;
static uint64_t *metric_connected, *metric_published, *metric_resent, *metric_acknowledged, *metric_rejected;
static uint64_t *metric_connects, *metric_bad_readings, *metric_round_trip_us, *metric_unacknowledged;

_Static_assert(READINGS_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct reading), "a reading fits its slot");

static enum ring_status push_stream(uint32_t kind, const void *head, uint32_t head_length, const void *data,
                                    uint32_t length)
{
    enum ring_status status = ring_push2(&tls_out, kind, head, head_length, data, length);

    if (status == RING_RESTARTED) {
        status = ring_push2(&tls_out, kind, head, head_length, data, length);
    }
    return status;
}

static bool op_open(void *context, uint32_t id)
{
    struct stream_open request = {.header = {.id = id}};

    (void)context;
    return push_stream(STREAM_OPEN, &request, sizeof request, NULL, 0) == RING_OK;
}

static size_t op_send(void *context, uint32_t id, const uint8_t *bytes, size_t length)
{
    struct stream_header header = {.id = id};
    size_t room = ring_payload_max(&tls_out) - sizeof header;
    uint32_t part = (uint32_t)(length < room ? length : room);

    (void)context;
    if (push_stream(STREAM_DATA, &header, sizeof header, bytes, part) == RING_OK) {
        return part;
    }
    (void)ring_producer_has_space(&tls_out);
    return 0;
}

static void op_close(void *context, uint32_t id)
{
    struct stream_header header = {.id = id};

    (void)context;
    (void)push_stream(STREAM_CLOSE, &header, sizeof header, NULL, 0);
}

/* The wall clock is asked each time: it may be set while we run. */
static uint64_t op_wall_ns(void *context, uint64_t mono_ns)
{
    struct wall_time now;

    (void)context;
    if (!timer_now(timer_id, &now)) {
        return mono_ns;
    }
    return now.wall_ns - (now.mono_ns - mono_ns);
}

/* xorshift64*: spreads reconnects, nothing secret depends on it. */
static uint64_t op_random(void *context)
{
    (void)context;
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1dull;
}

static void op_event(void *context, const char *text)
{
    (void)context;
    log_info("%s", text);
}

static void take_seed(void)
{
    uint8_t seed[ENTROPY_SEED_SIZE];
    uint32_t kind, length;
    uint64_t word;

    if (ring_pop(&seeds, &kind, seed, sizeof seed, &length) == RING_OK && length == sizeof seed) {
        memcpy(&word, seed, sizeof word);
        random_state ^= word | 1;
    }
}

static void take_readings(void)
{
    uint32_t kind, length, tries;

    for (tries = 0; tries < ring_batch(&readings_ring) && uplink_can_take(&uplink); tries++) {
        struct reading reading;
        enum ring_status status = ring_pop(&readings_ring, &kind, &reading, sizeof reading, &length);

        if (status == RING_OK && kind == READING_VALUE && length == sizeof reading) {
            uplink_take(&uplink, &reading);
        } else if (status == RING_PEER_BAD ||
                   (status == RING_EMPTY && !ring_consumer_has_more(&readings_ring))) {
            break;
        }
    }
    ring_notify(&readings_ring, readings_id);
}

static void take_stream(uint64_t now)
{
    static uint8_t message[TLS_RX_SLOT_SIZE];
    uint32_t kind, length, tries;

    for (tries = 0; tries < ring_batch(&tls_in); tries++) {
        enum ring_status status = ring_pop(&tls_in, &kind, message, sizeof message, &length);

        if (status == RING_OK) {
            uplink_stream_message(&uplink, kind, message, length, now);
        } else if (status == RING_RESTARTED) {
            uplink_stream_lost(&uplink, now);
        } else if (status == RING_PEER_BAD || (status == RING_EMPTY && !ring_consumer_has_more(&tls_in))) {
            break;
        }
    }
    ring_notify(&tls_in, tls_rx_id);
}

static void show(void)
{
    const struct mqtt_counters *c = &uplink.mqtt.counters;

    metric_set(metric_connected, uplink.mqtt.state == MQTT_CONNECTED);
    metric_set(metric_published, c->published);
    metric_set(metric_resent, c->resent);
    metric_set(metric_acknowledged, c->acknowledged);
    metric_set(metric_rejected, uplink.counters.rejected);
    metric_set(metric_connects, uplink.counters.connects);
    metric_set(metric_bad_readings, uplink.counters.bad_readings);
    metric_set(metric_round_trip_us, c->last_round_ns / 1000);
    metric_set(metric_unacknowledged, uplink.outbox.tail - uplink.outbox.head);
}

static void run(void)
{
    uint64_t now = clock_ns();
    uint64_t deadline;

    take_stream(now);
    take_readings();
    uplink_run(&uplink, now);
    ring_notify(&tls_out, tls_tx_id);
    show();
    deadline = uplink_deadline(&uplink);
    if (deadline != UINT64_MAX) {
        (void)timer_set(timer_id, deadline);
    }
}

static void metrics_define(void)
{
    metrics_start(metrics);
    metric_connected = metrics_add("connected");
    metric_published = metrics_add("published");
    metric_resent = metrics_add("resent");
    metric_acknowledged = metrics_add("acknowledged");
    metric_rejected = metrics_add("rejected");
    metric_connects = metrics_add("connects");
    metric_bad_readings = metrics_add("bad_readings");
    metric_round_trip_us = metrics_add("round_trip_us");
    metric_unacknowledged = metrics_add("unacknowledged");
}

static bool read_configuration(struct uplink_settings *settings)
{
    struct kv_field field[] = {
        {.key = "device",
         .type = KV_TEXT,
         .required = true,
         .text = settings->device,
         .max = sizeof settings->device},
        {.key = "topic",
         .type = KV_TEXT,
         .required = true,
         .text = settings->topic,
         .max = sizeof settings->topic},
        {.key = "keepalive_s",
         .type = KV_NUMBER,
         .required = true,
         .number = &settings->keepalive_s,
         .min = 5,
         .max = 3600},
    };
    struct kv_result result = kv_parse((const char *)(uintptr_t)uplink_conf, uplink_conf_size, field,
                                       sizeof field / sizeof field[0]);

    if (result.error != KV_OK) {
        log_error("uplink.conf line %u: %s: %s", result.line, result.key, kv_error_text(result.error));
        return false;
    }
    if (strpbrk(settings->topic, "+#")) {
        log_error("uplink.conf line %u: topic: wildcards cannot be published to", field[1].line);
        return false;
    }
    return true;
}

void notified(microkit_channel ch)
{
    if (ch == entropy_uplink_id) {
        take_seed();
    } else if (configured) {
        run();
    }
}

void init(void)
{
    struct uplink_settings settings;
    const struct uplink_operations op = {
        .open = op_open,
        .send = op_send,
        .close = op_close,
        .wall_ns = op_wall_ns,
        .random = op_random,
        .event = op_event,
    };

    LOG_START();
    metrics_define();
    RING_CONSUMER(&readings_ring, readings, READINGS);
    RING_PRODUCER(&tls_out, tls_tx, TLS_TX);
    RING_CONSUMER(&tls_in, tls_rx, TLS_RX);
    RING_CONSUMER(&seeds, entropy_uplink, ENTROPY_UPLINK);
    random_state = clock_ticks() | 1;
    take_seed();
    if (!read_configuration(&settings) || !uplink_init(&uplink, &settings, &op)) {
        log_error("not configured: nothing will be published");
        return;
    }
    configured = true;
    run();
}
