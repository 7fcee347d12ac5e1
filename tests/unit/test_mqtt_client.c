/* SPDX-License-Identifier: BSD-2-Clause */
/* The MQTT session against a scripted server: captures of Mosquitto, protocol versions, sessions, windows,
 * identifiers, time-outs, and everything a server must not send. */
#include "mqtt_client_fixture.h"

/* Plays a capture of Mosquitto as the server; the client must write exactly the captured client bytes. */
static void test_capture_session(void **state)
{
    (void)state;
    struct capture c;
    struct mqtt_event event;
    capture_load(&c, "mqtt_v5_session");
    start();
    assert_int_equal(mqtt_client_open(&client, now), MQTT_OK);
    struct mqtt_bytes out = mqtt_client_output(&client);
    assert_int_equal(out.len, c.part[0].len); /* property order may differ */
    mqtt_client_sent(&client, out.len, now);
    mqtt_client_receive(&client, c.part[1].bytes, c.part[1].len, now, &event);
    assert_int_equal(event.kind, MQTT_EVENT_CONNECTED);
    assert_int_equal(mqtt_client_room(&client), 7);
    assert_int_equal(publish_bytes(text("ok/none"), text("[]"), 1, true, 1), MQTT_ERR_ARGUMENT);
    assert_int_equal(publish_bytes(text("ok/none"), text("[]"), 1, false, 11), MQTT_OK);
    out = mqtt_client_output(&client);
    assert_int_equal(out.len, c.part[2].len);
    assert_memory_equal(out.at, c.part[2].bytes, out.len);
    mqtt_client_sent(&client, out.len, now);
    now += 7000;
    mqtt_client_receive(&client, c.part[3].bytes, c.part[3].len, now, &event);
    assert_int_equal(event.kind, MQTT_EVENT_ACKNOWLEDGED);
    assert_int_equal(event.token, 11);
    assert_int_equal(event.reason, 0x10);
    assert_int_equal(event.round_trip_ns, 7000);
    assert_int_equal(publish_bytes(text("denied/x"), text("[]"), 1, false, 12), MQTT_OK);
    out = mqtt_client_output(&client);
    assert_memory_equal(out.at, c.part[4].bytes, c.part[4].len);
    mqtt_client_sent(&client, out.len, now);
    mqtt_client_receive(&client, c.part[5].bytes, c.part[5].len, now, &event);
    assert_int_equal(event.token, 12);
    assert_int_equal(event.reason, 0x87);
    assert_int_equal(client.counters.rejected, 1);
    now += 45 * SECOND; /* three quarters of the server's 60 s */
    mqtt_client_tick(&client, now, &event);
    expect_output("c000");
    mqtt_client_receive(&client, c.part[7].bytes, c.part[7].len, now, &event);
    assert_false(client.ping_pending);
    mqtt_client_disconnect(&client, 0);
    expect_output("e000");
    assert_int_equal(client.state, MQTT_ENDING);
}

static void test_first_connect_is_clean(void **state)
{
    (void)state;
    start();
    assert_int_equal(mqtt_client_open(&client, now), MQTT_OK);
    assert_int_equal(mqtt_client_open(&client, now), MQTT_ERR_STATE);
    assert_int_equal(mqtt_client_output(&client).at[9], 0x02);
    assert_int_equal(server("2003010000").error, MQTT_ERR_SESSION_PRESENT);
    assert_false(mqtt_client_closed(&client));
    assert_int_equal(connect_with("2003000000").kind, MQTT_EVENT_CONNECTED);
    mqtt_client_closed(&client);
    assert_int_equal(mqtt_client_open(&client, now), MQTT_OK);
    assert_int_equal(mqtt_client_output(&client).at[9], 0x00);
}

