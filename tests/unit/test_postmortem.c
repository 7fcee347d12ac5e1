/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of faults: taking and keeping them, across a reset too, and showing them, also when they are
 * hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "output.h"
#include "postmortem.h"
#include "postmortem_text.h"

static char shown[16384];
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

static struct postmortem_page page;
static struct postmortem_told told;
static struct last_words words;
static uint64_t reg[POSTMORTEM_REGISTERS];
static struct postmortem record;

static uint64_t page_at(void)
{
    return (uint64_t)(uintptr_t)&page;
}

static bool read_back(uint32_t i)
{
    return postmortem_read(page_at(), i, &record);
}

static const char *show(const char *name)
{
    length = 0;
    shown[0] = '\0';
    postmortem_text(page_at(), (uint64_t)(uintptr_t)&told, name);
    return shown;
}

static struct postmortem_fault fault(const char *name, const char *cause)
{
    return (struct postmortem_fault){
        .name = name, .cause = cause, .address = 0x1234, .time = 12345670, .reg = reg};
}

static void take(uint32_t n, const char *name, uint64_t now_ms)
{
    struct postmortem_fault f = fault(name, "load page fault at address 0x1234");

    postmortem_take(&page, n, &f, &words, now_ms);
}

static int begin(void **state)
{
    (void)state;
    memset(&page, 0xa5, sizeof page);
    postmortem_open(&page);
    words =
        (struct last_words){.stack_bytes = 16, .rings = 1, .lines = 1, .sp = 0x3fffffcfb0, .build = 0xabcdef};
    words.stack[0] = 0x2a;
    words.stack[8] = 0x2b;
    words.ring[0] = (struct last_words_ring){"tcp_tx", {8, 1, 1}, {7, 2, 0}};
    words.line[0] = (struct last_words_line){5000000, 2, 7, "link up"};
    for (size_t i = 0; i < POSTMORTEM_REGISTERS; i++) {
        reg[i] = 0x100 + i;
    }
    return 0;
}

static void test_power_on_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(postmortem_start(page_at()), 1);
    for (uint32_t i = 0; i < POSTMORTEM_MAX; i++) {
        assert_false(read_back(i));
    }
    assert_false(read_back(POSTMORTEM_MAX));
    assert_string_equal(show(""), "no component has failed since power-on\n");
    assert_string_equal(show("net"), "net: no record of a fault\n");
}

static void test_words_come_later(void **state)
{
    (void)state;
    take(3, "net", 100);
    assert_true(read_back(3));
    assert_int_equal(record.flags, 0);
    assert_int_equal(record.fault, 1);
    assert_int_equal(record.start, 1);
    assert_int_equal(record.address, 0x1234);
    assert_string_equal(record.name, "net");
    assert_int_equal(record.reg[31], 0x11f);
    postmortem_look(&page, 3, &words, 150);
    assert_true(read_back(3) && record.flags == 0);
    words.count++;
    postmortem_look(&page, 3, &words, 200);
    assert_true(read_back(3));
    assert_int_equal(record.flags, POSTMORTEM_FINAL | POSTMORTEM_WORDS);
    assert_int_equal(record.words.sp, 0x3fffffcfb0);
    assert_int_equal(record.words.stack[8], 0x2b);
    assert_string_equal(record.words.ring[0].name, "tcp_tx");
    words.count++;
    words.sp = 1;
    postmortem_look(&page, 3, &words, 300); /* of a later start that no fault preceded */
    assert_true(read_back(3) && record.words.sp == 0x3fffffcfb0);
}

static void test_words_that_never_come(void **state)
{
    (void)state;
    take(0, "net", 100);
    postmortem_look(&page, 0, &words, 100 + POSTMORTEM_PATIENCE_MS - 1);
    assert_true(read_back(0) && record.flags == 0);
    postmortem_look(&page, 0, &words, 100 + POSTMORTEM_PATIENCE_MS);
    assert_true(read_back(0) && record.flags == POSTMORTEM_FINAL);
    assert_int_equal(record.words.stack_bytes, 0);
    struct postmortem_fault f = fault("pulse", "x");
    postmortem_take(&page, 1, &f, NULL, 100);
    assert_true(read_back(1) && record.flags == POSTMORTEM_FINAL && record.fault == 2);
}

static void test_the_last_fault_counts(void **state)
{
    (void)state;
    take(0, "net", 100);
    words.count++;
    postmortem_look(&page, 0, &words, 150);
    struct postmortem_fault f = fault("net", "again");
    f.reg = NULL;
    postmortem_take(&page, 0, &f, &words, 200);
    assert_true(read_back(0));
    assert_int_equal(record.fault, 2);
    assert_string_equal(record.cause, "again");
    assert_int_equal(record.reg[0], 0);
    assert_int_equal(record.words.stack_bytes, 0);
}

static void test_warm_reset(void **state)
{
    (void)state;
    take(2, "net", 100);
    take(5, "uplink", 100);
    page.pd[5].reg[7] ^= 1; /* the reset came while it was written */
    postmortem_open(&page);
    assert_int_equal(postmortem_start(page_at()), 2);
    assert_true(read_back(2) && record.fault == 1 && record.start == 1 && record.flags == POSTMORTEM_FINAL);
    assert_false(read_back(5));
    take(5, "uplink", 10);
    assert_true(read_back(5) && record.fault == 3 && record.start == 2);
}

