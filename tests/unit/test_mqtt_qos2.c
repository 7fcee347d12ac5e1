/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QoS 2 against a model of a broker: the connection breaks, or the power of the client goes, after every
 * single packet and every save, once and twice; each message must come out of the broker exactly once. The
 * model hands messages on either when they arrive or when they are released (4.3.3 allows both).
 */
#include "mqtt_client_fixture.h"

#define MESSAGES 5u
#define NEVER    UINT32_MAX

enum method { AT_PUBLISH, AT_RELEASE };
enum accident { LINK, POWER };

static struct {
    enum method method;
    bool session;
    uint8_t stored[16]; /* by identifier: the message that waits for PUBREL */
    unsigned delivered[MESSAGES + 1];
    uint8_t answers[256];
    size_t answers_len;
} broker;

static struct {
    uint8_t durable[MQTT_SAVED_SIZE]; /* as the journal has it */
    size_t durable_len;
    uint8_t given[MQTT_SAVED_SIZE]; /* on its way there */
    size_t given_len;
    bool giving;
    bool done[MESSAGES + 1];         /* what the client was told */
    bool durable_done[MESSAGES + 1]; /* and what of it the journal has */
    uint32_t steps;
    uint32_t accident_at[2];
} run;

static void answer(uint8_t type, uint8_t high, uint8_t low)
{
    const uint8_t packet[] = {type, 2, high, low};
    memcpy(broker.answers + broker.answers_len, packet, sizeof packet);
    broker.answers_len += sizeof packet;
}

static void broker_packet(const uint8_t *p)
{
    switch (p[0] >> 4) {
    case MQTT_CONNECT:
        if (p[9] & 2) { /* clean start */
            memset(broker.stored, 0, sizeof broker.stored);
            broker.session = false;
        }
        memcpy(broker.answers, broker.session ? "\x20\x03\x01\x00\x00" : "\x20\x03\x00\x00\x00", 5);
        broker.answers_len = 5;
        broker.session = true;
        break;
    case MQTT_PUBLISH: { /* topic "t", identifier, no properties, one byte */
        uint8_t id = p[6], content = p[8];
        assert_int_equal(p[0] & 6, 4);
        assert_int_equal(p[5], 0);
        assert_true(id != 0 && id < 16);
        if (broker.stored[id] == 0) {
            broker.stored[id] = content;
            broker.delivered[content] += broker.method == AT_PUBLISH;
        }
        assert_int_equal(broker.stored[id], content); /* an identifier in use must not mean something else */
        answer(0x50, 0, id);
        break;
    }
    case MQTT_PUBREL:
        broker.delivered[broker.stored[p[3]]] += broker.method == AT_RELEASE && broker.stored[p[3]] != 0;
        broker.stored[p[3]] = 0;
        answer(0x70, 0, p[3]);
        break;
    default:
        fail_msg("packet %02x", p[0]);
    }
}

/* An accident is due after this many steps. */
static bool step(void)
{
    run.steps++;
    return run.steps == run.accident_at[0] || run.steps == run.accident_at[1];
}

static void set_up(void)
{
    struct mqtt_saved saved;
    start();
    struct mqtt_settings settings = client.settings;
    settings.write_ahead = true;
    assert_int_equal(
        mqtt_client_init(&client, &settings, in_buffer, sizeof in_buffer, out_buffer, sizeof out_buffer),
        MQTT_OK);
    if (run.durable_len != 0) {
        assert_true(mqtt_saved_read(&saved, run.durable, run.durable_len));
        mqtt_client_restore(&client, &saved);
    }
    memcpy(run.done, run.durable_done, sizeof run.done);
    run.giving = false;
}

static void give(uint64_t token)
{
    const uint8_t content = (uint8_t)token;
    const struct mqtt_message m = {
        .topic = text("t"), .payload = {&content, 1}, .token = token, .qos = 2, .lasting = true};
    assert_int_equal(mqtt_client_publish(&client, &m, now), MQTT_OK);
}

static bool in_flight(uint64_t token)
{
    for (uint32_t i = 0; i < mqtt_inflight_count(&client.inflight); i++) {
        if (mqtt_inflight_at(&client.inflight, i)->token == token) {
            return true;
        }
    }
    return false;
}

static void publish_all(void)
{
    uint64_t token;
    while (mqtt_client_next_resend(&client, &token)) {
        give(token);
    }
    for (token = 1; token <= MESSAGES && mqtt_client_room(&client) != 0; token++) {
        if (!run.done[token] && !in_flight(token)) {
            give(token);
        }
    }
}