/* Session kept: same identifiers, DUP, in order, before anything new. */
static void test_resume(void **state)
{
    (void)state;
    uint64_t token;
    up();
    for (uint64_t t = 100; t < 104; t++) {
        assert_int_equal(publish(t), MQTT_OK);
    }
    expect_output(NULL);
    assert_int_equal(server("40020002").token, 101); /* out of order */
    assert_false(mqtt_client_closed(&client));
    assert_int_equal(publish(104), MQTT_ERR_STATE);
    assert_true(connect_with("2003010000").session_present);
    assert_true(mqtt_client_next_resend(&client, &token));
    assert_int_equal(token, 100);
    assert_int_equal(publish(104), MQTT_ERR_ORDER);
    assert_int_equal(publish(103), MQTT_ERR_ORDER);
    assert_int_equal(server("40020001").kind, MQTT_EVENT_NONE); /* not sent on this connection */
    assert_int_equal(client.counters.unknown_acks, 1);
    assert_int_equal(publish(100), MQTT_OK);
    expect_output("3a07000174000100"
                  "78");
    assert_true(mqtt_client_next_resend(&client, &token) && token == 102);
    assert_int_equal(publish(102), MQTT_OK);
    assert_int_equal(publish(103), MQTT_OK);
    expect_output("3a07000174000300783a0700017400040078");
    assert_false(mqtt_client_next_resend(&client, &token));
    assert_int_equal(publish(104), MQTT_OK);
    expect_output("3207000174000500"
                  "78");
    assert_int_equal(client.counters.resent, 3);
    assert_int_equal(client.counters.published, 5);
    assert_int_equal(server("40020004").token, 103);
    assert_int_equal(server("40020001").token, 100);
}

/* Session lost: the same messages are new ones. */
static void test_session_lost(void **state)
{
    (void)state;
    uint64_t token;
    up();
    assert_int_equal(publish(7), MQTT_OK);
    mqtt_client_closed(&client);
    assert_false(connect_with("2003000000").session_present);
    assert_false(mqtt_client_next_resend(&client, &token));
    assert_int_equal(publish(7), MQTT_OK);
    expect_output("3207000174000200"
                  "78");
    assert_int_equal(server("40020001").kind, MQTT_EVENT_NONE);
    assert_int_equal(server("40020002").token, 7);
}

/* A session with expiry 0, asked for by the server, is gone at the next connect. */
static void test_session_expiry_from_server(void **state)
{
    (void)state;
    start();
    connect_with("20080000051100000000");
    mqtt_client_closed(&client);
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[9], 0x02);
}

static void test_version_refused(void **state)
{
    (void)state;
    start();
    struct mqtt_event e = connect_with("20020001");
    assert_int_equal(e.kind, MQTT_EVENT_REFUSED);
    assert_true(e.try_again);
    assert_true(mqtt_client_closed(&client));
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[8], 4);
    expect_output("101800044d5154540402"
                  "0078"
                  "000c706f737465726e2d30303031");
    assert_int_equal(server("20020000").kind, MQTT_EVENT_CONNECTED);
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW);
    assert_int_equal(publish(1), MQTT_OK);
    expect_output("320600017400"
                  "0178");
    assert_int_equal(server("40020001").token, 1);
    assert_false(mqtt_client_closed(&client)); /* the refusal is remembered */
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[8], 4);
    assert_int_equal(mqtt_client_output(&client).at[9], 0); /* and the session lasts from now on */
    assert_true(server("20020100").session_present);
    mqtt_client_closed(&client);
    e = connect_with("20020001"); /* now 3.1.1 is what it does not know */
    assert_false(e.try_again);
    assert_false(mqtt_client_closed(&client));
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[8], 5);
}

static void test_version_refused_by_new_server(void **state)
{
    (void)state;
    start();
    assert_true(connect_with("2003008400").try_again);
    assert_true(mqtt_client_closed(&client));
}

/* A silent end after CONNECT: 3.1.1 once at once, then MQTT 5 again. */
static void test_silent_server(void **state)
{
    (void)state;
    start();
    mqtt_client_open(&client, now);
    assert_true(mqtt_client_closed(&client));
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[8], 4);
    assert_false(mqtt_client_closed(&client));
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[8], 5);
    assert_int_equal(server("2003008700").reason, 0x87); /* a refusal for another reason is no silence */
    assert_false(mqtt_client_closed(&client));
    mqtt_client_open(&client, now);
    server("20");
    assert_false(mqtt_client_closed(&client));
}

