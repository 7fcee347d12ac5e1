/* SPDX-License-Identifier: BSD-2-Clause */
/* What `store` and `uplink` print, from pages that are in order and from hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <postern/metrics.h>
#include <postern/protocol/journal_state.h>
#include "letters_text.h"
#include "output.h"
#include "store_text.h"
#include "uplink_text.h"

static char shown[8192];
static size_t length;

void output_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int more = vsnprintf(shown + length, sizeof shown - length, format, args);
    va_end(args);
    assert_true(more >= 0 && (size_t)more < 200 && (size_t)more < sizeof shown - length);
    length += (size_t)more;
}

static uint64_t address(const void *page)
{
    return (uint64_t)(uintptr_t)page;
}

static const char *store(const struct journal_state *page)
{
    length = 0;
    shown[0] = '\0';
    store_text(address(page));
    return shown;
}

static const char *uplink(const struct metrics_page *page)
{
    length = 0;
    shown[0] = '\0';
    uplink_text(address(page));
    return shown;
}

static const struct journal_state in_order = {
    .version = 4,
    .condition = JOURNAL_READY,
    .boot = 3,
    .next_number = 1235,
    .durable = 1234,
    .released = 1200,
    .capacity = 2048000,
    .used = 512000,
    .frames = 77,
    .bytes_written = 315392,
    .medium_errors = 2,
    .forged = 1,
    .recovery_ns = 12034567,
    .lost = {[1] = 5, [5] = 2},
    .letters = 5,
    .fallen = 7,
    .ranges = 2,
    .range = {{10, 14, 5, 1}, {20, 30, 2, 5}},
};

static void test_store(void **state)
{
    (void)state;
    assert_string_equal(store(&in_order), "condition      ready\n"
                                          "start          3\n"
                                          "next number    1235\n"
                                          "durable        1234\n"
                                          "released       1200\n"
                                          "dead letters   5 readings, 7 dropped\n"
                                          "waiting        34\n"
                                          "filled         25 %\n"
                                          "used           512000 of 2048000 bytes\n"
                                          "frames         77\n"
                                          "written        315392 bytes\n"
                                          "medium errors  2\n"
                                          "forged frames  1\n"
                                          "recovery       12.034 ms\n"
                                          "lost           5 oldest given up\n"
                                          "               2 refused\n"
                                          "ledger         10..14, missing 5, oldest given up\n"
                                          "               20..30, missing 2, refused\n");
}

static void test_store_without_medium(void **state)
{
    (void)state;
    struct journal_state page = {.condition = JOURNAL_NO_MEDIUM, .next_number = 4, .released = 3, .hold = 1};
    const char *text = store(&page);
    assert_non_null(strstr(text, "no medium: readings are not durable, full: the sensors wait\n"));
    assert_non_null(strstr(text, "dead letters   0 readings\nwaiting        0\nfilled         0 %\n"));
    assert_non_null(strstr(text, "lost           0\n"));
    assert_null(strstr(text, "ledger"));
    page.condition = JOURNAL_FOREIGN;
    assert_non_null(strstr(store(&page), "condition      foreign medium"));
    page.condition = JOURNAL_STARTING;
    assert_non_null(strstr(store(&page), "condition      starting"));
}

/* Every word as large as can be: bounded in length, no undefined behaviour. */
static void test_hostile_store(void **state)
{
    (void)state;
    struct journal_state page;
    memset(&page, 0xff, sizeof page);
    page.version = 2;
    page.condition = JOURNAL_READY;
    page.ranges = JOURNAL_LOSS_RANGES;
    page.capacity = 100;
    const char *text = store(&page);
    assert_non_null(strstr(text, "filled         100 %\n"));
    assert_non_null(strstr(text, ", unknown\n"));
    assert_true(length < 4096);
    page.capacity = UINT64_MAX;
    page.ranges = 1;
    page.range[0].cause = UINT64_C(1) << 32; /* not cut to a cause that there is */
    assert_non_null(strstr(store(&page), ", unknown\n"));
    assert_non_null(strstr(shown, "filled         100 %\n"));

    const char *refused = "store: the journal starts anew, or its page is corrupt\n";
    page.ranges = JOURNAL_LOSS_RANGES + 1;
    assert_string_equal(store(&page), refused);
    page.ranges = 0;
    page.condition = JOURNAL_FOREIGN + 1;
    assert_string_equal(store(&page), refused);
    page.condition = JOURNAL_READY;
    page.version = 3;
    assert_string_equal(store(&page), refused);
}

