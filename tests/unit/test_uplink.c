/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink with a simulated clock, a scripted broker and a hostile stream. */
#include "uplink_fixture.h"

static void test_publish_one_sample(void **state)
{
    (void)state;
    static const char payload[] = "[{\"bn\":\"postern-0001/\",\"bt\":1763696001.000,\"n\":\"bme280/"
                                  "temperature\",\"u\":\"Cel\",\"v\":21.37,"
                                  "\"seq\":1},{\"n\":\"bme280/pressure\",\"u\":\"Pa\",\"v\":21.37,\"seq\":2},"
                                  "{\"n\":\"bme280/humidity\",\"u\":\"%RH\",\"v\":21.37,\"seq\":3}]";
    start();
    connect_broker(CONNACK);
    assert_string_equal(last_log, "connected with MQTT 5, new session, messages waiting: 0");
    sample();
    struct uplink_output out = take(STREAM_DATA);
    assert_int_equal(out.data.len, 3 + 5 + 2 + 1 + strlen(payload));
    assert_memory_equal(out.data.at, "\x32", 1);
    assert_memory_equal(out.data.at + 3, "\x00\x03t/r\x00\x01\x00", 8);
    assert_memory_equal(out.data.at + 11, payload, strlen(payload));
    nothing_out();
    broker("40020001");
    assert_int_equal(settle(), 3);
    assert_int_equal(outbox_room(&uplink.outbox), OUTBOX_MESSAGES);
    assert_int_equal(uplink.mqtt.counters.acknowledged, 1);
    assert_int_equal(uplink.counters.readings, 3);
}

/* A sample that stays incomplete goes out when it is old enough. */
static void test_incomplete_samples(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    read_value(0, 3);
    nothing_out();
    assert_int_equal(uplink_deadline(&uplink), now + BATCH_AGE_NS);
    now += BATCH_AGE_NS;
    uplink_tick(&uplink, now);
    take(STREAM_DATA);
    read_value(0, 3);
    nothing_out();
    read_value(1, 3);
    read_value(2, 3);
    take(STREAM_DATA);
    nothing_out();
}

static void test_bad_readings(void **state)
{
    (void)state;
    start();
    const struct reading good = {.seq = 1, .mono_ns = now, .value = 1, .sample_size = 1};
    struct reading bad = good;
    bad.quantity = 3;
    give(&bad);
    bad = good;
    bad.sensor = 1;
    give(&bad);
    bad = good;
    bad.exponent = 10;
    give(&bad);
    bad.exponent = -10;
    give(&bad);
    bad = good;
    bad.mono_ns = now + 1;
    give(&bad);
    bad = good;
    bad.seq = BATCH_SEQ_MAX + 1;
    give(&bad);
    bad.seq = 0;
    give(&bad);
    wall_offset = INT64_MAX;
    give(&good);
    wall_offset = (int64_t)(WALL - now);
    uplink_stored(&uplink, STORED_READING, &good, sizeof good, now); /* too short */
    uplink_stored(&uplink, 99, &good, sizeof good, now);
    uplink_stored(&uplink, STORED_START, &good, 15, now);
    uplink_stored(&uplink, STORED_START, &good, sizeof good, now); /* nobody asked */
    assert_int_equal(uplink.counters.bad_readings, 12);
    assert_int_equal(outbox_room(&uplink.outbox), OUTBOX_MESSAGES);
    give(&good);
    assert_int_equal(uplink.counters.readings, 1);
    give(&good); /* the same number again */
    assert_int_equal(uplink.counters.readings, 1);
}

/* Samples of absurd sizes, extreme values and repeated indices stay within the slots. */
static void test_hostile_samples(void **state)
{
    (void)state;
    start();
    unsigned taken = 0;
    while (uplink_wants_stored(&uplink)) {
        const struct reading r = {.seq = BATCH_SEQ_MAX - 2000 + taken,
                                  .mono_ns = now,
                                  .value = INT64_MIN,
                                  .exponent = (int8_t)(taken % 19) - 9,
                                  .quantity = (uint8_t)(taken % 3),
                                  .sample_size = 255,
                                  .sample_index = taken % 7};
        give(&r);
        taken++;
        assert_true(taken < 1000);
    }
    for (unsigned i = 0; i < OUTBOX_MESSAGES - 1; i++) {
        const struct outbox_message *m = &uplink.outbox.message[i];
        assert_true(m->length > 1300 && m->length <= OUTBOX_PAYLOAD);
        assert_int_equal(m->payload[m->length - 1], ']');
    }
    const struct reading last = {.seq = 1, .mono_ns = now, .sample_size = 0, .sample_index = UINT32_MAX};
    start();
    give(&last);
    assert_int_equal(batch_due_ns(&uplink.batch), 0); /* complete */
}

