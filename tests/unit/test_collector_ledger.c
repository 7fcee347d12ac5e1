/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's reader of loss ledgers, which refuses what no gateway writes, and what a ledger explains.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "ledger.h"

static const char good[] =
    "{\"boot\":2,\"last\":90,\"lost\":{\"thinned\":4,\"oldest given up\":3},\"ranges\":["
    "{\"first\":16,\"last\":18,\"missing\":3,\"cause\":\"oldest given up\"},"
    "{\"first\":30,\"last\":39,\"missing\":4,\"cause\":\"thinned\"}]}";

/* Parses a copy of exact size, so that reading beyond it is seen. */
static bool parse(const char *text, size_t size, struct ledger *out)
{
    char error[JSON_IN_ERROR_SIZE] = "";
    char *copy = malloc(size + 1);

    assert_non_null(copy);
    memcpy(copy, text, size);
    copy = realloc(copy, size == 0 ? 1 : size);
    assert_non_null(copy);
    bool taken = ledger_parse(copy, size, out, error);

    assert_true(taken == (error[0] == '\0'));
    free(copy);
    return taken;
}

static bool parse_range(const char *range)
{
    static struct ledger l;
    char text[512];

    (void)snprintf(text, sizeof(text), "{\"boot\":1,\"last\":90,\"ranges\":[%s]}", range);
    return parse(text, strlen(text), &l);
}

static void test_takes_a_ledger(void **state)
{
    static struct ledger l;

    (void)state;
    assert_true(parse(good, sizeof(good) - 1, &l));
    assert_true(l.boot == 2 && l.last == 90 && l.count == 2);
    assert_true(l.range[0].numbers.first == 16 && l.range[0].numbers.last == 18 && l.range[0].missing == 3);
    assert_string_equal(l.range[0].cause, "oldest given up");
    assert_true(l.range[1].numbers.first == 30 && l.range[1].numbers.last == 39 && l.range[1].missing == 4);
    assert_string_equal(l.range[1].cause, "thinned");
}

