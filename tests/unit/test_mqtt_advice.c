/* SPDX-License-Identifier: BSD-2-Clause */
/* Every reason code that the specification lets a server send has its answer (2.4, 3.2.2.2, 3.4.2.1, 3.5.2.1,
 * 3.14.2.1). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include "mqtt/advice.h"
#include "mqtt/text.h"

/* By code from 0x80 on; '.' is a code that PUBACK and PUBREC cannot carry. */
static const char message_row[] = "e..e...n........nr.....w.n..........";
static const char message_of[] = {[MQTT_MESSAGE_TAKEN] = 't',
                                  [MQTT_MESSAGE_WAIT] = 'w',
                                  [MQTT_MESSAGE_TRY_AGAIN] = 'e',
                                  [MQTT_MESSAGE_RENUMBER] = 'r',
                                  [MQTT_MESSAGE_NOT_WANTED] = 'n'};

/* Likewise of CONNACK and DISCONNECT. */
static const char link_row[] = "accaooooBBoaoaoacaaaacBBocWWooaBaaa";

static void test_messages(void **state)
{
    (void)state;
    unsigned known = 0;
    for (unsigned code = 0; code < 256; code++) {
        enum mqtt_message_advice advice = mqtt_message_advice((uint8_t)code);
        bool carried = mqtt_reason_valid(MQTT_PUBACK, (uint8_t)code);
        assert_int_equal(carried, mqtt_reason_valid(MQTT_PUBREC, (uint8_t)code));
        if (code < 0x80) {
            assert_int_equal(advice, MQTT_MESSAGE_TAKEN);
        } else if (carried) {
            known++;
            assert_int_equal(message_of[advice], message_row[code - 0x80]);
        } else if (code != 0x92 && code != 0x95) {
            assert_int_equal(advice, MQTT_MESSAGE_TRY_AGAIN);
        }
    }
    assert_int_equal(known, 7);
    assert_int_equal(mqtt_message_advice(0x92), MQTT_MESSAGE_TAKEN);
    assert_int_equal(mqtt_message_advice(0x95), MQTT_MESSAGE_NOT_WANTED);
}

static void test_links(void **state)
{
    (void)state;
    static const char letter[] = {[MQTT_LINK_AGAIN] = 'a',
                                  [MQTT_LINK_BUSY] = 'B',
                                  [MQTT_LINK_OPERATOR] = 'o',
                                  [MQTT_LINK_WILL] = 'W',
                                  [MQTT_LINK_CONTENT] = 'c'};
    for (unsigned code = 0x80; code < 0x80 + sizeof link_row - 1; code++) {
        bool carried = mqtt_reason_valid(MQTT_CONNACK, (uint8_t)code) ||
                       mqtt_reason_valid(MQTT_DISCONNECT, (uint8_t)code);
        char is = letter[mqtt_link_advice((uint8_t)code)];
        if (is != link_row[code - 0x80]) {
            fail_msg("0x%02x is %c (a server %s send it)", code, is, carried ? "may" : "must not");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
