/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 against the examples of RFC 8439 and against the library's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mbedtls/chacha20.h"

#define LONGEST 400

int oracle_crypt(const unsigned char key[32], const unsigned char nonce[12], uint32_t counter, size_t size,
                 const unsigned char *input, unsigned char *output);

static uint8_t key[32];
static const uint8_t nonce_2_3[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a};
static const uint8_t nonce_2_4[12] = {0, 0, 0, 0, 0, 0, 0, 0x4a};

/* RFC 8439, 2.3.2. */
static const uint8_t block_2_3[64] = {
    0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4,
    0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e,
    0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2,
    0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};

/* RFC 8439, 2.4.2: the first and the last bytes of 114. */
static const char sunscreen[] =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
    "the future, sunscreen would be it.";
static const uint8_t first_2_4[16] = {0x6e, 0x2e, 0x35, 0x9a, 0x25, 0x68, 0xf9, 0x80,
                                      0x41, 0xba, 0x07, 0x28, 0xdd, 0x0d, 0x69, 0x81};
static const uint8_t last_2_4[10] = {0xb4, 0x0b, 0x8e, 0xed, 0xf2, 0x78, 0x5e, 0x42, 0x87, 0x4d};

static int begin(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    return 0;
}

static void test_the_block_of_the_standard(void **state)
{
    (void)state;
    static const uint8_t nothing[64];
    uint8_t out[64];
    assert_int_equal(mbedtls_chacha20_crypt(key, nonce_2_3, 1, sizeof out, nothing, out), 0);
    assert_memory_equal(out, block_2_3, sizeof out);
}

static void test_the_text_of_the_standard(void **state)
{
    (void)state;
    uint8_t out[sizeof sunscreen - 1];
    assert_int_equal(sizeof out, 114);
    assert_int_equal(mbedtls_chacha20_crypt(key, nonce_2_4, 1, sizeof out, (const uint8_t *)sunscreen, out),
                     0);
    assert_memory_equal(out, first_2_4, sizeof first_2_4);
    assert_memory_equal(out + sizeof out - sizeof last_2_4, last_2_4, sizeof last_2_4);
}

/* Numbers that only look random. */
static uint8_t next_byte(void)
{
    static uint64_t x = 7;
    x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint8_t)(x >> 56);
}

static void fill(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytes[i] = next_byte();
    }
}

/* In pieces of any length, at any alignment, in place and not, across the end of the counter. */
static void compare(size_t length, bool in_place)
{
    uint8_t nonce[12], in[LONGEST + 8], out[LONGEST + 8], expected[LONGEST];
    uint32_t counter = (length & 1) != 0 ? UINT32_MAX - 1 : next_byte();
    size_t skew = next_byte() % 8u;
    mbedtls_chacha20_context ctx;
    fill(key, sizeof key);
    fill(nonce, sizeof nonce);
    fill(in, sizeof in);
    assert_int_equal(oracle_crypt(key, nonce, counter, length, in + skew, expected), 0);
    uint8_t *to = in_place ? in + skew : out + next_byte() % 8u;
    mbedtls_chacha20_init(&ctx);
    assert_int_equal(mbedtls_chacha20_setkey(&ctx, key), 0);
    assert_int_equal(mbedtls_chacha20_starts(&ctx, nonce, counter), 0);
    for (size_t done = 0; done < length;) {
        size_t piece = next_byte() % 150u;
        piece = piece < length - done ? piece : length - done;
        assert_int_equal(mbedtls_chacha20_update(&ctx, piece, in + skew + done, to + done), 0);
        done += piece;
    }
    assert_memory_equal(to, expected, length);
    mbedtls_chacha20_free(&ctx);
}

static void test_as_the_library(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        compare(length, false);
        compare(length, true);
    }
}

static void test_starts_anew_with_each_nonce(void **state)
{
    (void)state;
    static const uint8_t nothing[64];
    uint8_t out[64];
    mbedtls_chacha20_context ctx;
    mbedtls_chacha20_init(&ctx);
    (void)mbedtls_chacha20_setkey(&ctx, key);
    (void)mbedtls_chacha20_starts(&ctx, nonce_2_4, 7);
    (void)mbedtls_chacha20_update(&ctx, 10, nothing, out);
    (void)mbedtls_chacha20_starts(&ctx, nonce_2_3, 1);
    (void)mbedtls_chacha20_update(&ctx, sizeof out, nothing, out);
    assert_memory_equal(out, block_2_3, sizeof out);
    mbedtls_chacha20_free(&ctx);
    static const mbedtls_chacha20_context wiped;
    assert_memory_equal(&ctx, &wiped, sizeof ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_block_of_the_standard, begin),
        cmocka_unit_test_setup(test_the_text_of_the_standard, begin),
        cmocka_unit_test_setup(test_as_the_library, begin),
        cmocka_unit_test_setup(test_starts_anew_with_each_nonce, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