/* Without a broker messages fill up, then the outbox, and then readings stay where they are; afterwards all
 * come out in order, in full messages. */
static void test_backpressure_and_catch_up(void **state)
{
    (void)state;
    static uint8_t bytes[32 * 1024];
    size_t len;
    unsigned readings = 0;
    start();
    while (uplink_wants_stored(&uplink)) {
        now += readings % 3 == 0 ? SECOND / 10 : 0;
        read_value(readings++ % 3, 3);
    }
    assert_in_range(readings, 15 * (OUTBOX_MESSAGES - 1), 30 * OUTBOX_MESSAGES);
    now += BATCH_AGE_NS;
    connect_broker(CONNACK);
    assert_int_equal(drain(bytes, sizeof bytes, &len), OUTBOX_MESSAGES);
    const uint8_t *at = bytes;
    for (unsigned i = 0; i < readings; i++) {
        char want[32];
        snprintf(want, sizeof want, "\"seq\":%u}", i + 1);
        const uint8_t *found = find(at, (size_t)(bytes + len - at), want);
        assert_non_null(found);
        at = found;
    }
    assert_false(uplink_wants_stored(&uplink));
    broker("4002000140020002");
    settle();
    assert_true(uplink_wants_stored(&uplink));
    sample();
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
}

/* Slots are used again and again. */
static void test_many_messages(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    for (unsigned i = 1; i <= 5 * OUTBOX_MESSAGES; i++) {
        char ack[16];
        sample();
        take(STREAM_DATA);
        assert_int_equal(outbox_room(&uplink.outbox), OUTBOX_MESSAGES - 1);
        snprintf(ack, sizeof ack, "4002%04x", i);
        broker(ack);
        assert_int_equal(settle(), 3 * i);
        assert_int_equal(outbox_room(&uplink.outbox), OUTBOX_MESSAGES);
    }
}

/* Session kept: DUP and the same identifiers; session lost: published anew. */
static void test_resend(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    size_t len;
    start();
    connect_broker(CONNACK);
    for (unsigned i = 0; i < 3; i++) {
        sample();
        assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    }
    broker("40020002"); /* out of order */
    assert_int_equal(settle(), 0);
    closed(STREAM_REASON_RESET, "");
    assert_true(strncmp(last_log, "connection lost: connection reset; next try in ", 47) == 0);
    sample();
    settle();
    connect_broker(CONNACK_RESUMED);
    assert_string_equal(last_log, "connected with MQTT 5, resumed session, messages waiting: 3");
    assert_int_equal(drain(bytes, sizeof bytes, &len), 3);
    assert_int_equal(bytes[0], 0x3a);
    assert_memory_equal(bytes + 8, "\x00\x01", 2);
    assert_int_equal(uplink.mqtt.counters.resent, 2);
    broker("4002000140020003");
    closed(STREAM_REASON_CLOSED, "");
    connect_broker(CONNACK);
    assert_int_equal(drain(bytes, sizeof bytes, &len), 1);
    assert_int_equal(bytes[0], 0x32);
    broker("40020005");
    assert_int_equal(settle(), 12);
    assert_int_equal(outbox_room(&uplink.outbox), OUTBOX_MESSAGES);
}

static void test_version_fallback(void **state)
{
    (void)state;
    start();
    open_stream();
    closed(STREAM_REASON_CLOSED, "");
    assert_string_equal(last_log, "connection failed: closed by the peer; trying MQTT 3.1.1");
    assert_int_equal(uplink_deadline(&uplink), now);
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    struct uplink_output out = take(STREAM_DATA);
    assert_int_equal(out.data.at[8], 4);
    broker("20020000");
    assert_string_equal(last_log, "connected with MQTT 3.1.1, new session, messages waiting: 0");
}

static void test_broker_refuses(void **state)
{
    (void)state;
    start();
    open_stream();
    broker("200d0087"
           "0a1f0007"
           "6e6f0d0a7ec280");
    assert_int_equal(uplink.link, UPLINK_CLOSING);
    take(STREAM_CLOSE);
    nothing_out();
    assert_int_equal(log_lines, 0);
    closed(STREAM_REASON_CLOSED, "ignored");
    assert_true(strncmp(last_log, "connection failed: not authorized: no??~??; next try in 4", 56) == 0);
}

/* A protocol error: DISCONNECT with the reason goes out before CLOSE. */
static void test_broker_breaks_protocol(void **state)
{
    (void)state;
    start();
    connect_broker(CONNACK);
    broker(CONNACK);
    broker("40020001"); /* nobody listens any more */
    struct uplink_output out = take(STREAM_DATA);
    assert_int_equal(out.data.len, 3);
    assert_memory_equal(out.data.at, "\xe0\x01\x82", 3);
    take(STREAM_CLOSE);
    closed(STREAM_REASON_CLOSED, "");
    assert_true(strncmp(last_log, "connection lost: unexpected packet; ", 36) == 0);
    assert_int_equal(uplink.mqtt.counters.unknown_acks, 0);
}

