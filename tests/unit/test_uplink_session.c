/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink between two starts: the session that the journal keeps, messages packed again, marks of readings
 * that are not live, and a journal that starts anew. */
#include "uplink_fixture.h"

static uint8_t kept[STORED_SESSION_MAX];
static size_t kept_len;

/* The journal's page says that the session that was told last is durable. */
static void session_kept(void)
{
    const struct journal_state page = {
        .condition = JOURNAL_READY, .boot = 1, .next_number = 100, .session = uplink.journal.saved_digest};
    uplink_journal_state(&uplink, &page);
}

static void keep_session(void)
{
    now += 2 * SECOND;
    const struct uplink_delivery *d = told();
    assert_int_equal(d->kind, DELIVERY_SESSION);
    kept_len = d->length;
    memcpy(kept, d->payload.session, kept_len);
}

/* The next start, with what the journal kept. */
static void next_start(const struct uplink_conf *conf, uint64_t released)
{
    uint8_t bytes[sizeof(struct stored_start) + STORED_SESSION_MAX];
    const struct stored_start begin = {2, released};
    now = 10 * SECOND;
    assert_true(uplink_init(&uplink, conf, 1012, now));
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    memcpy(bytes, &begin, sizeof begin);
    memcpy(bytes + sizeof begin, kept, kept_len);
    uplink_stored(&uplink, STORED_START, bytes, sizeof begin + kept_len, now);
    seq = released;
}

static size_t published(uint8_t *bytes, size_t room, unsigned expected)
{
    size_t len;
    now += BATCH_HISTORY_NS;
    uplink_tick(&uplink, now);
    assert_int_equal(drain(bytes, room, &len), expected);
    return len;
}

/* Three messages of one sample each, of which the second is complete. */
static void three_messages(const struct uplink_conf *conf)
{
    uint8_t bytes[4096];
    start_with(conf);
    connect_broker(CONNACK);
    for (unsigned i = 0; i < 3; i++) {
        sample();
        published(bytes, sizeof bytes, 1);
    }
    broker("40020002");
    keep_session();
}

/* After a power cut the same messages go out under the same identifiers with DUP; what was complete does not.
 */
static void test_messages_are_packed_again(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    three_messages(&standard);
    next_start(&standard, 0);
    for (unsigned i = 0; i < 12; i++) {
        now += i % 3 == 0 ? SECOND : 0;
        read_value(i % 3, 3);
    }
    connect_broker(CONNACK_RESUMED);
    size_t len = published(bytes, sizeof bytes, 3);
    assert_int_equal(bytes[0], 0x3a); /* DUP */
    assert_memory_equal(bytes + 8, "\x00\x01", 2);
    const uint8_t *third = find(bytes, len, "\"seq\":7}");
    assert_non_null(third);
    assert_null(find(bytes, len, "\"seq\":4}"));
    assert_non_null(find(third, len - (size_t)(third - bytes), "\"seq\":9}]"));
    assert_non_null(find(third, len - (size_t)(third - bytes), "\"seq\":12}]"));
    broker("40020001");
    assert_int_equal(settle(), 6);
    broker("4002000340020004");
    assert_int_equal(settle(), 12);
}

static void read_values(unsigned count)
{
    while (count-- != 0) {
        read_value((unsigned)seq % 3, 3);
    }
}

/* What is known to be complete stays known while its readings are not there: across a session that is kept
 * before they come, a journal that starts anew, and an answer that comes before them. */
static void test_complete_messages_are_remembered(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    three_messages(&standard);
    next_start(&standard, 0);
    keep_session();
    next_start(&standard, 0);
    connect_broker(CONNACK_RESUMED);
    uplink_journal_restarted(&uplink);
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    const struct stored_start again = {2, 0};
    uplink_stored(&uplink, STORED_START, &again, sizeof again, now);
    read_values(3);
    published(bytes, sizeof bytes, 1);
    read_values(6);
    size_t len = published(bytes, sizeof bytes, 1);
    assert_null(find(bytes, len, "\"seq\":4}"));
    assert_non_null(find(bytes, len, "\"seq\":9}]"));
    broker("4002000140020003");
    assert_int_equal(settle(), 9);
}

