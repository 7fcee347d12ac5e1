/* SPDX-License-Identifier: BSD-2-Clause */
/* The network component's random numbers: published vectors, seeding, key erasure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <postern/protocol/entropy.h>
#include "csprng.h"
#include "lwip_port.h"
#include "random.h"
#include "siphash.h"

#define SLOTS     4u
#define SLOT_SIZE 128u

static _Alignas(64) uint8_t producer_half[64 + SLOTS * SLOT_SIZE], consumer_half[64];
static struct ring driver, client;
static uint64_t now_us;

uint64_t port_now_us(void)
{
    return now_us;
}

static int set_up(void **state)
{
    (void)state;
    memset(producer_half, 0, sizeof(producer_half));
    memset(consumer_half, 0, sizeof(consumer_half));
    ring_producer_start(&driver, (uint64_t)(uintptr_t)producer_half, (uint64_t)(uintptr_t)consumer_half,
                        SLOTS, SLOT_SIZE);
    ring_consumer_start(&client, (uint64_t)(uintptr_t)consumer_half, (uint64_t)(uintptr_t)producer_half,
                        SLOTS, SLOT_SIZE);
    random_start(&client);
    now_us = 0;
    return 0;
}

/* From the authors' reference: key 00..0f, message 00, 01, .. of the given length. */
static void test_siphash_vectors(void **state)
{
    static const struct {
        size_t length;
        uint64_t hash;
    } vectors[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {15, 0xa129ca6149be45e5}};
    uint8_t key[16], message[15];
    (void)state;
    for (uint8_t i = 0; i < 16; i++) {
        key[i] = i;
    }
    for (uint8_t i = 0; i < 15; i++) {
        message[i] = i;
    }
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        assert_true(siphash24(key, message, vectors[i].length) == vectors[i].hash);
    }
}

/* RFC 8439, section 2.3.2. */
static void test_chacha20_vector(void **state)
{
    static const uint8_t nonce[12] = {0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0};
    static const uint8_t expected[64] = {
        0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4,
        0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e,
        0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2,
        0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
    uint8_t key[32], block[64];
    (void)state;
    for (uint8_t i = 0; i < 32; i++) {
        key[i] = i;
    }
    chacha20_block(key, 1, nonce, block);
    assert_memory_equal(block, expected, sizeof(block));
}

static void test_generator(void **state)
{
    struct csprng a = {0}, b = {0};
    uint8_t seed[32] = {1}, x[124], y[124];
    (void)state;
    csprng_mix(&a, seed, 31);
    assert_false(csprng_ready(&a));
    csprng_mix(&a, seed, 1);
    assert_true(csprng_ready(&a));
    csprng_mix(&b, seed, 31);
    csprng_mix(&b, seed, 1);
    csprng_bytes(&a, x, sizeof(x));
    for (size_t i = 0; i < sizeof(y); i++) {
        csprng_bytes(&b, y + i, 1);
    }
    assert_memory_equal(x, y, sizeof(x));
    uint8_t state_bytes[sizeof(a)]; /* what was given out is nowhere in the state any more */
    memcpy(state_bytes, &a, sizeof(a));
    for (size_t i = 0; i + 8 <= sizeof(a); i++) {
        for (size_t j = 0; j + 8 <= sizeof(x); j++) {
            assert_true(memcmp(state_bytes + i, x + j, 8) != 0);
        }
    }
    csprng_mix(&a, seed, sizeof(seed));
    assert_true(csprng_u32(&a) != csprng_u32(&b));
}

static void test_seeding(void **state)
{
    uint8_t seed[ENTROPY_SEED_SIZE] = {42};
    (void)state;
    assert_false(random_seed());
    assert_true(ring_must_notify(&driver));
    (void)ring_push(&driver, ENTROPY_SEED, seed, 63);
    (void)ring_push(&driver, ENTROPY_SEED + 1, seed, sizeof(seed));
    assert_false(random_seed());
    (void)ring_push(&driver, ENTROPY_SEED, seed, sizeof(seed));
    (void)ring_push(&driver, ENTROPY_SEED, seed, sizeof(seed));
    assert_true(random_seed());
    assert_int_equal(ring_space(&driver), SLOTS - 1); /* one seed at a time */
    uint32_t first = port_random();
    assert_true(first != port_random());
    assert_true(random_seed());
    assert_int_equal(ring_space(&driver), SLOTS);
    assert_true(random_seed());
}

static void test_isn(void **state)
{
    uint8_t seed[ENTROPY_SEED_SIZE] = {42};
    (void)state;
    (void)ring_push(&driver, ENTROPY_SEED, seed, sizeof(seed));
    assert_true(random_seed());
    uint32_t isn = port_tcp_isn(1, 2, 3, 4);
    assert_int_equal(isn, port_tcp_isn(1, 2, 3, 4));
    now_us = 4000;
    assert_int_equal(port_tcp_isn(1, 2, 3, 4) - isn, 1000);
    assert_true(port_tcp_isn(1, 3, 3, 4) - isn > 2000);
    assert_true(port_tcp_isn(2, 2, 3, 4) != port_tcp_isn(1, 2, 3, 5));
    seed[0] = 43;
    (void)set_up(NULL);
    (void)ring_push(&driver, ENTROPY_SEED, seed, sizeof(seed));
    assert_true(random_seed());
    assert_true(port_tcp_isn(1, 2, 3, 4) != isn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash_vectors),   cmocka_unit_test(test_chacha20_vector),
        cmocka_unit_test(test_generator),         cmocka_unit_test_setup(test_seeding, set_up),
        cmocka_unit_test_setup(test_isn, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
