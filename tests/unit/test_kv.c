/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration text: what is accepted, and each error with its line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <postern/kv.h>

static char host[8];
static uint64_t port;

static struct kv_result parse(const char *text)
{
    struct kv_field fields[] = {
        {.key = "server.host", .type = KV_TEXT, .required = true, .text = host, .max = sizeof host},
        {.key = "port", .type = KV_NUMBER, .number = &port, .min = 1, .max = 65535},
    };

    return kv_parse(text, strlen(text), fields, 2);
}

static void expect_error(const char *text, enum kv_error error, unsigned line)
{
    struct kv_result result = parse(text);

    assert_int_equal(result.error, error);
    assert_int_equal(result.line, line);
    assert_true(strlen(kv_error_text(result.error)) > 3);
}

static void test_good(void **state)
{
    (void)state;
    port = 0;
    assert_int_equal(parse("# comment\n\n server.host =\tabc \r\nport=65535").error, KV_OK);
    assert_string_equal(host, "abc");
    assert_int_equal(port, 65535);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("server.host = a\nport", KV_NO_EQUALS, 2);
    expect_error("Server.host = a", KV_BAD_KEY, 1);
    expect_error("= a", KV_BAD_KEY, 1);
    expect_error("server.host =  ", KV_NO_VALUE, 1);
    expect_error("server.host = \x01", KV_BAD_BYTE, 1);
    expect_error("\nserver.hots = a", KV_UNKNOWN_KEY, 2);
    expect_error("server.host = a\nserver.host = b", KV_DUPLICATE, 2);
    expect_error("server.host = 12345678", KV_TOO_LONG, 1);
    expect_error("server.host = a\nport = 12x", KV_NOT_NUMBER, 2);
    expect_error("server.host = a\nport = -1", KV_NOT_NUMBER, 2);
    expect_error("server.host = a\nport = 0", KV_OUT_OF_RANGE, 2);
    expect_error("server.host = a\nport = 65536", KV_OUT_OF_RANGE, 2);
    expect_error("server.host = a\nport = 99999999999999999999", KV_OUT_OF_RANGE, 2);
}

static void test_missing_key_is_named(void **state)
{
    struct kv_result result = parse("port = 1\n");

    (void)state;
    assert_int_equal(result.error, KV_MISSING);
    assert_string_equal(result.key, "server.host");
}

static void test_text_ends_at_nul_and_at_length(void **state)
{
    static const char padded[32] = "server.host = abc\n\0garbage";
    struct kv_field field = {
        .key = "server.host", .type = KV_TEXT, .required = true, .text = host, .max = sizeof host};

    (void)state;
    assert_int_equal(kv_parse(padded, sizeof padded, &field, 1).error, KV_OK);
    assert_int_equal(kv_parse(padded, 16, &field, 1).error, KV_OK);
    assert_string_equal(host, "ab");
    assert_int_equal(kv_parse(padded, 0, &field, 1).error, KV_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_missing_key_is_named),
        cmocka_unit_test(test_text_ends_at_nul_and_at_length),
    };

    return cmocka_run_group_tests_name("kv", tests, NULL, NULL);
}
