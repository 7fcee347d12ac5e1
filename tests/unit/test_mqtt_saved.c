/* SPDX-License-Identifier: BSD-2-Clause */
/* The saved session: what is written is read back, and of what comes from outside only sense is taken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "mqtt/saved.h"

static const struct mqtt_saved example = {
    .last_id = 0xfffe,
    .count = 3,
    .entry = {{UINT64_C(0x1122334455667788), 31, 0xfffd, 2, MQTT_SAVED_RELEASE},
              {1, 0, 0, 1, MQTT_SAVED_DONE},
              {2, UINT32_MAX, 7, 1, MQTT_SAVED_PUBLISH}},
};

/* Reads from a copy of the exact length, so that the sanitizer sees every byte read too many. */
static bool read_copy(struct mqtt_saved *saved, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len + 1);
    memcpy(copy + 1, bytes, len);
    bool good = mqtt_saved_read(saved, copy + 1, len);
    free(copy);
    return good;
}

static void test_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[MQTT_SAVED_SIZE];
    struct mqtt_saved back;
    size_t len = mqtt_saved_write(&example, bytes);
    assert_int_equal(len, 4 + 3 * 15);
    assert_true(read_copy(&back, bytes, len));
    assert_int_equal(back.last_id, example.last_id);
    assert_int_equal(back.count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(back.entry[i].first, example.entry[i].first);
        assert_int_equal(back.entry[i].extent, example.entry[i].extent);
        assert_int_equal(back.entry[i].id, example.entry[i].id);
        assert_int_equal(back.entry[i].qos, example.entry[i].qos);
        assert_int_equal(back.entry[i].stage, example.entry[i].stage);
    }
}

static void test_full_and_empty(void **state)
{
    (void)state;
    uint8_t bytes[MQTT_SAVED_SIZE];
    struct mqtt_saved full = {.last_id = 9, .count = MQTT_SAVED_ENTRIES}, back;
    for (unsigned i = 0; i < MQTT_SAVED_ENTRIES; i++) {
        full.entry[i] = (struct mqtt_saved_entry){1 + 10 * i, 9, (uint16_t)(1 + i), 1, MQTT_SAVED_PUBLISH};
    }
    assert_true(read_copy(&back, bytes, mqtt_saved_write(&full, bytes)));
    assert_int_equal(back.entry[15].first, 151);
    full.count = 0;
    assert_true(read_copy(&back, bytes, mqtt_saved_write(&full, bytes)));
    assert_int_equal(back.last_id, 9);
    assert_false(read_copy(&back, bytes, 0));
}

static bool accepted(unsigned entry, struct mqtt_saved_entry e)
{
    uint8_t bytes[MQTT_SAVED_SIZE];
    struct mqtt_saved saved = example, back;
    saved.entry[entry] = e;
    bool good = read_copy(&back, bytes, mqtt_saved_write(&saved, bytes));
    assert_true(good || back.count == 0);
    return good;
}

static void test_nonsense(void **state)
{
    (void)state;
    static const struct mqtt_saved_entry bad[] = {
        {0, 0, 9, 1, MQTT_SAVED_PUBLISH},          /* no such number */
        {UINT64_MAX, 1, 9, 1, MQTT_SAVED_PUBLISH}, /* runs over the end */
        {5000000000, 0, 0, 1, MQTT_SAVED_PUBLISH}, /* no identifier */
        {5000000000, 0, 9, 1, MQTT_SAVED_DONE},    /* one too many */
        {5000000000, 0, 9, 0, MQTT_SAVED_PUBLISH}, /* no such QoS */
        {5000000000, 0, 9, 3, MQTT_SAVED_PUBLISH},
        {5000000000, 0, 9, 1, MQTT_SAVED_RELEASE},  /* not of QoS 1 */
        {5000000000, 0, 9, 2, MQTT_SAVED_LATE + 1}, /* no such stage */
        {5000000000, 0, 7, 2, MQTT_SAVED_PUBLISH},  /* identifier twice */
        {2, 0, 9, 2, MQTT_SAVED_PUBLISH},           /* overlap */
        {UINT64_C(0x1122334455667788) - 5, 5, 9, 2, MQTT_SAVED_PUBLISH},
    };
    assert_true(accepted(1, (struct mqtt_saved_entry){5000000000, 0, 9, 1, MQTT_SAVED_PUBLISH}));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(accepted(1, bad[i]));
    }
    /* What is late on this connection is to be sent on the next. */
    uint8_t bytes[MQTT_SAVED_SIZE];
    struct mqtt_saved saved = example, back;
    saved.entry[2].stage = MQTT_SAVED_LATE;
    assert_true(read_copy(&back, bytes, mqtt_saved_write(&saved, bytes)));
    assert_int_equal(back.entry[2].stage, MQTT_SAVED_PUBLISH);
}

/* Every length, and every value of every byte: taken or refused, and what is taken keeps the rules. */
static void test_mutations(void **state)
{
    (void)state;
    uint8_t bytes[MQTT_SAVED_SIZE], changed[MQTT_SAVED_SIZE];
    struct mqtt_saved back;
    size_t len = mqtt_saved_write(&example, bytes);
    memset(bytes + len, 0, sizeof bytes - len);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        assert_int_equal(read_copy(&back, bytes, cut), cut == len);
    }
    for (size_t at = 0; at < len; at++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(changed, bytes, len);
            changed[at] = (uint8_t)value;
            if (read_copy(&back, changed, len)) {
                uint8_t again[MQTT_SAVED_SIZE];
                assert_int_equal(back.count, 3);
                assert_int_equal(mqtt_saved_write(&back, again), len);
                assert_memory_equal(again, changed, len);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_full_and_empty),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
