/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_mqtt_client.c works with: the client, its clock, and the server's side. */
#ifndef MQTT_CLIENT_FIXTURE_H
#define MQTT_CLIENT_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "mqtt/client.h"
#include "mqtt_capture.h"

#define SECOND UINT64_C(1000000000)

static uint8_t in_buffer[512];
static uint8_t out_buffer[2048];
static struct mqtt_client client;
static uint64_t now;

static struct mqtt_bytes text(const char *s)
{
    return (struct mqtt_bytes){(const uint8_t *)s, strlen(s)};
}

static void start(void)
{
    const struct mqtt_settings settings = {.client_id = text("postern-0001"),
                                           .keep_alive_s = 120,
                                           .receive_maximum = 8,
                                           .session_expiry_s = 3600,
                                           .response_ns = 10 * SECOND,
                                           .ack_ns = 30 * SECOND};
    now = 5 * SECOND;
    assert_int_equal(
        mqtt_client_init(&client, &settings, in_buffer, sizeof in_buffer, out_buffer, sizeof out_buffer),
        MQTT_OK);
}

/* Takes all output and compares it with `hex`; NULL: anything. */
static void expect_output(const char *hex)
{
    struct mqtt_bytes b = mqtt_client_output(&client);
    uint8_t expected[CAPTURE_BYTES];
    size_t len = hex == NULL ? 0 : hex_bytes(hex, expected, sizeof expected);
    if (hex != NULL) {
        assert_int_equal(b.len, len);
        assert_memory_equal(b.at, expected, len);
    }
    mqtt_client_sent(&client, b.len, now);
}

/* Gives the server's bytes; returns the first event and insists that nothing follows it. */
static struct mqtt_event server(const char *hex)
{
    uint8_t bytes[CAPTURE_BYTES];
    size_t len = hex_bytes(hex, bytes, sizeof bytes);
    struct mqtt_event event, more;
    size_t used = mqtt_client_receive(&client, bytes, len, now, &event);
    while (used < len) {
        used += mqtt_client_receive(&client, bytes + used, len - used, now, &more);
        assert_int_equal(more.kind, MQTT_EVENT_NONE);
    }
    event.text = event.assigned_client_id = (struct mqtt_bytes){NULL, 0};
    return event;
}

static struct mqtt_event connect_with(const char *connack)
{
    assert_int_equal(mqtt_client_open(&client, now), MQTT_OK);
    expect_output(NULL);
    return server(connack);
}

static void up(void)
{
    start();
    assert_int_equal(connect_with("2003000000").kind, MQTT_EVENT_CONNECTED);
}

static enum mqtt_error publish(uint64_t token)
{
    const struct mqtt_message m = {
        .topic = text("t"), .payload = text("x"), .token = token, .qos = 1, .lasting = true};
    return mqtt_client_publish(&client, &m, now);
}

static enum mqtt_error publish_bytes(struct mqtt_bytes topic, struct mqtt_bytes payload, uint8_t qos,
                                     bool retain, uint64_t token)
{
    const struct mqtt_message m = {
        .topic = topic, .payload = payload, .token = token, .qos = qos, .retain = retain, .lasting = true};
    return mqtt_client_publish(&client, &m, now);
}

#endif