static void test_another_layout(void **state)
{
    (void)state;
    take(2, "net", 100);
    page.size++;
    postmortem_open(&page);
    assert_int_equal(postmortem_start(page_at()), 1);
    assert_false(read_back(2));
    take(2, "net", 100);
    page.faults++; /* the header's checksum tells */
    postmortem_open(&page);
    assert_false(read_back(2));
}

static void test_secrets_are_left_out(void **state)
{
    (void)state;
    struct postmortem_fault f = fault("crypto", "x");
    f.secret = true;
    postmortem_take(&page, 0, &f, &words, 0);
    words.count++;
    postmortem_look(&page, 0, &words, 1);
    assert_true(read_back(0));
    assert_int_equal(record.flags, POSTMORTEM_FINAL | POSTMORTEM_WORDS | POSTMORTEM_SECRET);
    assert_int_equal(record.words.stack_bytes, 0);
    for (size_t i = 0; i < POSTMORTEM_REGISTERS; i++) {
        assert_int_equal(page.pd[0].reg[i], i < POSTMORTEM_OPEN_REGISTERS ? 0x100 + i : 0);
    }
    const char *text = show("crypto");
    assert_non_null(
        strstr(text, "  pc  0000000000000100 ra  0000000000000101 sp  0000000000000102 gp  0000000000000103\n"
                     "  the other registers and the stack are secret\n  ring"));
    assert_null(strstr(text, "0000000000000104"));
    assert_null(strstr(text, "sp+"));
}

static void test_text(void **state)
{
    (void)state;
    take(3, "net", 100);
    assert_non_null(strstr(show("net"), "  no last words yet\n"));
    words.count++;
    postmortem_look(&page, 3, &words, 200);
    take(4, "uplink", 250);
    told.record[3] = page.pd[3].crc;
    assert_string_equal(
        show(""), "this is start 1 since power-on\n"
                  "component    fault start          at  published  cause\n"
                  "net              1     1       1.234  yes        load page fault at address 0x1234\n"
                  "uplink           2     1       1.234  no         load page fault at address 0x1234\n");
    const char *text = show("net");
    assert_memory_equal(
        text,
        "postmortem of net: fault 1, start 1, at 1.234 s: load page fault at address 0x1234\n"
        "  build 0000000000abcdef\n"
        "  pc  0000000000000100 ra  0000000000000101 sp  0000000000000102 gp  0000000000000103\n",
        80);
    assert_non_null(strstr(text, "t5  000000000000011d t6  000000000000011e tp  000000000000011f\n"
                                 "  sp+00 000000000000002a 000000000000002b\n"
                                 "  ring tcp_tx           own 8 epoch 1 want 1, peer 7 epoch 2 want 0\n"
                                 "  log 0.500 info link up\n"));
}

/* Everything in the page lies, with a checksum that is right. */
static void test_hostile_records(void **state)
{
    (void)state;
    memset(&page.pd[0], 0xff, sizeof page.pd[0]);
    page.pd[0].crc = postmortem_crc(&page.pd[0]);
    assert_true(read_back(0));
    assert_int_equal(record.flags, POSTMORTEM_FLAGS);
    assert_int_equal(record.words.rings, LAST_WORDS_RINGS);
    assert_int_equal(record.words.lines, LAST_WORDS_LINES);
    assert_int_equal(record.words.stack_bytes, 0);
    assert_int_equal(strlen(record.name), POSTMORTEM_NAME - 1);
    memset(&page.pd[0], 0xff, sizeof page.pd[0]);
    page.pd[0].flags = POSTMORTEM_WORDS;
    memcpy(page.pd[0].words.line[0].text, "a\"b\\c\x1b[2J\n", 10);
    memcpy(page.pd[0].name, "\xe2x\"y\0", 5);
    page.pd[0].crc = postmortem_crc(&page.pd[0]);
    assert_true(read_back(0));
    assert_string_equal(record.name, "?x?y");
    assert_int_equal(record.words.stack_bytes, LAST_WORDS_STACK);
    assert_int_equal(record.words.line[0].length, LAST_WORDS_TEXT);
    assert_memory_equal(record.words.line[0].text, "a?b?c?[2J?", 10);
    for (const char *c = show("?x?y"); *c != '\0'; c++) {
        assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
    }
}

static void test_a_record_that_is_being_written(void **state)
{
    (void)state;
    take(0, "net", 0);
    page.pd[0].time++;
    assert_false(read_back(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_power_on_leaves_nothing, begin),
        cmocka_unit_test_setup(test_words_come_later, begin),
        cmocka_unit_test_setup(test_words_that_never_come, begin),
        cmocka_unit_test_setup(test_the_last_fault_counts, begin),
        cmocka_unit_test_setup(test_warm_reset, begin),
        cmocka_unit_test_setup(test_another_layout, begin),
        cmocka_unit_test_setup(test_secrets_are_left_out, begin),
        cmocka_unit_test_setup(test_text, begin),
        cmocka_unit_test_setup(test_hostile_records, begin),
        cmocka_unit_test_setup(test_a_record_that_is_being_written, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
