/* SPDX-License-Identifier: BSD-2-Clause */
/* MQTT encoder and decoder against captures of Mosquitto, and at their limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "mqtt/frame.h"
#include "mqtt/text.h"
#include "mqtt/wire.h"
#include "mqtt_capture.h"

static struct mqtt_bytes text(const char *s)
{
    return (struct mqtt_bytes){(const uint8_t *)s, strlen(s)};
}

static void assert_bytes(struct mqtt_bytes b, const char *expected)
{
    assert_int_equal(b.len, strlen(expected));
    assert_memory_equal(b.at, expected, b.len);
}

/* Decodes the `index`-th packet of one direction of a capture. */
static struct mqtt_packet packet_of(struct capture *c, char from, unsigned index, enum mqtt_version version)
{
    struct mqtt_packet packet;
    uint8_t buffer[512];
    struct mqtt_framer framer;
    mqtt_framer_init(&framer, buffer, sizeof buffer);
    for (unsigned i = 0; i < c->count; i++) {
        size_t at = 0;
        while (c->part[i].from == from && at < c->part[i].len) {
            struct mqtt_frame frame;
            enum mqtt_error err;
            bool complete;
            at += mqtt_framer_feed(&framer, c->part[i].bytes + at, c->part[i].len - at, &frame, &complete,
                                   &err);
            assert_int_equal(err, MQTT_OK);
            if (complete && index-- == 0) {
                assert_int_equal(mqtt_decode(version, frame.first, frame.body, frame.len, &packet), MQTT_OK);
                return packet;
            }
        }
    }
    fail_msg("no such packet in the capture");
    memset(&packet, 0, sizeof packet);
    return packet;
}

static void test_capture_v5_session(void **state)
{
    (void)state;
    struct capture c;
    capture_load(&c, "mqtt_v5_session");
    struct mqtt_packet p = packet_of(&c, '<', 0, MQTT_5);
    assert_int_equal(p.type, MQTT_CONNACK);
    assert_int_equal(p.u.connack.reason, 0);
    assert_false(p.u.connack.session_present);
    assert_true(p.u.connack.has_server_keep_alive);
    assert_int_equal(p.u.connack.server_keep_alive_s, 60);
    assert_int_equal(p.u.connack.receive_maximum, 7);
    assert_int_equal(p.u.connack.maximum_packet_size, 2000);
    assert_int_equal(p.u.connack.topic_alias_maximum, 10);
    assert_false(p.u.connack.retain_available);
    assert_int_equal(p.u.connack.maximum_qos, 2);
    p = packet_of(&c, '<', 1, MQTT_5);
    assert_int_equal(p.type, MQTT_PUBACK);
    assert_int_equal(p.u.ack.id, 1);
    assert_int_equal(p.u.ack.reason, MQTT_REASON_NO_SUBSCRIBERS);
    p = packet_of(&c, '<', 2, MQTT_5);
    assert_int_equal(p.u.ack.id, 2);
    assert_int_equal(p.u.ack.reason, MQTT_REASON_NOT_AUTHORIZED);
    assert_string_equal(mqtt_reason_text(p.type, p.u.ack.reason), "not authorized");
    assert_int_equal(packet_of(&c, '<', 3, MQTT_5).type, MQTT_PINGRESP);
}

static void test_capture_v5_others(void **state)
{
    (void)state;
    struct capture c;
    capture_load(&c, "mqtt_v5_assigned_id");
    struct mqtt_packet p = packet_of(&c, '<', 0, MQTT_5);
    assert_bytes(p.u.connack.assigned_client_id, "auto-6AF48F4B-8FE9-00C0-8015-71806A943518");
    capture_load(&c, "mqtt_v5_bad_topic");
    p = packet_of(&c, '<', 1, MQTT_5);
    assert_int_equal(p.type, MQTT_DISCONNECT);
    assert_int_equal(p.u.disconnect.reason, MQTT_REASON_PROTOCOL_ERROR);
    capture_load(&c, "mqtt_v5_malformed");
    assert_int_equal(packet_of(&c, '<', 1, MQTT_5).u.disconnect.reason, MQTT_REASON_MALFORMED);
    capture_load(&c, "mqtt_v5_refused");
    p = packet_of(&c, '<', 0, MQTT_5);
    assert_int_equal(p.u.connack.reason, MQTT_REASON_NOT_AUTHORIZED);
    capture_load(&c, "mqtt_bad_version");
    p = packet_of(&c, '<', 0, MQTT_5);
    assert_true(p.u.connack.version_refused);
    assert_int_equal(p.u.connack.reason, MQTT_REASON_UNSUPPORTED_VERSION);
}

