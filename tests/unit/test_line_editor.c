/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's line editor, with the bytes of hasty and hostile typists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "line_editor.h"

static unsigned type(struct line_editor *editor, const char *bytes, size_t count)
{
    unsigned done = 0;
    char echo[4];
    size_t i;

    for (i = 0; i < count; i++) {
        done += line_editor_byte(editor, (uint8_t)bytes[i], echo) == LINE_DONE;
        assert_true(strlen(echo) <= 3);
    }
    return done;
}

static void test_editing(void **state)
{
    struct line_editor editor = {.length = 0};

    (void)state;
    assert_int_equal(type(&editor, "\b\x7fstatux\bs", 10), 0);
    assert_string_equal(editor.line, "status");
    assert_int_equal(type(&editor, "\x15", 1), 0);
    assert_string_equal(editor.line, "");
}

static void test_line_ends(void **state)
{
    struct line_editor editor = {.length = 0};

    (void)state;
    assert_int_equal(type(&editor, "a\r\n", 3), 1);
    assert_int_equal(type(&editor, "\n", 1), 1);
    assert_int_equal(type(&editor, "\r\r", 2), 2);
}

static void test_garbage_and_length(void **state)
{
    struct line_editor editor = {.length = 0};
    char bytes[300];

    (void)state;
    memset(bytes, 0x80, sizeof bytes);
    assert_int_equal(type(&editor, bytes, sizeof bytes), 0);
    assert_int_equal(editor.length, 0);
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(type(&editor, bytes, sizeof bytes), 0);
    assert_int_equal(editor.length, LINE_EDITOR_MAX);
    assert_int_equal(strlen(editor.line), LINE_EDITOR_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editing),
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_garbage_and_length),
    };

    return cmocka_run_group_tests_name("line_editor", tests, NULL, NULL);
}