static void test_window(void **state)
{
    (void)state;
    start();
    connect_with("2006000003210003");
    assert_int_equal(mqtt_client_room(&client), 3);
    for (uint64_t t = 0; t < 3; t++) {
        assert_int_equal(publish(t), MQTT_OK);
    }
    assert_int_equal(publish(3), MQTT_ERR_WINDOW);
    assert_int_equal(server("40020001").token, 0);
    assert_int_equal(mqtt_client_room(&client), 1);
    assert_int_equal(publish(3), MQTT_OK);
    mqtt_client_closed(&client);
    connect_with("2006010003210001"); /* resumed with a smaller window: one by one */
    assert_int_equal(mqtt_client_room(&client), 1);
    assert_int_equal(publish(1), MQTT_OK);
    assert_int_equal(publish(2), MQTT_ERR_WINDOW);
    assert_int_equal(server("40020002").token, 1);
    assert_int_equal(publish(2), MQTT_OK);
    mqtt_client_closed(&client);
    connect_with("2003000000");
    for (uint64_t t = 0; t < MQTT_WINDOW; t++) {
        assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW - t);
        assert_int_equal(publish(t), MQTT_OK);
    }
    assert_int_equal(publish(99), MQTT_ERR_WINDOW);
}

static void acknowledge(uint16_t id, uint64_t token)
{
    const uint8_t ack[] = {0x40, 2, (uint8_t)(id >> 8), (uint8_t)id};
    struct mqtt_event e;
    assert_int_equal(mqtt_client_receive(&client, ack, sizeof ack, now, &e), sizeof ack);
    assert_int_equal(e.kind, MQTT_EVENT_ACKNOWLEDGED);
    assert_int_equal(e.token, token);
}

/* Identifiers wrap from 65535 to 1 and step over the one that is still in use. */
static void test_identifier_wrap(void **state)
{
    (void)state;
    up();
    assert_int_equal(publish(1000000), MQTT_OK); /* holds identifier 1 */
    for (uint32_t round = 0, id = 2; round < 70000; round++) {
        expect_output(NULL);
        assert_int_equal(publish(round), MQTT_OK);
        acknowledge((uint16_t)id, round);
        id = id == 65535 ? 2 : id + 1;
    }
    expect_output(NULL);
    acknowledge(1, 1000000);
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW);
}

static void test_unknown_ack(void **state)
{
    (void)state;
    up();
    assert_int_equal(publish(1), MQTT_OK);
    assert_int_equal(server("40020009").kind, MQTT_EVENT_NONE);
    assert_int_equal(server("40020001").token, 1);
    assert_int_equal(server("40020001").kind, MQTT_EVENT_NONE);
    assert_int_equal(client.counters.unknown_acks, 2);
    assert_int_equal(client.state, MQTT_CONNECTED);
}

static void test_many_in_one_chunk(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct mqtt_event e;
    up();
    for (uint64_t t = 0; t < 4; t++) {
        assert_int_equal(publish(t), MQTT_OK);
    }
    size_t len = hex_bytes("4002000140020002d00040020003"
                           "40020004",
                           bytes, sizeof bytes),
           used = 0;
    for (uint64_t t = 0; t < 4; t++) {
        used += mqtt_client_receive(&client, bytes + used, len - used, now, &e);
        assert_true(e.kind == MQTT_EVENT_ACKNOWLEDGED && e.token == t);
    }
    assert_int_equal(used, len);
    assert_int_equal(client.counters.unasked, 1);
}

struct bad_case {
    const char *hex;
    enum mqtt_error err;
    const char *answer;
};

/* What a server must not send to a client that is connected and never subscribed. */
static const struct bad_case bad[] = {
    {"2003000000", MQTT_ERR_UNEXPECTED, "e00182"},
    {"900400010000", MQTT_ERR_UNEXPECTED, "e00182"},
    {"9003000100", MQTT_ERR_TRUNCATED, "e00181"},
    {"b00400010000", MQTT_ERR_UNEXPECTED, "e00182"},
    {"f000", MQTT_ERR_UNEXPECTED, "e00182"},
    {"c000", MQTT_ERR_TYPE, "e00181"},
    {"41020001", MQTT_ERR_FLAGS, "e00181"},
    {"40020000", MQTT_ERR_PACKET_ID, "e00182"},
    {"40ff00", MQTT_ERR_REMAINING_LENGTH, "e00181"},
    {"40ffffff7f", MQTT_ERR_TOO_LARGE, "e00195"},
    {"300700017403230001", MQTT_ERR_TOPIC_ALIAS, "e00194"},
    {"e00104", MQTT_ERR_REASON_CODE, "e00181"},
};

static void test_bad_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        up();
        struct mqtt_event e = server(bad[i].hex);
        assert_int_equal(e.kind, MQTT_EVENT_FAILED);
        assert_int_equal(e.error, bad[i].err);
        expect_output(bad[i].answer);
        assert_int_equal(client.state, MQTT_ENDING);
        assert_int_equal(server("40020001").kind, MQTT_EVENT_NONE); /* ignored from now on */
        mqtt_client_closed(&client);
        mqtt_client_open(&client, now); /* and the session is not resumed */
        assert_int_equal(mqtt_client_output(&client).at[9], 0x02);
    }
}