/* A message that was received is complete before its readings are there; the session that is kept says so. */
static void test_an_answer_before_the_readings_is_kept(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    conf.qos = 2;
    const struct mqtt_saved saved = {.last_id = 8, .count = 1, .entry = {{1, 2, 8, 2, MQTT_SAVED_RELEASE}}};
    kept_len = mqtt_saved_write(&saved, kept);
    next_start(&conf, 0);
    connect_broker(CONNACK_RESUMED);
    (void)settle();
    session_kept();
    published(bytes, sizeof bytes, 1); /* PUBREL */
    broker("70020008");
    keep_session();
    next_start(&conf, 0);
    connect_broker(CONNACK_RESUMED);
    (void)settle();
    session_kept();
    read_values(3);
    published(bytes, sizeof bytes, 0);
    assert_int_equal(settle(), 3);
}

/* What the session knows of: two samples in one message, and the next one behind it. */
static void two_under_way(const struct uplink_conf *conf)
{
    const struct mqtt_saved saved = {
        .last_id = 9,
        .count = 2,
        .entry = {{1, 5, 8, conf->qos, MQTT_SAVED_PUBLISH}, {7, 2, 9, conf->qos, MQTT_SAVED_PUBLISH}}};
    kept_len = mqtt_saved_write(&saved, kept);
    next_start(conf, 0);
    connect_broker(CONNACK_RESUMED);
    if (conf->qos == 2) {
        (void)settle();
        session_kept();
    }
}

/* A journal that is slow does not tear a message that was under way: the one behind it would overtake what it
 * left out. */
static void test_messages_under_way_wait_for_their_readings(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    for (conf.qos = 1; conf.qos <= 2; conf.qos++) {
        two_under_way(&conf);
        for (unsigned given = 0; given < 6; given += 3) {
            published(bytes, sizeof bytes, 0);
            assert_true(uplink_deadline(&uplink) > now); /* and it does not keep the processor busy */
            read_values(3);
        }
        size_t len = published(bytes, sizeof bytes, 1);
        assert_non_null(find(bytes, len, "\"seq\":1}"));
        assert_non_null(find(bytes, len, "\"seq\":6}]"));
        read_values(3);
        len = published(bytes, sizeof bytes, 1);
        assert_int_equal(bytes[0], conf.qos == 1 ? 0x3a : 0x3c); /* DUP */
        assert_non_null(find(bytes, len, "\"seq\":9}]"));
    }
}

/* Nor one that the broker has already, which is not sent again: what is left out would be delivered twice. */
static void test_messages_that_were_received_wait_for_their_readings(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    conf.qos = 2;
    const struct mqtt_saved saved = {.last_id = 8, .count = 1, .entry = {{1, 5, 8, 2, MQTT_SAVED_RELEASE}}};
    kept_len = mqtt_saved_write(&saved, kept);
    next_start(&conf, 0);
    connect_broker(CONNACK_RESUMED);
    (void)settle();
    session_kept();
    assert_int_equal(published(bytes, sizeof bytes, 1), 4); /* PUBREL */
    read_values(3);
    published(bytes, sizeof bytes, 0);
    read_values(3);
    published(bytes, sizeof bytes, 0);
    broker("70020008");
    assert_int_equal(settle(), 6);
}

/* Its readings may not fit together any more: what is left over still goes before the message behind it. */
static void test_what_is_left_over_is_not_overtaken(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    two_under_way(&standard);
    read_values(4);
    wall_offset -= (int64_t)SECOND; /* before the message's time */
    read_values(5);
    size_t len = published(bytes, sizeof bytes, 3);
    const uint8_t *fourth = find(bytes, len, "\"seq\":4}]");
    assert_non_null(fourth);
    size_t left = len - (size_t)(fourth - bytes);
    assert_int_equal(bytes[0], 0x3a);
    assert_int_equal(fourth[9], 0x32); /* a new message */
    assert_non_null(find(fourth, left, "\"seq\":5}"));
    assert_non_null(find(fourth, left, "\"seq\":9}]"));
}

