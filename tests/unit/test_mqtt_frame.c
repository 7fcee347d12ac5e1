/* SPDX-License-Identifier: BSD-2-Clause */
/* MQTT framing: every chunk boundary, every bad length, and packets at the size limit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "mqtt/frame.h"
#include "mqtt_capture.h"

#define LIMIT 256

/* What the framer made of a stream: first bytes, lengths and bodies in a row. */
struct seen {
    uint8_t bytes[4096];
    size_t len;
    unsigned packets;
    enum mqtt_error err;
};

static void feed(struct mqtt_framer *f, const uint8_t *in, size_t len, struct seen *s)
{
    uint8_t *chunk = malloc(len + 1); /* exact copy: reading beyond it is seen */
    memcpy(chunk + 1, in, len);
    for (size_t at = 0; at < len && s->err == MQTT_OK;) {
        struct mqtt_frame frame;
        bool complete;
        size_t used = mqtt_framer_feed(f, chunk + 1 + at, len - at, &frame, &complete, &s->err);
        assert_true(used > 0 && used <= len - at);
        assert_true(complete || s->err != MQTT_OK || used == len - at);
        at += used;
        if (complete) {
            s->bytes[s->len++] = frame.first;
            memcpy(s->bytes + s->len, frame.body, frame.len);
            s->len += frame.len;
            s->packets++;
        }
    }
    free(chunk);
}

static struct seen run(const uint8_t *in, size_t len, const size_t *cuts, size_t cut_count)
{
    uint8_t buffer[LIMIT];
    struct mqtt_framer f;
    struct seen s = {.err = MQTT_OK};
    mqtt_framer_init(&f, buffer, sizeof buffer);
    size_t from = 0;
    for (size_t i = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i] : len;
        feed(&f, in + from, to - from, &s);
        from = to;
    }
    return s;
}

static size_t stream_of(uint8_t *out, size_t room)
{
    static const char *const names[] = {"mqtt_v5_session", "mqtt_v5_resumed", "mqtt_v311_qos2"};
    size_t len = 0;
    for (size_t n = 0; n < 3; n++) {
        struct capture c;
        capture_load(&c, names[n]);
        for (unsigned i = 0; i < c.count; i++) {
            assert_true(c.part[i].len <= room - len);
            memcpy(out + len, c.part[i].bytes, c.part[i].len);
            len += c.part[i].len;
        }
    }
    memset(out + len, 'p', 203); /* a packet with two bytes of length */
    out[len] = 0x30;
    out[len + 1] = 0x80 | (200 & 0x7f);
    out[len + 2] = 1;
    return len + 203;
}

static void test_every_boundary(void **state)
{
    (void)state;
    uint8_t in[2048];
    size_t len = stream_of(in, sizeof in - 256);
    struct seen whole = run(in, len, NULL, 0);
    assert_int_equal(whole.err, MQTT_OK);
    assert_int_equal(whole.packets, 29);
    for (size_t a = 0; a <= len; a++) {
        for (size_t b = a; b <= len; b += 1 + (b - a) / 8) {
            struct seen s = run(in, len, (size_t[]){a, b}, 2);
            assert_int_equal(s.err, MQTT_OK);
            assert_int_equal(s.packets, whole.packets);
            assert_int_equal(s.len, whole.len);
            assert_memory_equal(s.bytes, whole.bytes, s.len);
        }
    }
    size_t cuts[2048];
    for (size_t i = 0; i < len; i++) {
        cuts[i] = i;
    }
    struct seen s = run(in, len, cuts, len);
    assert_int_equal(s.packets, whole.packets);
    assert_memory_equal(s.bytes, whole.bytes, whole.len);
}

static enum mqtt_error error_of(const char *hex, size_t *packets)
{
    uint8_t in[16];
    size_t len = hex_bytes(hex, in, sizeof in);
    size_t cuts[16];
    for (size_t i = 0; i < len; i++) {
        cuts[i] = i;
    }
    struct seen whole = run(in, len, NULL, 0), bytewise = run(in, len, cuts, len);
    assert_int_equal(whole.err, bytewise.err);
    *packets = whole.packets;
    return whole.err;
}

static void test_lengths(void **state)
{
    (void)state;
    size_t packets;
    assert_int_equal(error_of("30ffffffff01", &packets), MQTT_ERR_REMAINING_LENGTH);
    assert_int_equal(error_of("3080808080", &packets), MQTT_ERR_REMAINING_LENGTH);
    assert_int_equal(error_of("308000", &packets), MQTT_ERR_REMAINING_LENGTH);
    assert_int_equal(error_of("30ff00", &packets), MQTT_ERR_REMAINING_LENGTH);
    assert_int_equal(error_of("30ffffff7f", &packets), MQTT_ERR_TOO_LARGE);
    assert_int_equal(error_of("30fe01", &packets), MQTT_ERR_TOO_LARGE); /* 254 + 3 = 257 */
    assert_int_equal(error_of("30fd01", &packets), MQTT_OK);            /* 253 + 3 = 256 */
    assert_int_equal(packets, 0);
    assert_int_equal(error_of("d000d000", &packets), MQTT_OK);
    assert_int_equal(packets, 2);
}

static void test_largest_packet(void **state)
{
    (void)state;
    uint8_t in[LIMIT];
    memset(in, 'x', sizeof in);
    in[0] = 0x30;
    in[1] = 0xfd;
    in[2] = 1;
    struct seen whole = run(in, sizeof in, NULL, 0);
    struct seen split = run(in, sizeof in, (size_t[]){4}, 1);
    assert_int_equal(whole.packets, 1);
    assert_int_equal(split.packets, 1);
    assert_memory_equal(whole.bytes, split.bytes, whole.len);
}

static void test_reset(void **state)
{
    (void)state;
    uint8_t buffer[LIMIT];
    struct mqtt_framer f;
    struct seen s = {.err = MQTT_OK};
    mqtt_framer_init(&f, buffer, sizeof buffer);
    feed(&f, (const uint8_t[]){0x40, 2, 0}, 3, &s);
    mqtt_framer_reset(&f);
    feed(&f, (const uint8_t[]){0xd0, 0}, 2, &s);
    assert_int_equal(s.packets, 1);
    assert_int_equal(s.bytes[0], 0xd0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_boundary),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_largest_packet),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