static void test_capture_publish(void **state)
{
    (void)state;
    struct capture c;
    capture_load(&c, "mqtt_v5_resumed");
    assert_true(packet_of(&c, '<', 0, MQTT_5).u.connack.session_present);
    struct mqtt_packet p = packet_of(&c, '<', 2, MQTT_5);
    assert_int_equal(p.type, MQTT_PUBLISH);
    assert_int_equal(p.u.publish.qos, 1);
    assert_int_equal(p.u.publish.id, 1);
    assert_false(p.u.publish.dup);
    p = packet_of(&c, '<', 3, MQTT_5);
    assert_int_equal(p.u.ack.id, 0x1234);
    assert_int_equal(p.u.ack.reason, 0);
    capture_load(&c, "mqtt_v311_qos2");
    p = packet_of(&c, '<', 2, MQTT_3_1_1);
    assert_int_equal(p.type, MQTT_PUBREC);
    p = packet_of(&c, '<', 3, MQTT_3_1_1);
    assert_int_equal(p.u.publish.qos, 2);
    p = packet_of(&c, '<', 4, MQTT_3_1_1);
    assert_int_equal(p.type, MQTT_PUBCOMP);
    assert_int_equal(p.u.ack.id, 5);
    p = packet_of(&c, '<', 5, MQTT_3_1_1);
    assert_int_equal(p.type, MQTT_PUBREL);
    assert_int_equal(p.u.ack.id, 1);
}

static void test_capture_v311(void **state)
{
    (void)state;
    struct capture c;
    capture_load(&c, "mqtt_v311_session");
    struct mqtt_packet p = packet_of(&c, '<', 0, MQTT_3_1_1);
    assert_true(p.u.connack.session_present);
    assert_int_equal(p.u.connack.receive_maximum, 65535);
    p = packet_of(&c, '<', 1, MQTT_3_1_1);
    assert_true(p.u.publish.dup && p.u.publish.qos == 1 && p.u.publish.id == 1);
    p = packet_of(&c, '<', 3, MQTT_3_1_1);
    assert_true(p.type == MQTT_PUBACK && p.u.ack.id == 7);
    p = packet_of(&c, '<', 4, MQTT_3_1_1);
    assert_true(p.type == MQTT_PUBACK && p.u.ack.id == 8);
    capture_load(&c, "mqtt_v311_refused");
    p = packet_of(&c, '<', 0, MQTT_3_1_1);
    assert_int_equal(p.u.connack.reason, MQTT_REASON_NOT_AUTHORIZED);
    assert_false(p.u.connack.version_refused);
    capture_load(&c, "mqtt_bad_version");
    p = packet_of(&c, '<', 0, MQTT_3_1_1);
    assert_true(p.u.connack.version_refused);
}