static void test_before_connack(void **state)
{
    (void)state;
    static const char *const early[] = {"40020001", "d000", "e00182",
                                        "30040001"
                                        "74"
                                        "00"};
    for (size_t i = 0; i < 4; i++) {
        start();
        struct mqtt_event e = connect_with(early[i]);
        assert_int_equal(e.error, MQTT_ERR_UNEXPECTED);
        expect_output("");
    }
    start();
    struct mqtt_event e = connect_with("20060000"
                                       "02"
                                       "2400"
                                       "00");
    assert_int_equal(e.error, MQTT_ERR_TRAILING);
    start();
    e = connect_with("20050000022400");
    assert_int_equal(e.error, MQTT_ERR_QOS_UNSUPPORTED);
    expect_output("e0019b");
}

/* 3.1.1 has no DISCONNECT for errors: the transport is just closed. */
static void test_bad_packet_311(void **state)
{
    (void)state;
    start();
    connect_with("20020001");
    mqtt_client_closed(&client);
    connect_with("20020000");
    assert_int_equal(server("e000").error, MQTT_ERR_TYPE);
    expect_output("");
}

static void test_unasked_publish(void **state)
{
    (void)state;
    up();
    assert_int_equal(server("30040001"
                            "74"
                            "00")
                         .kind,
                     MQTT_EVENT_NONE);
    expect_output("");
    server("3206000174"
           "0005"
           "00");
    expect_output("4003000583");
    server("3406000174"
           "0006"
           "00");
    expect_output("5003000683");
    server("62020006");
    expect_output("7003000692");
    assert_int_equal(client.counters.unasked, 3);
}

/* A flood that the transport does not drain: whatever is left of the output, the farewell fits. */
static void test_unasked_flood(void **state)
{
    (void)state;
    static const uint8_t fill[16];
    for (size_t i = 0; i < sizeof fill; i++) {
        struct mqtt_event e = {.kind = MQTT_EVENT_NONE};
        up();
        publish_bytes(text("t"), (struct mqtt_bytes){fill, i}, 0, false, 0);
        for (unsigned n = 0; n < 2000 && e.kind == MQTT_EVENT_NONE; n++) {
            e = server("32060001740005"
                       "00");
        }
        assert_int_equal(e.error, MQTT_ERR_RECEIVE_MAXIMUM);
        struct mqtt_bytes out = mqtt_client_output(&client);
        assert_memory_equal(out.at + out.len - 3, "\xe0\x01\x93", 3);
    }
}

static void test_disconnect_by_server(void **state)
{
    (void)state;
    up();
    struct mqtt_event e = server("e0018e");
    assert_int_equal(e.kind, MQTT_EVENT_DISCONNECTED);
    assert_int_equal(e.reason, 0x8e);
    expect_output("");
    assert_int_equal(publish(1), MQTT_ERR_STATE);
}

static void test_connack_timeout(void **state)
{
    (void)state;
    struct mqtt_event e;
    start();
    assert_int_equal(mqtt_client_deadline(&client), UINT64_MAX);
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_deadline(&client), now + 10 * SECOND);
    mqtt_client_tick(&client, now + 10 * SECOND - 1, &e);
    assert_int_equal(e.kind, MQTT_EVENT_NONE);
    mqtt_client_tick(&client, now + 10 * SECOND, &e);
    assert_int_equal(e.error, MQTT_ERR_CONNACK_TIMEOUT);
    assert_int_equal(mqtt_client_deadline(&client), UINT64_MAX);
}

static void test_ping_timeout(void **state)
{
    (void)state;
    struct mqtt_event e;
    up();
    uint64_t due = mqtt_client_deadline(&client);
    assert_int_equal(due, now + 90 * SECOND);
    now = due;
    mqtt_client_tick(&client, now, &e);
    expect_output("c000");
    assert_int_equal(server("d000").kind, MQTT_EVENT_NONE);
    assert_int_equal(mqtt_client_deadline(&client), now + 90 * SECOND);
    now += 90 * SECOND;
    mqtt_client_tick(&client, now, &e);
    expect_output("c000");
    assert_int_equal(mqtt_client_deadline(&client), now + 10 * SECOND);
    mqtt_client_tick(&client, now + 10 * SECOND, &e);
    assert_int_equal(e.error, MQTT_ERR_PING_TIMEOUT);
    mqtt_client_closed(&client);
    mqtt_client_open(&client, now); /* silence does not spoil the session */
    assert_int_equal(mqtt_client_output(&client).at[9], 0);
}