/* Readings that were under way and do not exist any more are not waited for. */
static void test_what_does_not_come_is_not_waited_for(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    two_under_way(&standard);
    uplink_stored(&uplink, STORED_ALL, NULL, 0, now);
    read_values(3);
    size_t len = published(bytes, sizeof bytes, 1);
    assert_int_equal(bytes[0], 0x32);
    two_under_way(&standard);
    read_values(3);
    published(bytes, sizeof bytes, 0);
    uplink_stored(&uplink, STORED_ALL, NULL, 0, now);
    len = published(bytes, sizeof bytes, 1);
    assert_int_equal(bytes[0], 0x3a);
    assert_non_null(find(bytes, len, "\"seq\":3}]"));
    assert_int_equal(mqtt_inflight_count(&uplink.mqtt.inflight), 1);
    seq = 9;
    read_values(3);
    len = published(bytes, sizeof bytes, 1);
    assert_int_equal(bytes[0], 0x32);
    assert_non_null(find(bytes, len, "\"seq\":12}]"));
}

/* The broker has lost the session: what it had under way is sent anew. */
static void test_session_lost(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    three_messages(&standard);
    next_start(&standard, 0);
    for (unsigned i = 0; i < 9; i++) {
        now += i % 3 == 0 ? SECOND : 0;
        read_value(i % 3, 3);
    }
    connect_broker(CONNACK);
    size_t len = published(bytes, sizeof bytes, 2);
    assert_int_equal(bytes[0], 0x32);
    assert_null(find(bytes, len, "\"seq\":4}")); /* acknowledged in the earlier start */
}

/* The broker answers before the journal has given the readings. */
static void test_answer_before_reading(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    conf.qos = 2;
    const struct mqtt_saved saved = {
        .last_id = 9,
        .count = 2,
        .entry = {{1, 2, 8, 2, MQTT_SAVED_RELEASE}, {4, 2, 9, 2, MQTT_SAVED_RELEASE}}};
    kept_len = mqtt_saved_write(&saved, kept);
    for (unsigned lost = 0; lost < 2; lost++) {
        next_start(&conf, 0);
        connect_broker(CONNACK_RESUMED); /* takes CONNECT only */
        /* The journal may have had it from a start that has ended, and not on its medium yet. */
        published(bytes, sizeof bytes, 0);
        assert_int_equal(uplink.journal.saved_digest, stored_session_digest(kept, (uint32_t)kept_len));
        session_kept();
        size_t len = published(bytes, sizeof bytes, 2);
        assert_int_equal(len, 8);
        assert_memory_equal(bytes, "\x62\x02\x00\x08\x62\x02\x00\x09", 8);
        broker("70020009");
        if (lost) {
            closed(STREAM_REASON_RESET, "");
            connect_broker(CONNACK);
        }
        for (unsigned i = 0; i < 6; i++) {
            read_value(i % 3, 3);
        }
        if (lost) {
            const struct uplink_delivery *d = uplink_delivery(&uplink, now);
            while (d != NULL) {
                uplink_delivery_done(&uplink);
                session_kept();
                published(bytes, sizeof bytes, 0);
                d = uplink_delivery(&uplink, now);
            }
        } else {
            broker("70020008");
            assert_int_equal(settle(), 6);
        }
    }
}

/* QoS 2 waits for the journal before PUBLISH and before PUBREL. */
static void test_write_ahead(void **state)
{
    (void)state;
    struct uplink_conf conf = standard;
    conf.qos = 2;
    start_with(&conf);
    connect_broker(CONNACK);
    sample();
    nothing_out();
    assert_int_equal(told()->kind, DELIVERY_SESSION);
    nothing_out();
    const struct journal_state other = {.condition = JOURNAL_READY, .next_number = 100, .session = 99};
    uplink_journal_state(&uplink, &other);
    nothing_out();
    session_kept();
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x34);
    broker("50020001");
    nothing_out();
    assert_int_equal(told()->kind, DELIVERY_SESSION);
    session_kept();
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x62);
    broker("70020001");
    assert_int_equal(settle(), 3);
    session_kept();
    sample();
    nothing_out();
    const struct journal_state failed = {.condition = JOURNAL_NO_MEDIUM, .next_number = 100};
    uplink_journal_state(&uplink, &failed); /* nothing is kept */
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x34);
    broker("50020002");
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x62);
    broker("70020002");
    assert_int_equal(settle(), 6);
    uplink_journal_state(&uplink, &other); /* the medium works again */
    sample();
    nothing_out();
    assert_int_equal(told()->kind, DELIVERY_SESSION);
    session_kept();
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x34);
}