/* What libmosquitto itself sends for the same wishes, byte for byte. */
static void test_encode_like_mosquitto(void **state)
{
    (void)state;
    struct capture c;
    uint8_t out[256];
    const struct mqtt_will will = {text("postern/will"), text("gone"), 1, true, 0};
    struct mqtt_connect connect = {.version = MQTT_5,
                                   .client_id = text("postern-0001"),
                                   .keep_alive_s = 30,
                                   .session_expiry_s = 3600,
                                   .receive_maximum = 8,
                                   .maximum_packet_size = 512,
                                   .will = &will};
    struct mqtt_publish publish = {text("postern/0001"), text("[{\"n\":\"a\"}]"), 1, false, false, 1, 0};
    capture_load(&c, "mqtt_v5_client");
    size_t len = mqtt_encode_connect(out, sizeof out, &connect);
    assert_int_equal(len, c.part[0].len);
    assert_memory_equal(out, c.part[0].bytes, len);
    len = mqtt_encode_publish(out, sizeof out, MQTT_5, &publish);
    assert_int_equal(len, c.part[2].len);
    assert_memory_equal(out, c.part[2].bytes, len);
    capture_load(&c, "mqtt_v311_client");
    connect.version = MQTT_3_1_1;
    connect.clean_start = true;
    len = mqtt_encode_connect(out, sizeof out, &connect);
    assert_int_equal(len, c.part[0].len);
    assert_memory_equal(out, c.part[0].bytes, len);
    len = mqtt_encode_publish(out, sizeof out, MQTT_3_1_1, &publish);
    assert_int_equal(len, c.part[2].len);
    assert_memory_equal(out, c.part[2].bytes, len);
    len = mqtt_encode_disconnect(out, sizeof out, MQTT_3_1_1, MQTT_REASON_MALFORMED);
    assert_int_equal(len, c.part[4].len);
    assert_memory_equal(out, c.part[4].bytes, len);
}

static void assert_encoded(const uint8_t *out, size_t len, const char *hex)
{
    uint8_t expected[64];
    assert_int_equal(len, hex_bytes(hex, expected, sizeof expected));
    assert_memory_equal(out, expected, len);
}

static void test_encode_small(void **state)
{
    (void)state;
    uint8_t out[64];
    assert_encoded(out, mqtt_encode_pingreq(out, sizeof out), "c000");
    assert_encoded(out, mqtt_encode_disconnect(out, sizeof out, MQTT_5, 0), "e000");
    assert_encoded(out, mqtt_encode_disconnect(out, sizeof out, MQTT_5, 0x82), "e00182");
    assert_encoded(out, mqtt_encode_ack(out, sizeof out, MQTT_5, MQTT_PUBACK, 0x1234, 0), "40021234");
    assert_encoded(out, mqtt_encode_ack(out, sizeof out, MQTT_5, MQTT_PUBREC, 0x1234, 0x83), "5003123483");
    assert_encoded(out, mqtt_encode_ack(out, sizeof out, MQTT_3_1_1, MQTT_PUBREL, 5, 0x83), "62020005");
    assert_encoded(out, mqtt_encode_ack(out, sizeof out, MQTT_5, MQTT_PUBCOMP, 5, 0x92), "7003000592");
    struct mqtt_publish p = {text("t"), text("x"), 0, false, true, 0, 0};
    assert_encoded(out, mqtt_encode_publish(out, sizeof out, MQTT_5, &p),
                   "310500017400"
                   "78");
    p = (struct mqtt_publish){text("t"), {NULL, 0}, 1, true, false, 65535, 0};
    assert_encoded(out, mqtt_encode_publish(out, sizeof out, MQTT_3_1_1, &p), "3a05000174ffff");
    const struct mqtt_will will = {text("w"), {NULL, 0}, 0, false, 7};
    struct mqtt_connect c = {.version = MQTT_5, .client_id = text("i"), .clean_start = true, .will = &will};
    assert_encoded(out, mqtt_encode_connect(out, sizeof out, &c),
                   "1019"
                   "00044d515454"
                   "05"
                   "06"
                   "0000"
                   "00"
                   "000169"
                   "05"
                   "1800000007"
                   "000177"
                   "0000");
}

