/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy, memmove and memset of the runtime against copying byte by byte: every alignment of both ends, every
 * length up to 300. Built with other names (runtime.mk), so that the host keeps its own. Buffers end where
 * the data ends: the sanitizer sees a word too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LONGEST 300
#define WORD    8
#define GUARD   0xa5

static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 7 + i / 251 + 1);
}

static uint8_t *filled(size_t size)
{
    uint8_t *bytes = malloc(size + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = pattern(i);
    }
    /* Exactly `size` bytes, and a pointer also for none. */
    uint8_t *exact = realloc(bytes, size == 0 ? 1 : size);
    assert_non_null(exact);
    return exact;
}

static uint8_t *guarded(size_t size)
{
    uint8_t *bytes = malloc(size == 0 ? 1 : size);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = GUARD;
    }
    return bytes;
}

static void copy_once(size_t to_skew, size_t from_skew, size_t length)
{
    uint8_t *from = filled(from_skew + length);
    uint8_t *to = guarded(to_skew + length + WORD);

    assert_ptr_equal(memcpy(to + to_skew, from + from_skew, length), to + to_skew);
    for (size_t i = 0; i < to_skew + length + WORD; i++) {
        uint8_t want =
            i >= to_skew && i < to_skew + length ? pattern(from_skew + i - to_skew) : (uint8_t)GUARD;

        assert_int_equal(to[i], want);
    }
    free(to);
    to = guarded(to_skew + length); /* without a guard: nothing may be written behind the end */
    memcpy(to + to_skew, from + from_skew, length);
    free(to);
    free(from);
}

static void test_memcpy(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        for (size_t skews = 0; skews < WORD * WORD; skews++) {
            copy_once(skews % WORD, skews / WORD, length);
        }
    }
}

static void move_once(size_t to, size_t from, size_t length)
{
    size_t size = (to > from ? to : from) + length;
    uint8_t *bytes = filled(size);

    assert_ptr_equal(memmove(bytes + to, bytes + from, length), bytes + to);
    for (size_t i = 0; i < size; i++) {
        size_t source = i >= to && i < to + length ? from + i - to : i;

        assert_int_equal(bytes[i], pattern(source));
    }
    free(bytes);
}

/* Distances within a word, around a batch of words, and beyond the block. */
static void test_memmove(void **state)
{
    static const size_t distance[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 301};

    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        for (size_t i = 0; i < sizeof distance / sizeof *distance; i++) {
            for (size_t skew = 0; skew < WORD; skew++) {
                move_once(skew, skew + distance[i], length);
                move_once(skew + distance[i], skew, length);
            }
        }
    }
}

static void test_memset(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        for (size_t skew = 0; skew < WORD; skew++) {
            uint8_t *bytes = guarded(skew + length + WORD);

            /* As an int with more bits than a byte has. */
            assert_ptr_equal(memset(bytes + skew, 0x5c3, length), bytes + skew);
            for (size_t i = 0; i < skew + length + WORD; i++) {
                assert_int_equal(bytes[i], i >= skew && i < skew + length ? 0xc3 : GUARD);
            }
            free(bytes);
            bytes = guarded(skew + length);
            memset(bytes + skew, 0, length);
            free(bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memcpy),
        cmocka_unit_test(test_memmove),
        cmocka_unit_test(test_memset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