static void test_patience(void **state)
{
    (void)state;
    start();
    uplink_tick(&uplink, now);
    assert_int_equal(uplink_deadline(&uplink), UINT64_MAX); /* OPEN is not even pushed */
    take(STREAM_OPEN);
    assert_int_equal(uplink_deadline(&uplink), now + 60 * SECOND);
    now += 60 * SECOND;
    uplink_tick(&uplink, now);
    take(STREAM_CLOSE);
    assert_int_equal(uplink_deadline(&uplink), now + 5 * SECOND);
    message(STREAM_OPENED, uplink.stream_id, "", 0); /* too late */
    assert_int_equal(uplink.link, UPLINK_CLOSING);
    now += 5 * SECOND;
    uplink_tick(&uplink, now);
    assert_int_equal(uplink.link, UPLINK_WAITING);
    assert_true(strncmp(last_log, "connection failed: no answer to OPEN; next try in", 49) == 0);
    now = uplink_deadline(&uplink);
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    now += 10 * SECOND;
    uplink_tick(&uplink, now);
    take(STREAM_DATA); /* what is left of the output goes out first */
    take(STREAM_CLOSE);
}

static void test_connack_patience(void **state)
{
    (void)state;
    start();
    open_stream();
    assert_int_equal(uplink_deadline(&uplink), now + 10 * SECOND);
    now += 10 * SECOND;
    uplink_tick(&uplink, now);
    take(STREAM_CLOSE);
    closed(STREAM_REASON_CLOSED, "");
    assert_true(strncmp(last_log, "connection failed: no CONNACK in time; trying MQTT 3.1.1", 38) == 0);
}

static void test_hostile_stream(void **state)
{
    (void)state;
    static const uint8_t junk[64] = {0};
    start();
    connect_broker(CONNACK);
    sample();
    take(STREAM_DATA);
    uint32_t id = uplink.stream_id;
    for (size_t len = 0; len < 4; len++) {
        uplink_stream(&uplink, STREAM_CLOSED, junk, len, now);
    }
    message(STREAM_CLOSED, id, junk, 0);
    message(STREAM_CLOSED, id, junk, 3);
    message(STREAM_CLOSED, id - 1, junk, 4);
    message(STREAM_DATA, id + 1, junk, 8);
    message(STREAM_DATA, id, junk, 0);
    message(STREAM_OPENED, id, junk, 0);
    message(STREAM_OPEN, id, junk, 64);
    message(STREAM_CLOSE, id, junk, 0);
    message(77, id, junk, 10);
    message(0, id, junk, 10);
    assert_true(uplink_connected(&uplink));
    assert_int_equal(uplink.counters.bad_stream, 4 + 2 + 4);
    assert_int_equal(uplink.counters.stale_stream, 3);
    broker("40020001");
    assert_int_equal(uplink.mqtt.counters.acknowledged, 1);
    closed(12345, "what\nis this");
    assert_true(strncmp(last_log, "connection lost: what?is this; ", 31) == 0);
    closed(STREAM_REASON_CLOSED, ""); /* twice */
    message(STREAM_DATA, id, junk, 8);
    message(STREAM_OPENED, id, junk, 0);
    assert_int_equal(uplink.link, UPLINK_WAITING);
    assert_int_equal(uplink.counters.stale_stream, 6);
}

/* OPENED before OPEN went out cannot be an answer to it. */
static void test_opened_too_early(void **state)
{
    (void)state;
    start();
    uplink_tick(&uplink, now);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    assert_int_equal(uplink.link, UPLINK_OPENING);
    take(STREAM_OPEN);
}

static void test_peer_restart(void **state)
{
    (void)state;
    start();
    uplink_peer_restarted(&uplink, now);
    assert_int_equal(log_lines, 0);
    connect_broker(CONNACK);
    sample();
    uplink_peer_restarted(&uplink, now);
    assert_string_equal(last_log, "connection lost: crypto started anew; next try in 20 ms");
    nothing_out();
    assert_int_equal(uplink_deadline(&uplink), now + BACKOFF_MIN_NS);
    now += BACKOFF_MIN_NS;
    uplink_tick(&uplink, now);
    uplink_peer_restarted(&uplink, now); /* seen on the other ring, before OPEN went out */
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    take(STREAM_DATA);
    broker(CONNACK);
    take(STREAM_DATA);
    broker("40020001");
    assert_int_equal(uplink.mqtt.counters.acknowledged, 1);
}