/* Messages of which nothing is left are not waited for. */
static void test_readings_are_gone(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    three_messages(&standard);
    next_start(&standard, 0);
    seq = 9; /* 1 to 9 are in the ledger */
    connect_broker(CONNACK_RESUMED);
    sample();
    size_t len = published(bytes, sizeof bytes, 1);
    assert_int_equal(bytes[0], 0x32);
    assert_non_null(find(bytes, len, "\"seq\":10}"));
    assert_int_equal(mqtt_inflight_count(&uplink.mqtt.inflight), 1);
}

/* A message of which the first readings were given up meanwhile waits for the others like any other. */
static void test_released_in_part(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    two_under_way(&conf);
    next_start(&conf, 1);
    connect_broker(CONNACK_RESUMED);
    published(bytes, sizeof bytes, 0);
    read_values(5);
    size_t len = published(bytes, sizeof bytes, 1);
    assert_null(find(bytes, len, "\"seq\":1}"));
    assert_non_null(find(bytes, len, "\"seq\":6}]"));
    broker("40020008");
    assert_int_equal(settle(), 6);
}

static void test_released_meanwhile(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    three_messages(&standard);
    next_start(&standard, 9);
    connect_broker(CONNACK_RESUMED);
    sample();
    published(bytes, sizeof bytes, 1);
    assert_int_equal(bytes[0], 0x32);
    broker("40020004");
    assert_int_equal(settle(), 12);
}

/* Any bytes may come instead of a session. */
static void test_hostile_session(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    for (unsigned i = 0; i < 256; i++) {
        memset(kept, (int)i, sizeof kept);
        kept_len = i;
        next_start(&standard, 0);
        connect_broker(CONNACK);
        sample();
        published(bytes, sizeof bytes, 1);
        broker("40020001");
        assert_int_equal(settle(), 3);
    }
}

/* Readings of an earlier start, or old ones, are historical; those whose stamps are not from the real-time
 * clock say so. A message has one set of marks. */
static void test_marks(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    start();
    struct stored_reading r = {.reading = {.seq = 1, .mono_ns = 77, .value = 1, .sample_size = 1},
                               .boot = 0,
                               .wall_offset = (int64_t)WALL,
                               .quality = 1};
    uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    r.reading.seq = 2;
    r.boot = 1;
    r.reading.mono_ns = now;
    r.wall_offset = wall_offset;
    uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    r.reading.seq = 3;
    r.quality = CLOCK_UNSET;
    uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    r.reading.seq = 4;
    r.quality = CLOCK_SNTP;
    uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    r.reading.seq = 5;
    r.corrected = 1;
    uplink_stored(&uplink, STORED_READING, &r, sizeof r, now);
    connect_broker(CONNACK);
    size_t len = published(bytes, sizeof bytes, 5);
    const uint8_t *second = find(bytes, len, "\"seq\":1}]");
    assert_non_null(find(bytes, (size_t)(second - bytes), ",\"bhist\":true,"));
    assert_null(find(second, len - (size_t)(second - bytes), "bhist"));
    const uint8_t *third = find(bytes, len, "\"seq\":2}]");
    assert_null(find(bytes, (size_t)(third - bytes), "bclk"));
    const uint8_t *fourth = find(bytes, len, "\"seq\":3}]");
    assert_non_null(find(third, (size_t)(fourth - third), ",\"bclk\":\"unset\","));
    assert_non_null(find(fourth, len - (size_t)(fourth - bytes), ",\"bclk\":\"sntp\","));
    const uint8_t *fifth = find(bytes, len, "\"seq\":4}]");
    assert_null(find(bytes, (size_t)(fifth - bytes), "bcor"));
    assert_non_null(find(fifth, len - (size_t)(fifth - bytes), ",\"bcor\":true,"));
}