/* Saves as the uplink would; the save is durable one step later. */
static bool save(void)
{
    if (run.giving) {
        memcpy(run.durable, run.given, run.given_len);
        run.durable_len = run.given_len;
        memcpy(run.durable_done, run.done, sizeof run.done);
        run.giving = false;
        bool accident = step(); /* durable, but nobody was told */
        mqtt_client_saved(&client);
        return accident;
    }
    if (!mqtt_client_wants_save(&client)) {
        return false;
    }
    struct mqtt_saved saved = {.count = 0};
    mqtt_client_save(&client, &saved);
    run.given_len = mqtt_saved_write(&saved, run.given);
    run.giving = true;
    return step();
}

/* One packet of the client to the broker. */
static bool send_one(bool *any)
{
    struct mqtt_bytes out = mqtt_client_output(&client);
    *any = out.len != 0;
    if (out.len == 0) {
        return false;
    }
    size_t size = 2u + out.at[1];
    assert_true(size <= out.len);
    uint8_t packet[64];
    memcpy(packet, out.at, size);
    mqtt_client_sent(&client, size, now);
    broker_packet(packet);
    return step();
}

/* One answer of the broker to the client. */
static bool receive_one(bool *any)
{
    struct mqtt_event event;
    *any = broker.answers_len != 0;
    if (broker.answers_len == 0) {
        return false;
    }
    size_t size = 2u + broker.answers[1];
    assert_int_equal(mqtt_client_receive(&client, broker.answers, size, now, &event), size);
    broker.answers_len -= size;
    memmove(broker.answers, broker.answers + size, broker.answers_len);
    assert_true(event.kind == MQTT_EVENT_NONE || event.kind == MQTT_EVENT_CONNECTED ||
                event.kind == MQTT_EVENT_ACKNOWLEDGED);
    if (event.kind == MQTT_EVENT_ACKNOWLEDGED) {
        assert_true(event.token >= 1 && event.token <= MESSAGES);
        assert_int_equal(mqtt_message_advice(event.reason), MQTT_MESSAGE_TAKEN);
        run.done[event.token] = true;
    }
    return step();
}

/* Until everything is delivered, saved and quiet; true: an accident happened on the way. */
static bool work(void)
{
    bool sent = true, received = true;
    while (sent || received || run.giving || mqtt_client_wants_save(&client)) {
        publish_all();
        if (save() || send_one(&sent) || receive_one(&received)) {
            return true;
        }
    }
    return false;
}

static uint32_t play(enum method method, enum accident accident, uint32_t first, uint32_t second)
{
    memset(&broker, 0, sizeof broker);
    memset(&run, 0, sizeof run);
    broker.method = method;
    run.accident_at[0] = first;
    run.accident_at[1] = second;
    set_up();
    do {
        if (client.state != MQTT_CLOSED && accident == LINK) {
            mqtt_client_closed(&client);
            client.version = MQTT_5; /* the model speaks nothing else */
        } else if (client.state != MQTT_CLOSED) {
            set_up();
        }
        broker.answers_len = 0;
        assert_int_equal(mqtt_client_open(&client, now), MQTT_OK);
    } while (work());
    for (unsigned i = 1; i <= MESSAGES; i++) {
        assert_true(run.done[i]);
        if (broker.delivered[i] != 1) {
            fail_msg("message %u delivered %u times (method %d, accident %d at %u and %u)", i,
                     broker.delivered[i], method, accident, first, second);
        }
    }
    assert_int_equal(mqtt_inflight_count(&client.inflight), 0);
    return run.steps;
}

static void play_all(enum accident accident)
{
    for (int method = AT_PUBLISH; method <= (int)AT_RELEASE; method++) {
        uint32_t steps = play((enum method)method, accident, NEVER, NEVER);
        assert_true(steps > 20);
        for (uint32_t first = 1; first <= steps; first++) {
            play((enum method)method, accident, first, NEVER);
            for (uint32_t second = first + 1; second <= 2 * steps; second++) {
                play((enum method)method, accident, first, second);
            }
        }
    }
}

static void test_connection_lost_anywhere(void **state)
{
    (void)state;
    play_all(LINK);
}

static void test_power_cut_anywhere(void **state)
{
    (void)state;
    play_all(POWER);
}

static void test_handshake(void **state)
{
    (void)state;
    up();
    give(7);
    expect_output("340700017400010007");
    now += 5;
    assert_int_equal(server("50020001").kind, MQTT_EVENT_NONE);
    expect_output("62020001");
    now += 7;
    struct mqtt_event e = server("70020001");
    assert_int_equal(e.kind, MQTT_EVENT_ACKNOWLEDGED);
    assert_int_equal(e.token, 7);
    assert_int_equal(e.round_trip_ns, 7);
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW);
}