/* Small slots: DATA is cut, nothing is lost or reordered. */
static void test_small_slots(void **state)
{
    (void)state;
    const struct uplink_conf conf = standard;
    struct uplink_output out;
    uint8_t bytes[256];
    size_t len = 0;
    start();
    assert_false(uplink_init(&uplink, &conf, 0, now));
    assert_true(uplink_init(&uplink, &conf, 7, now));
    uplink.journal.restored = true;
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    while (uplink_output(&uplink, &out, now)) {
        assert_true(out.data.len >= 1 && out.data.len <= 7);
        memcpy(bytes + len, out.data.at, out.data.len);
        len += out.data.len;
        uplink_output_done(&uplink, &out, now);
    }
    assert_int_equal(len, 2u + bytes[1]);
    assert_memory_equal(bytes + len - 12, "postern-0001", 12);
}

/* Progress, and only progress, makes the next wait a short one again. */
static void test_backoff_reset(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 9; i++) { /* connects, but nothing is ever acknowledged */
        connect_broker(CONNACK);
        closed(STREAM_REASON_RESET, "");
    }
    assert_int_equal(uplink.link_ns, now + BACKOFF_MAX_NS);
    connect_broker(CONNACK);
    sample();
    take(STREAM_DATA);
    broker("40020001");
    closed(STREAM_REASON_RESET, "");
    assert_int_equal(uplink.link_ns, now + BACKOFF_FIRST_NS);
    connect_broker(CONNACK);
    closed(STREAM_REASON_RESET, "");
    assert_int_equal(uplink.link_ns, now + 2 * BACKOFF_FIRST_NS);
    connect_broker(CONNACK);
    now += 60 * SECOND; /* long and quiet is of use too */
    closed(STREAM_REASON_RESET, "");
    assert_int_equal(uplink.link_ns, now + BACKOFF_FIRST_NS);
}

static void test_local_failures_retry_soon(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 20; i++) {
        now = uplink_deadline(&uplink);
        uplink_tick(&uplink, now);
        take(STREAM_OPEN);
        closed(i % 2 ? STREAM_REASON_NO_LINK : STREAM_REASON_NO_ADDRESS, "");
        assert_true(i != 0 || uplink_deadline(&uplink) == now + BACKOFF_MIN_NS);
        assert_true(uplink_deadline(&uplink) <= now + BACKOFF_LOCAL_NS);
    }
    assert_string_equal(last_log, "connection failed: no link; next try in 2000 ms");
}

static void test_long_texts(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    start();
    open_stream();
    closed(STREAM_REASON_CERTIFICATE, text);
    assert_int_equal(strlen(uplink.why), UPLINK_WHY_SIZE - 1);
    open_stream();
    closed(12345, "");
    assert_string_equal(uplink.why, "unknown reason");
}

static void test_jitter(void **state)
{
    (void)state;
    struct backoff b = {.words = 0};
    uint8_t seed[8 * BACKOFF_WORDS];
    uint64_t low = UINT64_MAX, high = 0;
    uint64_t x = 88172645463325252u;
    assert_true(backoff_wants_seed(&b));
    for (unsigned i = 0; i < 4000; i++) {
        if (backoff_wants_seed(&b)) {
            for (size_t j = 0; j < sizeof seed; j++) {
                x ^= x << 13;
                x ^= x >> 7;
                x ^= x << 17;
                seed[j] = (uint8_t)x;
            }
            backoff_seed(&b, seed);
        }
        uint64_t wait = backoff_next(&b, false);
        uint64_t limit = i >= 7 ? BACKOFF_MAX_NS : BACKOFF_FIRST_NS << i;
        assert_in_range(wait, BACKOFF_MIN_NS, limit);
        low = wait < low ? wait : low;
        high = wait > high ? wait : high;
    }
    assert_true(low < BACKOFF_MAX_NS / 100 && high > BACKOFF_MAX_NS / 100 * 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish_one_sample),
        cmocka_unit_test(test_incomplete_samples),
        cmocka_unit_test(test_bad_readings),
        cmocka_unit_test(test_hostile_samples),
        cmocka_unit_test(test_backpressure_and_catch_up),
        cmocka_unit_test(test_many_messages),
        cmocka_unit_test(test_resend),
        cmocka_unit_test(test_version_fallback),
        cmocka_unit_test(test_broker_refuses),
        cmocka_unit_test(test_broker_breaks_protocol),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_connack_patience),
        cmocka_unit_test(test_hostile_stream),
        cmocka_unit_test(test_opened_too_early),
        cmocka_unit_test(test_peer_restart),
        cmocka_unit_test(test_small_slots),
        cmocka_unit_test(test_backoff_reset),
        cmocka_unit_test(test_local_failures_retry_soon),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
