/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes with a session besides its messages: the subscription, the will, and the next client's start. */
#include "mqtt_client_fixture.h"

/* The retained message of one topic, read back; other topics are still not asked for. */
static void test_subscription(void **state)
{
    (void)state;
    up();
    assert_int_equal(mqtt_client_unsubscribe(&client), MQTT_ERR_STATE);
    assert_int_equal(mqtt_client_subscribe(&client, text("")), MQTT_ERR_ARGUMENT);
    assert_int_equal(mqtt_client_subscribe(&client, text("h")), MQTT_OK);
    assert_int_equal(mqtt_client_subscribe(&client, text("h")), MQTT_ERR_STATE);
    expect_output("82070001000001"
                  "6804");
    assert_int_equal(publish(1), MQTT_OK); /* another identifier */
    expect_output("3207000174000200"
                  "78");
    struct mqtt_event e = server("900400010000");
    assert_int_equal(e.kind, MQTT_EVENT_SUBSCRIBED);
    assert_int_equal(e.reason, 0);
    e = server("310600016800"
               "6f6b");
    assert_int_equal(e.kind, MQTT_EVENT_MESSAGE);
    assert_true(e.retained);
    e = server("3208000168"
               "0009"
               "00"
               "6f6b");
    assert_int_equal(e.kind, MQTT_EVENT_MESSAGE);
    assert_false(e.retained);
    expect_output("40020009");
    assert_int_equal(server("310600016900"
                            "6f6b")
                         .kind,
                     MQTT_EVENT_NONE);
    assert_int_equal(client.counters.unasked, 1);
    assert_int_equal(mqtt_client_unsubscribe(&client), MQTT_OK);
    expect_output("a206000300000168");
    assert_int_equal(server("310600016800"
                            "6f6b")
                         .kind,
                     MQTT_EVENT_NONE);
    assert_int_equal(server("b00400030000").kind, MQTT_EVENT_NONE);
    assert_int_equal(server("b00400030000").error, MQTT_ERR_UNEXPECTED);
}

static void test_subscription_refused(void **state)
{
    (void)state;
    up();
    assert_int_equal(mqtt_client_subscribe(&client, text("h")), MQTT_OK);
    expect_output(NULL);
    struct mqtt_event e = server("900400010087");
    assert_int_equal(e.kind, MQTT_EVENT_SUBSCRIBED);
    assert_int_equal(e.reason, 0x87);
    assert_int_equal(mqtt_client_subscribe(&client, text("h")), MQTT_OK);
    assert_int_equal(server("900400090000").error, MQTT_ERR_UNEXPECTED); /* not its identifier */
    mqtt_client_closed(&client);
    connect_with("2003000000");
    assert_int_equal(mqtt_client_subscribe(&client, text("h")), MQTT_OK); /* it ended with the connection */
}

/* A server that does not take the will gets a CONNECT without it, once and at once. */
static void test_will_refused(void **state)
{
    (void)state;
    static const struct mqtt_will will = {{(const uint8_t *)"h", 1}, {(const uint8_t *)"off", 3}, 1, true, 5};
    start();
    client.settings.will = &will;
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[9], 0x02 | 0x04 | 0x08 | 0x20);
    struct mqtt_event e = server("2003009a00");
    assert_int_equal(e.kind, MQTT_EVENT_REFUSED);
    assert_true(e.try_again);
    mqtt_client_closed(&client);
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[9], 0x02);
    assert_false(server("2003009a00").try_again);
}

/* Identifiers and DUP go on in the client of the next start. */
static void test_restored(void **state)
{
    (void)state;
    uint8_t bytes[MQTT_SAVED_SIZE];
    uint64_t token;
    struct mqtt_saved saved = {.count = 0};
    up();
    for (uint64_t t = 1; t <= 3; t++) {
        assert_int_equal(publish(t), MQTT_OK);
    }
    assert_int_equal(server("40020003").token, 3);
    mqtt_client_save(&client, &saved);
    size_t len = mqtt_saved_write(&saved, bytes);
    start();
    assert_true(mqtt_saved_read(&saved, bytes, len));
    mqtt_client_restore(&client, &saved);
    mqtt_client_open(&client, now);
    assert_int_equal(mqtt_client_output(&client).at[9], 0);
    expect_output(NULL);
    server("2003010000");
    assert_true(mqtt_client_next_resend(&client, &token) && token == 1);
    assert_int_equal(publish(1), MQTT_OK);
    expect_output("3a07000174000100"
                  "78");
    assert_int_equal(publish(2), MQTT_OK);
    expect_output("3a07000174000200"
                  "78");
    assert_int_equal(publish_bytes(text("t"), text("x"), 1, false, 4), MQTT_OK);
    expect_output("3207000174000400"
                  "78");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subscription),
        cmocka_unit_test(test_subscription_refused),
        cmocka_unit_test(test_will_refused),
        cmocka_unit_test(test_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