static void test_handshake_311(void **state)
{
    (void)state;
    start();
    connect_with("20020001");
    mqtt_client_closed(&client);
    connect_with("20020000");
    give(7);
    expect_output("3406000174000107");
    server("50020001");
    expect_output("62020001");
    assert_int_equal(server("70020001").token, 7);
    server("50020009"); /* nothing in flight: answered all the same */
    expect_output("62020009");
}

static void test_refused(void **state)
{
    (void)state;
    up();
    give(7);
    expect_output(NULL);
    struct mqtt_event e = server("5003000199");
    assert_int_equal(e.kind, MQTT_EVENT_ACKNOWLEDGED);
    assert_int_equal(e.reason, 0x99);
    assert_int_equal(client.counters.rejected, 1);
    expect_output("");
    assert_int_equal(mqtt_client_room(&client), MQTT_WINDOW);
}

static void test_answers_out_of_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {"40020001", "70020001"}; /* PUBACK; PUBCOMP before PUBREC */
    for (size_t i = 0; i < 2; i++) {
        up();
        give(7);
        expect_output(NULL);
        assert_int_equal(server(wrong[i]).error, MQTT_ERR_UNEXPECTED);
    }
    up();
    assert_int_equal(publish(1), MQTT_OK);
    expect_output(NULL);
    assert_int_equal(server("50020001").error, MQTT_ERR_UNEXPECTED); /* PUBREC of QoS 1 */
    up();
    give(7);
    expect_output(NULL);
    server("50020001");
    expect_output("62020001");
    server("50020001"); /* again: the server did not see PUBREL */
    expect_output("62020001");
    server("50020009"); /* not in flight: the server may forget it */
    expect_output("6203000992");
    assert_int_equal(server("70020009").kind, MQTT_EVENT_NONE);
    assert_int_equal(client.counters.unknown_acks, 2);
    struct mqtt_event e = server("7003000192"); /* the server knows no more of it */
    assert_int_equal(e.kind, MQTT_EVENT_ACKNOWLEDGED);
    assert_int_equal(mqtt_message_advice(e.reason), MQTT_MESSAGE_TAKEN);
    assert_int_equal(client.counters.rejected, 0);
}

/* PUBREL counts against the receive maximum until PUBCOMP, and after a reconnect comes before anything new.
 */
static void test_window(void **state)
{
    (void)state;
    start();
    connect_with("2006000003210002");
    give(1);
    give(2);
    expect_output(NULL);
    server("50020001");
    expect_output("62020001");
    assert_int_equal(mqtt_client_room(&client), 0);
    mqtt_client_closed(&client);
    connect_with("2006010003210002");
    expect_output("62020001");
    assert_int_equal(mqtt_client_room(&client), 1);
    give(2);
    expect_output("3c0700017400020002");
    assert_int_equal(mqtt_client_room(&client), 0);
    assert_int_equal(server("70020001").token, 1);
    assert_int_equal(mqtt_client_room(&client), 1);
}

static void test_release_timeout(void **state)
{
    (void)state;
    struct mqtt_event e;
    up();
    give(1);
    expect_output(NULL);
    now += 20 * SECOND;
    server("50020001");
    expect_output("62020001");
    assert_int_equal(mqtt_client_deadline(&client), now + 30 * SECOND);
    mqtt_client_tick(&client, now + 30 * SECOND, &e);
    assert_int_equal(e.error, MQTT_ERR_ACK_TIMEOUT);
}

/* With a full output PUBREL waits until there is room. */
static void test_release_without_room(void **state)
{
    (void)state;
    static uint8_t big[sizeof out_buffer];
    up();
    give(1);
    expect_output(NULL);
    const struct mqtt_bytes payload = {big, sizeof out_buffer - MQTT_OUTPUT_RESERVE - 7};
    assert_int_equal(publish_bytes(text("t"), payload, 0, false, 0), MQTT_OK);
    for (unsigned i = 0; i < 3; i++) {
        server("50020063"); /* each takes room of the reserve */
    }
    server("50020001");
    expect_output(NULL);
    expect_output("62020001");
    assert_int_equal(server("70020001").token, 1);
}