/* One byte too little room and nothing is written; what cannot be expressed is refused. */
static void test_encode_limits(void **state)
{
    (void)state;
    uint8_t *out = malloc(70000);
    uint8_t *big = calloc(1, 65536);
    struct mqtt_publish p = {text("t"), text("x"), 1, false, false, 1, 0};
    size_t size = mqtt_publish_size(MQTT_5, &p);
    for (size_t room = 0; room < size; room++) {
        memset(out, 0xaa, size);
        assert_int_equal(mqtt_encode_publish(out, room, MQTT_5, &p), 0);
        assert_int_equal(out[0], 0xaa);
    }
    assert_int_equal(mqtt_encode_publish(out, size, MQTT_5, &p), size);
    p.id = 0;
    assert_int_equal(mqtt_publish_size(MQTT_5, &p), 0);
    p = (struct mqtt_publish){{big, 65536}, text("x"), 0, false, false, 0, 0};
    assert_int_equal(mqtt_publish_size(MQTT_5, &p), 0);
    p.topic = text("t");
    p.payload.len = MQTT_VARINT_MAX;
    assert_int_equal(mqtt_publish_size(MQTT_5, &p), 0);
    p.payload.len = MQTT_VARINT_MAX - 4;
    assert_int_equal(mqtt_publish_size(MQTT_5, &p), 1 + 4 + (size_t)MQTT_VARINT_MAX);
    p.payload.len = 3;
    p.qos = 3;
    p.id = 1;
    assert_int_equal(mqtt_publish_size(MQTT_5, &p), 0);
    struct mqtt_connect c = {.version = MQTT_5, .client_id = {big, 65536}};
    assert_int_equal(mqtt_encode_connect(out, 70000, &c), 0);
    c.client_id.len = 65535;
    size = mqtt_encode_connect(out, 70000, &c);
    assert_int_equal(size, 1 + 3 + 10 + 1 + 2 + 65535);
    assert_int_equal(mqtt_encode_connect(out, size - 1, &c), 0);
    const struct mqtt_will will = {{big, 0}, text("x"), 1, false, 0};
    c.will = &will;
    assert_int_equal(mqtt_encode_connect(out, 70000, &c), 0);
    assert_int_equal(mqtt_encode_pingreq(out, 1), 0);
    assert_int_equal(mqtt_encode_disconnect(out, 2, MQTT_5, 0x82), 0);
    assert_int_equal(mqtt_encode_ack(out, 3, MQTT_3_1_1, MQTT_PUBACK, 1, 0), 0);
    free(out);
    free(big);
}

static void test_texts(void **state)
{
    (void)state;
    for (int e = 0; e < MQTT_ERR_COUNT; e++) {
        assert_non_null(mqtt_error_text((enum mqtt_error)e));
        assert_true(e == 0 || mqtt_error_reason((enum mqtt_error)e) >= 0x80);
    }
    assert_string_equal(mqtt_error_text((enum mqtt_error)999), "unknown error");
    assert_string_equal(mqtt_reason_text(MQTT_DISCONNECT, 0), "normal disconnection");
    assert_string_equal(mqtt_reason_text(MQTT_CONNACK, 0x03), "unknown reason");
    assert_string_equal(mqtt_reason_text(MQTT_DISCONNECT, 0x8e), "session taken over");
    assert_int_equal(mqtt_error_reason(MQTT_ERR_TOO_LARGE), 0x95);
    assert_int_equal(mqtt_error_reason(MQTT_ERR_PROPERTY_TWICE), 0x82);
    assert_int_equal(mqtt_error_reason(MQTT_ERR_STRING), 0x81);
}

static void test_varint(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 127, 128, 16383, 16384, 2097151, 2097152, MQTT_VARINT_MAX};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        uint8_t bytes[5];
        size_t len = (size_t)(mqtt_put_varint(bytes, values[i]) - bytes);
        assert_int_equal(len, mqtt_varint_size(values[i]));
        struct mqtt_reader r = {bytes, len, MQTT_OK};
        assert_int_equal(mqtt_read_varint(&r), values[i]);
        assert_true(r.err == MQTT_OK && r.left == 0);
        r = (struct mqtt_reader){bytes, len - 1, MQTT_OK};
        mqtt_read_varint(&r);
        assert_int_equal(r.err, MQTT_ERR_TRUNCATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capture_v5_session),
        cmocka_unit_test(test_capture_v5_others),
        cmocka_unit_test(test_capture_publish),
        cmocka_unit_test(test_capture_v311),
        cmocka_unit_test(test_encode_like_mosquitto),
        cmocka_unit_test(test_encode_small),
        cmocka_unit_test(test_encode_limits),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_varint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
