/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's SenML reader: what it takes, and that no damaged payload does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "senml.h"

#define NOW_NS INT64_C(1800000000000000000)

static const char pack[] =
    "[{\"bn\":\"postern-0001/\",\"bt\":1763696000.123456789,\"bu\":\"Cel\",\"n\":\"bme280/temperature\","
    "\"v\":-21.370,\"seq\":18446744073709551614},\n"
    " {\"n\":\"a/b/pressure\",\"u\":\"Pa\",\"t\":-0.5,\"v\":98543,\"seq\":18},"
    " {\"n\":\"bme280/x\",\"bt\":-3,\"v\":1.0e-3,\"seq\":19,\"other\":[{}]}] \n";

static struct reading out[SENML_MAX_RECORDS];
static char error[SENML_ERROR_SIZE];

static size_t parse(const char *text, size_t size)
{
    /* A copy of exactly that size, so that the sanitizer sees a read beyond it. */
    char *copy = malloc(size == 0 ? 1 : size);

    assert_non_null(copy);
    memcpy(copy, text, size);
    size_t count = senml_parse(copy, size, "postern-0001", NOW_NS, out, error);
    free(copy);
    return count;
}

static void test_takes_a_pack(void **state)
{
    (void)state;
    assert_int_equal(parse(pack, strlen(pack)), 3);
    assert_string_equal(out[0].device, "postern-0001");
    assert_string_equal(out[0].sensor, "bme280");
    assert_string_equal(out[0].quantity, "temperature");
    assert_string_equal(out[0].value, "-21.370");
    assert_string_equal(out[0].unit, "Cel");
    assert_true(out[0].seq == UINT64_MAX - 1);
    assert_true(out[0].time_ns == INT64_C(1763696000123456789));
    assert_string_equal(out[1].sensor, "a/b");
    assert_string_equal(out[1].value, "98543");
    assert_string_equal(out[1].unit, "Pa");
    assert_true(out[1].time_ns == INT64_C(1763695999623456789));
    /* The base unit holds on; the new base time is relative to now. */
    assert_string_equal(out[2].unit, "Cel");
    assert_string_equal(out[2].value, "1.0e-3");
    assert_true(out[2].time_ns == NOW_NS - INT64_C(3000000000));
}

static void test_marks_hold_for_the_pack(void **state)
{
    static const char marked[] =
        "[{\"bhist\":true,\"bcor\":true,\"bclk\":\"sntp\",\"n\":\"postern-0001/s/q\",\"v\":1,\"seq\":1},"
        "{\"n\":\"postern-0001/s/q\",\"v\":1,\"seq\":2}]";
    static const char *const bad[] = {"\"bhist\":1", "\"bcor\":1",           "\"bcor\":\"true\"",
                                      "\"bclk\":7",  "\"bclk\":\"\\u001b\"", "\"bclk\":\"0123456789abcdef\""};
    char text[128];

    (void)state;
    assert_int_equal(parse(marked, strlen(marked)), 2);
    assert_true(out[0].historical && out[1].historical);
    assert_true(out[0].corrected && out[1].corrected);
    assert_string_equal(out[1].clock, "sntp");
    assert_int_equal(parse(pack, strlen(pack)), 3);
    assert_false(out[0].historical || out[0].corrected);
    assert_string_equal(out[0].clock, "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)snprintf(text, sizeof(text), "[{%s,\"n\":\"postern-0001/s/q\",\"v\":1,\"seq\":1}]", bad[i]);
        assert_int_equal(parse(text, strlen(text)), 0);
    }
}

static void test_every_truncation_is_refused(void **state)
{
    size_t whole = strlen(pack) - 2;

    (void)state;
    for (size_t size = 0; size < whole; size++) {
        error[0] = '\0';
        assert_int_equal(parse(pack, size), 0);
        assert_true(strlen(error) > 0);
    }
    assert_int_equal(parse(pack, whole), 3);
}

static void test_damage_does_no_harm(void **state)
{
    uint32_t random = 7;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof(pack)];

        memcpy(text, pack, sizeof(pack));
        for (int i = 0; i < 1 + round % 3; i++) {
            random = random * 1664525u + 1013904223u;
            text[(random >> 8) % (sizeof(pack) - 1)] = (char)(random >> 24);
        }
        size_t count = parse(text, sizeof(pack) - 1);

        assert_true(count <= 3);
        for (size_t i = 0; i < count; i++) {
            assert_string_equal(out[i].device, "postern-0001");
            assert_int_equal(strspn(out[i].value, "+-0123456789.eE"), strlen(out[i].value));
        }
    }
}

static void test_size_limits(void **state)
{
    static char text[SENML_MAX_PAYLOAD + 1];

    (void)state;
    memset(text, ' ', sizeof(text));
    memcpy(text, pack, strlen(pack));
    assert_int_equal(parse(text, SENML_MAX_PAYLOAD), 3);
    assert_int_equal(parse(text, SENML_MAX_PAYLOAD + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_a_pack),
        cmocka_unit_test(test_marks_hold_for_the_pack),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_damage_does_no_harm),
        cmocka_unit_test(test_size_limits),
    };

    return cmocka_run_group_tests_name("collector_senml", tests, NULL, NULL);
}