/* Nothing that depends on unsaved state goes out; what was written before it does. */
static void test_write_ahead(void **state)
{
    (void)state;
    struct mqtt_saved saved = {.count = 0};
    start();
    client.settings.write_ahead = true;
    connect_with("2003000000");
    assert_int_equal(publish_bytes(text("t"), text("x"), 1, false, 50), MQTT_OK);
    give(1);
    assert_true(mqtt_client_wants_save(&client));
    expect_output("320700017400010078"); /* QoS 1 depends on nothing */
    mqtt_client_save(&client, &saved);
    assert_false(mqtt_client_wants_save(&client));
    give(2); /* after the save */
    expect_output("");
    mqtt_client_saved(&client);
    expect_output("340700017400020001");
    assert_true(mqtt_client_wants_save(&client));
    saved.count = 0;
    mqtt_client_save(&client, &saved);
    mqtt_client_closed(&client); /* the save becomes durable on the next connection only */
    connect_with("2003010000");
    assert_int_equal(mqtt_client_output(&client).len, 0);
    mqtt_client_saved(&client);
    assert_int_equal(saved.count, 3);
    assert_int_equal(saved.last_id, 3);
}

/* A message that comes back smaller stands for what it holds, before the server has it. */
static void test_less_is_sent_again(void **state)
{
    (void)state;
    struct mqtt_saved saved = {.count = 0};
    struct mqtt_message m = {
        .topic = text("t"), .payload = text("x"), .token = 9, .extent = 11, .qos = 2, .lasting = true};
    start();
    client.settings.write_ahead = true;
    connect_with("2003000000");
    assert_int_equal(mqtt_client_publish(&client, &m, now), MQTT_OK);
    mqtt_client_save(&client, &saved);
    mqtt_client_saved(&client);
    assert_int_equal(saved.entry[0].extent, 11);
    expect_output("340700017400010078");
    mqtt_client_closed(&client);
    connect_with("2003010000");
    m.extent = 0;
    assert_int_equal(mqtt_client_publish(&client, &m, now), MQTT_OK);
    expect_output("");
    assert_true(mqtt_client_wants_save(&client));
    saved.count = 0;
    mqtt_client_save(&client, &saved);
    assert_int_equal(saved.count, 1);
    assert_int_equal(saved.entry[0].extent, 0);
    mqtt_client_saved(&client);
    expect_output("3c0700017400010078");
}

/* What does not last is not sent again, not saved, and its identifier is free. */
static void test_passing_message(void **state)
{
    (void)state;
    uint64_t token;
    struct mqtt_saved saved = {.count = 0};
    const struct mqtt_message m = {.topic = text("t"), .payload = text("x"), .token = 9, .qos = 1};
    up();
    assert_int_equal(mqtt_client_publish(&client, &m, now), MQTT_OK);
    assert_int_equal(publish(10), MQTT_OK);
    mqtt_client_save(&client, &saved);
    assert_int_equal(saved.count, 1);
    assert_int_equal(saved.entry[0].first, 10);
    mqtt_client_closed(&client);
    connect_with("2003010000");
    assert_true(mqtt_client_next_resend(&client, &token) && token == 10);
    assert_int_equal(publish(10), MQTT_OK);
    expect_output("3a0700017400020078");
    assert_false(mqtt_client_next_resend(&client, &token));
    assert_true(mqtt_client_room(&client) == MQTT_WINDOW - 1);
}

static void test_forget(void **state)
{
    (void)state;
    uint64_t token;
    up();
    assert_int_equal(publish(1), MQTT_OK);
    assert_int_equal(publish(2), MQTT_OK);
    assert_false(mqtt_client_forget(&client, 1)); /* it is with the server */
    mqtt_client_closed(&client);
    connect_with("2003010000");
    assert_true(mqtt_client_forget(&client, 1));
    assert_false(mqtt_client_forget(&client, 1));
    assert_true(mqtt_client_next_resend(&client, &token) && token == 2);
}

/* A server that takes QoS 1 at most gets QoS 1. */
static void test_lower_qos(void **state)
{
    (void)state;
    start();
    connect_with("20050000022401");
    give(7);
    expect_output("320700017400010007");
    assert_int_equal(server("40020001").token, 7);
}

static void test_expiry(void **state)
{
    (void)state;
    const struct mqtt_message m = {
        .topic = text("t"), .payload = text("x"), .token = 9, .qos = 1, .expiry_s = 3600};
    up();
    assert_int_equal(mqtt_client_publish(&client, &m, now), MQTT_OK);
    expect_output("320c000174000105"
                  "0200000e10"
                  "78");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake),
        cmocka_unit_test(test_handshake_311),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_answers_out_of_place),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_release_timeout),
        cmocka_unit_test(test_release_without_room),
        cmocka_unit_test(test_write_ahead),
        cmocka_unit_test(test_less_is_sent_again),
        cmocka_unit_test(test_passing_message),
        cmocka_unit_test(test_forget),
        cmocka_unit_test(test_lower_qos),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_connection_lost_anywhere),
        cmocka_unit_test(test_power_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