static void test_refuses_what_no_gateway_writes(void **state)
{
    static const char *const bad_ranges[] = {
        "7",
        "{}",
        "{\"first\":5,\"last\":4,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":5,\"last\":91,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":-5,\"last\":6,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":5.0,\"last\":6,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":\"5\",\"last\":6,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":5,\"last\":18446744073709551616,\"missing\":1,\"cause\":\"c\"}",
        "{\"first\":5,\"last\":6,\"missing\":0,\"cause\":\"c\"}",
        "{\"first\":5,\"last\":6,\"missing\":3,\"cause\":\"c\"}",
        "{\"first\":5,\"last\":6,\"missing\":1}",
        "{\"first\":5,\"last\":6,\"missing\":1,\"cause\":7}",
        "{\"first\":5,\"last\":6,\"missing\":1,\"cause\":\"\"}",
        "{\"first\":5,\"last\":6,\"missing\":1,\"cause\":\"\\u001b[2J\"}",
        "{\"first\":5,\"last\":6,\"missing\":1,\"cause\":\"abcdefghijklmnopqrstuvwxyzabcdef\"}",
        "{\"first\":5,\"last\":6,\"missing\":1,\"cause\":\"c\"},{\"first\":6,\"last\":7,\"missing\":1,"
        "\"cause\":\"c\"}",
    };
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{\"last\":9,\"ranges\":[]}",
        "{\"boot\":1,\"ranges\":[]}",
        "{\"boot\":1,\"last\":9}",
        "{\"boot\":1,\"last\":9,\"ranges\":{}}",
        "{\"boot\":1,\"last\":9,\"ranges\":[[[[[[[[[[]]]]]]]]]]}",
        "{\"boot\":1,\"last\":9,\"ranges\":[]}x",
    };
    static struct ledger l;

    (void)state;
    assert_true(parse_range("{\"first\":5,\"last\":6,\"missing\":2,\"cause\":\"c\"}"));
    assert_true(parse_range("{\"first\":90,\"last\":90,\"missing\":1,\"cause\":\"c\"}"));
    for (size_t i = 0; i < sizeof(bad_ranges) / sizeof(bad_ranges[0]); i++) {
        if (parse_range(bad_ranges[i])) {
            fail_msg("taken: %s", bad_ranges[i]);
        }
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (parse(bad[i], strlen(bad[i]), &l)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

static void test_number_of_ranges_is_limited(void **state)
{
    static struct ledger l;
    static char text[32768];

    (void)state;
    for (size_t count = LEDGER_MAX_RANGES; count <= LEDGER_MAX_RANGES + 1; count++) {
        size_t used = (size_t)snprintf(text, sizeof(text), "{\"boot\":1,\"last\":9999,\"ranges\":[");

        for (size_t i = 0; i < count; i++) {
            used += (size_t)snprintf(text + used, sizeof(text) - used,
                                     "%s{\"first\":%zu,\"last\":%zu,\"missing\":1,\"cause\":\"c\"}",
                                     i == 0 ? "" : ",", 2 * i, 2 * i);
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, "]}");
        assert_true(used < sizeof(text));
        assert_int_equal(parse(text, used, &l), count == LEDGER_MAX_RANGES);
    }
}

static void test_damage_does_no_harm(void **state)
{
    static struct ledger l;
    char text[sizeof(good)];
    uint32_t random = 1;

    (void)state;
    for (size_t size = 0; size < sizeof(good) - 1; size++) {
        assert_false(parse(good, size, &l));
    }
    for (unsigned round = 0; round < 20000; round++) {
        memcpy(text, good, sizeof(good));
        for (unsigned i = 0; i <= round % 4; i++) {
            random = random * 1664525u + 1013904223u;
            text[(random >> 8) % (sizeof(good) - 1)] = (char)(random >> 24);
        }
        if (parse(text, sizeof(good) - 1, &l)) {
            assert_true(l.count <= LEDGER_MAX_RANGES);
            for (size_t i = 0; i < l.count; i++) {
                assert_true(l.range[i].numbers.first <= l.range[i].numbers.last);
                assert_true(l.range[i].numbers.last <= l.last && l.range[i].missing > 0);
            }
        }
    }
}

static void note_part(void *context, const char *device, struct track_range part, const char *cause)
{
    char *text = context;
    size_t used = strlen(text);

    assert_string_equal(device, "d");
    (void)snprintf(text + used, 256 - used, "%llu..%llu %s;", (unsigned long long)part.first,
                   (unsigned long long)part.last, cause != NULL ? cause : "?");
}

/* What the good ledger explains of these missing ranges, or none if `with` is false. */
static void explain(const struct track_range *missing, size_t count, bool with, char text[256])
{
    static struct ledger l;
    struct account *a = account_new();

    text[0] = '\0';
    assert_non_null(a);
    assert_true(parse(good, sizeof(good) - 1, &l));
    assert_true(account_take(a, with ? "d" : "e", &l));
    for (size_t i = 0; i < count; i++) {
        account_count(a, "d", missing[i]);
    }
    for (size_t i = 0; i < count; i++) {
        account_explain(a, "d", missing[i], note_part, text);
    }
    account_free(a);
}

static void test_each_missing_number_has_a_cause_or_none(void **state)
{
    static const struct track_range exact = {16, 18};
    static const struct track_range wide = {10, 20};
    static const struct track_range joined[] = {{30, 31}, {33, 33}, {39, 39}};
    static const struct track_range too_many[] = {{16, 16}, {30, 31}, {33, 33}, {38, 39}};
    static const struct track_range ends[] = {{0, 15}, {19, UINT64_MAX - 1}};
    char text[256];

    (void)state;
    explain(&exact, 1, true, text);
    assert_string_equal(text, "16..18 oldest given up;");
    explain(&exact, 1, false, text);
    assert_string_equal(text, "16..18 ?;");
    explain(&wide, 1, true, text);
    assert_string_equal(text, "10..15 ?;16..18 oldest given up;19..20 ?;");
    explain(joined, 3, true, text);
    assert_string_equal(text, "30..31 thinned;33..33 thinned;39..39 thinned;");
    explain(too_many, 4, true, text);
    assert_string_equal(text, "16..16 oldest given up;30..31 ?;33..33 ?;38..39 ?;");
    explain(ends, 2, true, text);
    assert_string_equal(text, "0..15 ?;19..18446744073709551614 ?;");
}

static void test_later_ledger_replaces_the_earlier(void **state)
{
    static struct ledger l;
    static const struct track_range missing = {16, 18};
    struct account *a = account_new();
    char text[256] = "";

    (void)state;
    assert_non_null(a);
    assert_true(parse(good, sizeof(good) - 1, &l));
    assert_true(account_take(a, "d", &l));
    (void)snprintf(l.range[0].cause, sizeof(l.range[0].cause), "medium");
    assert_true(account_take(a, "d", &l));
    account_count(a, "d", missing);
    account_explain(a, "d", missing, note_part, text);
    assert_string_equal(text, "16..18 medium;");
    account_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_a_ledger),
        cmocka_unit_test(test_refuses_what_no_gateway_writes),
        cmocka_unit_test(test_number_of_ranges_is_limited),
        cmocka_unit_test(test_damage_does_no_harm),
        cmocka_unit_test(test_each_missing_number_has_a_cause_or_none),
        cmocka_unit_test(test_later_ledger_replaces_the_earlier),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