static void test_ack_timeout(void **state)
{
    (void)state;
    struct mqtt_event e;
    up();
    assert_int_equal(publish(1), MQTT_OK);
    now += SECOND;
    assert_int_equal(publish(2), MQTT_OK);
    assert_int_equal(mqtt_client_deadline(&client), now + 29 * SECOND);
    assert_int_equal(server("40020001").token, 1);
    assert_int_equal(mqtt_client_deadline(&client), now + 30 * SECOND);
    now += 30 * SECOND;
    mqtt_client_tick(&client, now, &e);
    assert_int_equal(e.error, MQTT_ERR_ACK_TIMEOUT);
}

static void test_keep_alive_off(void **state)
{
    (void)state;
    start();
    connect_with("2006000003130000");
    assert_int_equal(mqtt_client_deadline(&client), UINT64_MAX);
}

static void test_limits(void **state)
{
    (void)state;
    static uint8_t big[2048];
    start();
    connect_with("20080000052700000014"); /* packets up to 20 bytes */
    struct mqtt_bytes payload = {big, 12};
    assert_int_equal(publish_bytes(text("t"), payload, 1, false, 1), MQTT_OK);
    payload.len = 13;
    assert_int_equal(publish_bytes(text("t"), payload, 1, false, 2), MQTT_ERR_PACKET_LIMIT);
    assert_int_equal(publish_bytes(text(""), payload, 1, false, 2), MQTT_ERR_ARGUMENT);
    assert_int_equal(publish_bytes(text("t"), payload, 3, false, 2), MQTT_ERR_ARGUMENT);
    up();
    payload.len = sizeof out_buffer - MQTT_OUTPUT_RESERVE - 9;
    assert_int_equal(publish_bytes(text("t"), payload, 1, false, 1), MQTT_OK);
    assert_int_equal(publish(2), MQTT_ERR_SPACE);
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW - 1); /* nothing changed */
    mqtt_client_sent(&client, 16, now);
    assert_int_equal(publish(2), MQTT_OK); /* moved to the front */
    struct mqtt_bytes out = mqtt_client_output(&client);
    assert_memory_equal(out.at + out.len - 9, "\x32\x07\x00\x01t\x00\x02\x00x", 9);
    struct mqtt_settings s = client.settings;
    assert_int_equal(mqtt_client_init(&client, &s, in_buffer, 63, out_buffer, 512), MQTT_ERR_ARGUMENT);
    assert_int_equal(mqtt_client_init(&client, &s, in_buffer, 64, out_buffer, 64), MQTT_ERR_ARGUMENT);
    s.receive_maximum = 0;
    assert_int_equal(mqtt_client_init(&client, &s, in_buffer, 64, out_buffer, 512), MQTT_ERR_ARGUMENT);
}

static void test_qos0(void **state)
{
    (void)state;
    up();
    assert_int_equal(publish_bytes(text("t"), text("x"), 0, false, 1), MQTT_OK);
    expect_output("300500017400"
                  "78");
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capture_session),
        cmocka_unit_test(test_first_connect_is_clean),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_session_lost),
        cmocka_unit_test(test_session_expiry_from_server),
        cmocka_unit_test(test_version_refused),
        cmocka_unit_test(test_version_refused_by_new_server),
        cmocka_unit_test(test_silent_server),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_identifier_wrap),
        cmocka_unit_test(test_unknown_ack),
        cmocka_unit_test(test_many_in_one_chunk),
        cmocka_unit_test(test_bad_packets),
        cmocka_unit_test(test_before_connack),
        cmocka_unit_test(test_bad_packet_311),
        cmocka_unit_test(test_unasked_publish),
        cmocka_unit_test(test_unasked_flood),
        cmocka_unit_test(test_disconnect_by_server),
        cmocka_unit_test(test_connack_timeout),
        cmocka_unit_test(test_ping_timeout),
        cmocka_unit_test(test_ack_timeout),
        cmocka_unit_test(test_keep_alive_off),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_qos0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
