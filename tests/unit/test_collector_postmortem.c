/* SPDX-License-Identifier: BSD-2-Clause */
/* The collector's reader of post-mortems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "postmortem.h"

static struct postmortem taken;

/* Parses a copy of exact size, so that reading beyond it is seen. */
static bool parse(const char *text)
{
    char error[JSON_IN_ERROR_SIZE] = "";
    size_t size = strlen(text);
    char *copy = malloc(size == 0 ? 1 : size);

    assert_non_null(copy);
    memcpy(copy, text, size);
    bool good = postmortem_parse(copy, size, &taken, error);

    assert_true(good == (error[0] == '\0'));
    free(copy);
    return good;
}

static void test_takes_what_a_gateway_writes(void **state)
{
    (void)state;
    assert_true(
        parse("{\"component\":\"net\",\"cause\":\"load page fault\",\"fault\":3,\"regs\":{\"pc\":\"0\"}}"));
    assert_string_equal(taken.component, "net");
    assert_string_equal(taken.cause, "load page fault");
    assert_int_equal(taken.fault, 3);
    struct json_object *regs = NULL;
    assert_true(json_object_object_get_ex(taken.report, "regs", &regs));
    json_object_put(taken.report);
}

static void test_refuses_the_rest(void **state)
{
    static const char *const wrong[] = {
        "",
        "null",
        "[]",
        "{\"component\":\"net\",\"cause\":\"x\"}",
        "{\"component\":\"net\",\"cause\":\"x\",\"fault\":-1}",
        "{\"component\":\"net\",\"cause\":\"x\",\"fault\":\"1\"}",
        "{\"component\":\"\",\"cause\":\"x\",\"fault\":1}",
        "{\"component\":\"n\\u0007\",\"cause\":\"x\",\"fault\":1}",
        "{\"component\":\"n\\u0000\",\"cause\":\"x\",\"fault\":1}",
        "{\"component\":\"a23456789012345678901234\",\"cause\":\"x\",\"fault\":1}",
        "{\"component\":7,\"cause\":\"x\",\"fault\":1}",
        "{\"component\":\"net\",\"cause\":null,\"fault\":1}",
        "{\"component\":\"net\",\"cause\":\"x\",\"fault\":1} x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(parse(wrong[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_a_gateway_writes),
        cmocka_unit_test(test_refuses_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