/* Readings packed before a long outage are historical when it ends: they are asked for again. */
static void test_outdated_marks(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    const struct stored_start begin = {1, 0};
    start();
    for (unsigned i = 0; i < 30; i++) {
        sample();
    }
    uint64_t readings_taken = seq, taken = now;
    now += 120 * SECOND;
    connect_broker(CONNACK);
    assert_int_equal(uplink.journal.started, 0); /* asked again by connect_broker's settling */
    uplink_stored(&uplink, STORED_START, &begin, sizeof begin, now);
    for (seq = 0; seq < readings_taken;) {
        struct reading r = {.seq = ++seq, .mono_ns = taken, .value = 1, .sample_size = 1};
        give(&r);
    }
    size_t len;
    now += BATCH_HISTORY_NS;
    unsigned packets = drain(bytes, sizeof bytes, &len);
    assert_true(packets > 1);
    unsigned marks = 0;
    for (const uint8_t *at = find(bytes, len, "bhist"); at != NULL;
         at = find(at + 1, len - (size_t)(at + 1 - bytes), "bhist")) {
        marks++;
    }
    assert_int_equal(marks, packets);
}

/* Samples gather as long and as many as the configuration says. */
static void test_batches(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    struct uplink_conf conf = standard;
    conf.batch_ms = 5000;
    conf.batch_readings = 9;
    start_with(&conf);
    connect_broker(CONNACK);
    sample();
    nothing_out();
    sample();
    nothing_out();
    sample();
    size_t len = published(bytes, sizeof bytes, 1); /* nine */
    assert_non_null(find(bytes, len, ",\"t\":2.000,\"seq\":9}]"));
    sample();
    nothing_out();
    settle();
    now += 5 * SECOND;
    uplink_tick(&uplink, now);
    len = published(bytes, sizeof bytes, 1); /* old enough */
    assert_non_null(find(bytes, len, "\"seq\":12}]"));
}

/* The journal starts anew: it is asked again, and what is in flight stays in flight. */
static void test_journal_restart(void **state)
{
    (void)state;
    static uint8_t bytes[8192];
    const struct stored_start begin = {1, 0};
    start();
    connect_broker(CONNACK);
    sample();
    published(bytes, sizeof bytes, 1);
    sample();
    uplink_journal_restarted(&uplink);
    uplink_journal_restarted(&uplink); /* seen on both rings */
    const struct reading stale = {.seq = 7, .mono_ns = now, .value = 1, .sample_size = 1};
    give(&stale);
    assert_int_equal(told()->kind, DELIVERY_RESUME);
    uplink_stored(&uplink, STORED_START, &begin, sizeof begin, now);
    seq = 0;
    for (unsigned i = 0; i < 6; i++) {
        read_value(i % 3, 3);
    }
    size_t len = published(bytes, sizeof bytes, 1);
    assert_non_null(find(bytes, len, "\"seq\":4}"));
    assert_null(find(bytes, len, "\"seq\":3}"));
    broker("4002000140020002");
    assert_int_equal(settle(), 6);
}

/* Without a word of the journal MQTT waits a while and then begins without a session. */
static void test_silent_journal(void **state)
{
    (void)state;
    now = 10 * SECOND;
    assert_true(uplink_init(&uplink, &standard, 1012, now));
    uplink_tick(&uplink, now);
    take(STREAM_OPEN);
    message(STREAM_OPENED, uplink.stream_id, "", 0);
    nothing_out();
    assert_int_equal(uplink_deadline(&uplink), now + 15 * SECOND);
    now += 15 * SECOND;
    uplink_tick(&uplink, now);
    assert_int_equal(take(STREAM_DATA).data.at[0], 0x10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_are_packed_again),
        cmocka_unit_test(test_complete_messages_are_remembered),
        cmocka_unit_test(test_an_answer_before_the_readings_is_kept),
        cmocka_unit_test(test_messages_under_way_wait_for_their_readings),
        cmocka_unit_test(test_messages_that_were_received_wait_for_their_readings),
        cmocka_unit_test(test_what_is_left_over_is_not_overtaken),
        cmocka_unit_test(test_what_does_not_come_is_not_waited_for),
        cmocka_unit_test(test_session_lost),
        cmocka_unit_test(test_answer_before_reading),
        cmocka_unit_test(test_write_ahead),
        cmocka_unit_test(test_readings_are_gone),
        cmocka_unit_test(test_released_in_part),
        cmocka_unit_test(test_released_meanwhile),
        cmocka_unit_test(test_hostile_session),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_outdated_marks),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_journal_restart),
        cmocka_unit_test(test_silent_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