static const char *letters(const struct journal_page *page)
{
    length = 0;
    shown[0] = '\0';
    letters_text(address(page));
    return shown;
}

static void test_letters(void **state)
{
    (void)state;
    static struct journal_page page;
    assert_string_equal(letters(&page), "dead letters: 0 readings\n");
    page.letters = (struct journal_letters){
        .version = 2,
        .count = 4,
        .letter = {{7, UINT64_C(1795246389) * 1000000000u, -215, -2, 0, 0, 0x99, 0},
                   {70000, 0, 101, 3, 1, 1, 0x87, 0},
                   {UINT64_MAX, 1, INT64_MIN, -9, 3, 255, 0xff, 0},
                   {8, 0, INT64_MIN, INT8_MIN, 2, 0, 0, 0}},
    };
    assert_string_equal(
        letters(&page),
        "7          sensor 0, temperature -2.15 Cel, 2026-11-21 07:33:09 UTC, reason 0x99\n"
        "70000      sensor 1, pressure 101000 Pa, time not known, reason 0x87\n"
        "18446744073709551615 sensor 255, unknown -9223372036.854775808, 1970-01-01 00:00:00 "
        "UTC, reason 0xff\n"
        "8          sensor 0, humidity -9223372036854775808e-128 %RH, time not known, reason 0x00\n"
        "dead letters: 4 readings\n");
    assert_int_equal(letters_count(address(&page)), 4);
}

/* A page that is being written, or a count that cannot be. */
static void test_hostile_letters(void **state)
{
    (void)state;
    static struct journal_page page;
    memset(&page, 0xff, sizeof page);
    page.letters.version = 2;
    page.letters.count = JOURNAL_LETTERS;
    assert_non_null(strstr(letters(&page), "unknown -0.1, "));
    assert_non_null(strstr(shown, "dead letters: 64 readings\n"));
    const char *refused = "store: the journal is writing, or its page is corrupt\n";
    page.letters.count = JOURNAL_LETTERS + 1;
    assert_string_equal(letters(&page), refused);
    assert_int_equal(letters_count(address(&page)), UINT32_MAX);
    page.letters.count = 1;
    page.letters.version = 3;
    assert_string_equal(letters(&page), refused);
}

static void test_uplink(void **state)
{
    (void)state;
    static struct metrics_page page = {
        .count = 5,
        .metric =
            {{"connected", 1}, {"unacknowledged", 7}, {"other", 9}, {"round_trip_us", 4021}, {"resent", 8}},
    };
    assert_string_equal(uplink(&page), "connected      yes\n"
                                       "unacknowledged 7\n"
                                       "resent         8\n"
                                       "round trip     4.021 ms\n");
    page.metric[0].value = 0;
    page.count = 1;
    assert_string_equal(uplink(&page), "connected      no\n");
}

static void test_hostile_uplink(void **state)
{
    (void)state;
    static struct metrics_page page;
    memset(&page, 0xff, sizeof page);
    assert_string_equal(uplink(&page), "uplink: its table is corrupt\n");
    page.count = METRICS_MAX + 1;
    assert_string_equal(uplink(&page), "uplink: its table is corrupt\n");
    page.count = METRICS_MAX; /* names without an end */
    assert_string_equal(uplink(&page), "");
    for (unsigned i = 0; i < METRICS_MAX; i++) { /* each name once, whatever the page repeats */
        memcpy(page.metric[i].name, "resent", sizeof "resent");
    }
    assert_string_equal(uplink(&page), "resent         18446744073709551615\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store),           cmocka_unit_test(test_store_without_medium),
        cmocka_unit_test(test_hostile_store),   cmocka_unit_test(test_letters),
        cmocka_unit_test(test_hostile_letters), cmocka_unit_test(test_uplink),
        cmocka_unit_test(test_hostile_uplink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
