/* SPDX-License-Identifier: BSD-2-Clause */
/* The SenML writer: exact texts, extreme values, every buffer size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "senml.h"

#define TIME UINT64_C(1763696000123999999)

static const struct senml_record sample[] = {
    {"bme280/temperature", "Cel", 2137, -2, 17, TIME},
    {"bme280/pressure", "Pa", 9854321, -2, 18, TIME},
    {"bme280/humidity", "%RH", 46, 0, 19, TIME},
};

static const char expected[] =
    "[{\"bn\":\"postern-0001/\",\"bt\":1763696000.123,\"n\":\"bme280/temperature\",\"u\":\"Cel\",\"v\":21.37,"
    "\"seq\":17},{\"n\":\"bme280/pressure\",\"u\":\"Pa\",\"v\":98543.21,\"seq\":18},"
    "{\"n\":\"bme280/humidity\",\"u\":\"%RH\",\"v\":46,\"seq\":19}]";

static void test_sample(void **state)
{
    (void)state;
    char text[512];
    struct senml s;
    senml_begin(&s, text, sizeof text, "postern-0001/", TIME, false, NULL);
    assert_int_equal(senml_end(&s), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_true(senml_add(&s, &sample[i]));
    }
    assert_int_equal(senml_end(&s), strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
}

/* Whatever the size, a pack holds whole records only, ends well, and stays in its buffer. */
static void test_every_size(void **state)
{
    (void)state;
    const size_t full = strlen(expected);
    size_t after[4] = {0, 0, 0, 0}; /* lengths after 0..3 records, without the closing bracket */
    char all[512];
    struct senml s;
    senml_begin(&s, all, sizeof all, "postern-0001/", TIME, false, NULL);
    for (size_t i = 0; i < 3; i++) {
        senml_add(&s, &sample[i]);
        after[i + 1] = s.length;
    }
    for (size_t size = 0; size <= full; size++) {
        char *text = malloc(size + 1);
        text[size] = 0x55;
        senml_begin(&s, text, size, "postern-0001/", TIME, false, NULL);
        size_t fits = 0;
        while (fits < 3 && senml_add(&s, &sample[fits])) {
            fits++;
        }
        assert_int_equal(s.length, after[fits]);
        assert_true(fits == 3 || after[fits + 1] + 1 > size);
        assert_int_equal(senml_end(&s), fits == 0 ? 0 : after[fits] + 1);
        assert_memory_equal(text, expected, after[fits]);
        assert_true(fits == 0 || text[after[fits]] == ']');
        assert_int_equal(text[size], 0x55);
        free(text);
    }
}

/* A record that does not fit leaves room for a shorter one. */
static void test_unchanged_after_refusal(void **state)
{
    (void)state;
    char text[64];
    struct senml s;
    senml_begin(&s, text, sizeof text, "d/", 0, false, NULL);
    const struct senml_record longer = {"a/very-long-name-that-does-not-fit", "Cel", 1, 0, 1, 0};
    const struct senml_record shorter = {"t", "Cel", 1, 0, 1, 0};
    assert_false(senml_add(&s, &longer));
    assert_true(senml_add(&s, &shorter));
    size_t len = senml_end(&s);
    static const char want[] = "[{\"bn\":\"d/\",\"bt\":0.000,\"n\":\"t\",\"u\":\"Cel\",\"v\":1,\"seq\":1}]";
    assert_int_equal(len, strlen(want));
    assert_memory_equal(text, want, len);
}

static void assert_value(int64_t value, int exponent, const char *want)
{
    char text[256], pattern[128];
    struct senml s;
    const struct senml_record r = {"n", "u", value, (int8_t)exponent, UINT64_MAX, UINT64_MAX};
    senml_begin(&s, text, sizeof text - 1, "b", UINT64_MAX, false, NULL);
    assert_true(senml_add(&s, &r));
    text[senml_end(&s)] = '\0';
    strcpy(pattern, "\"v\":");
    strcat(pattern, want);
    strcat(pattern, ",\"seq\":18446744073709551615}]");
    assert_non_null(strstr(text, "\"bt\":18446744073.709,"));
    const char *found = strstr(text, "\"v\":");
    assert_non_null(found);
    assert_string_equal(found, pattern);
}

static void test_values(void **state)
{
    (void)state;
    assert_value(0, 0, "0");
    assert_value(0, -2, "0.00");
    assert_value(0, 5, "0");
    assert_value(-1, 0, "-1");
    assert_value(5, -1, "0.5");
    assert_value(-5, -2, "-0.05");
    assert_value(100, -2, "1.00");
    assert_value(-2137, -2, "-21.37");
    assert_value(99, -2, "0.99");
    assert_value(123456789, -9, "0.123456789");
    assert_value(7, 3, "7000");
    assert_value(-7, 9, "-7000000000");
    assert_value(1, -18, "0.000000000000000001");
    assert_value(1, 18, "1000000000000000000");
    assert_value(INT64_MAX, 0, "9223372036854775807");
    assert_value(INT64_MIN, 0, "-9223372036854775808");
    assert_value(INT64_MIN, -18, "-9.223372036854775808");
    assert_value(INT64_MIN, -9, "-9223372036.854775808");
    assert_value(INT64_MAX, 18, "9223372036854775807000000000000000000");
}

static void test_exponent_range(void **state)
{
    (void)state;
    char text[128];
    struct senml s;
    senml_begin(&s, text, sizeof text, "b", 0, false, NULL);
    assert_false(senml_add(&s, &(struct senml_record){"n", "u", 1, 19, 1, 0}));
    assert_false(senml_add(&s, &(struct senml_record){"n", "u", 1, -19, 1, 0}));
    assert_false(senml_add(&s, &(struct senml_record){"n", "u", 1, INT8_MIN, 1, 0}));
    assert_int_equal(s.length, 0);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        uint64_t ns;
        const char *text;
    } times[] = {{0, "\"bt\":0.000,"},
                 {999999, "\"bt\":0.000,"},
                 {1000000, "\"bt\":0.001,"},
                 {UINT64_C(1763696000000000000), "\"bt\":1763696000.000,"},
                 {UINT64_C(1763696000099000000), "\"bt\":1763696000.099,"}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char text[128];
        struct senml s;
        senml_begin(&s, text, sizeof text - 1, "b", times[i].ns, false, NULL);
        assert_true(senml_add(&s, &(struct senml_record){"n", "u", 1, 0, 1, times[i].ns}));
        text[senml_end(&s)] = '\0';
        assert_non_null(strstr(text, times[i].text));
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(senml_name_valid("postern-0001/bme280:x_y.z"));
    assert_false(senml_name_valid(""));
    assert_false(senml_name_valid("/a"));
    assert_false(senml_name_valid("-a"));
    assert_false(senml_name_valid("a b"));
    assert_false(senml_name_valid("a\"b"));
    assert_false(senml_name_valid("a\\b"));
    assert_false(senml_name_valid("a+"));
    assert_false(senml_name_valid("\xc3\xa4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_unchanged_after_refusal),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_exponent_range),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
