/* SPDX-License-Identifier: BSD-2-Clause */
/* Data at rest: there and back, nothing else opens, nonces differ, and the key is the one of RFC 5869. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "mbedtls/chachapoly.h"
#include "seed_pool.h"
#include "tls_platform.h"
#include "vault.h"

#define DATA_MAX 4096

/* HKDF-SHA-256 of the key bytes 1..32 with the vault's salt and purpose, computed apart from this code. */
static const uint8_t expected_key[32] = {0xb4, 0xcc, 0xb7, 0x9d, 0xab, 0xfa, 0x80, 0xa1, 0x6c, 0x0b, 0x2c,
                                         0x5b, 0xc9, 0x1e, 0x07, 0x91, 0xe1, 0xca, 0x0c, 0x97, 0x8d, 0x8d,
                                         0x94, 0xed, 0xf4, 0x40, 0x25, 0x41, 0xa1, 0x23, 0x71, 0xc5};

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static struct vault vault;
static uint8_t data[DATA_MAX], sealed[DATA_MAX + VAULT_OVERHEAD], opened[DATA_MAX];

static psa_key_id_t device_key(uint8_t first_byte)
{
    uint8_t scalar[32];
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    for (size_t i = 0; i < sizeof scalar; i++) {
        scalar[i] = (uint8_t)(first_byte + i);
    }
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    assert_int_equal(psa_import_key(&attributes, scalar, sizeof scalar, &key), PSA_SUCCESS);
    return key;
}

static int setup(void **state)
{
    (void)state;
    tls_platform_init(arena, sizeof arena, 0);
    for (uint8_t i = 0; seed_pool_space() != 0; i++) {
        uint8_t seed[SEED_SIZE];
        memset(seed, 7 * i + 1, sizeof seed);
        seed_pool_put(seed);
    }
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    assert_true(vault_init(&vault, device_key(1), VAULT_JOURNAL));
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 13);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vault_free(&vault);
    mbedtls_psa_crypto_free();
    return 0;
}

static void test_there_and_back(void **state)
{
    (void)state;
    const size_t lengths[] = {0, 1, 15, 16, 17, 511, DATA_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memset(opened, 0, sizeof opened);
        assert_true(vault_seal(&vault, 5, 9, data, lengths[i], sealed));
        assert_true(vault_open(&vault, 5, 9, sealed, lengths[i] + VAULT_OVERHEAD, opened));
        assert_memory_equal(opened, data, lengths[i]);
    }
}

static void test_the_key_is_derived_as_documented(void **state)
{
    (void)state;
    uint8_t bound[16] = {5, 0, 0, 0, 0, 0, 0, 0, 9};
    mbedtls_chachapoly_context context;
    assert_true(vault_seal(&vault, 5, 9, data, 100, sealed));
    mbedtls_chachapoly_init(&context);
    assert_int_equal(mbedtls_chachapoly_setkey(&context, expected_key), 0);
    assert_int_equal(mbedtls_chachapoly_auth_decrypt(&context, 100, sealed, bound, sizeof bound,
                                                     sealed + VAULT_NONCE + 100, sealed + VAULT_NONCE,
                                                     opened),
                     0);
    assert_memory_equal(opened, data, 100);
    mbedtls_chachapoly_free(&context);
}

static void test_nothing_else_opens(void **state)
{
    (void)state;
    const size_t length = 64 + VAULT_OVERHEAD;
    assert_true(vault_seal(&vault, 5, 9, data, 64, sealed));
    assert_false(vault_open(&vault, 4, 9, sealed, length, opened));
    assert_false(vault_open(&vault, 5, 10, sealed, length, opened));
    assert_false(vault_open(&vault, 5 | UINT64_C(1) << 63, 9, sealed, length, opened));
    for (size_t i = 0; i < length; i++) {
        sealed[i] ^= 0x10;
        memset(opened, 0xaa, sizeof opened);
        assert_false(vault_open(&vault, 5, 9, sealed, length, opened));
        assert_true(opened[0] == 0 && opened[63] == 0);
        sealed[i] ^= 0x10;
    }
    for (size_t cut = 0; cut < length; cut++) {
        assert_false(vault_open(&vault, 5, 9, sealed, cut, opened));
    }
    assert_true(vault_open(&vault, 5, 9, sealed, length, opened));
}

static void test_another_device_cannot_open(void **state)
{
    (void)state;
    struct vault other;
    assert_true(vault_seal(&vault, 5, 9, data, 64, sealed));
    assert_true(vault_init(&other, device_key(2), VAULT_JOURNAL));
    assert_false(vault_open(&other, 5, 9, sealed, 64 + VAULT_OVERHEAD, opened));
    vault_free(&other);
    assert_true(vault_init(&other, device_key(1), VAULT_JOURNAL));
    assert_true(vault_open(&other, 5, 9, sealed, 64 + VAULT_OVERHEAD, opened));
    vault_free(&other);
}

static void test_nonces_differ(void **state)
{
    (void)state;
    static uint8_t nonce[300][VAULT_NONCE];
    for (int i = 0; i < 300; i++) {
        if (i == 100) {
            vault.counter = UINT32_MAX - 50; /* the prefix is used up soon */
        }
        assert_true(vault_seal(&vault, 1, 1, data, 8, sealed));
        memcpy(nonce[i], sealed, VAULT_NONCE);
        for (int j = 0; j < i; j++) {
            assert_memory_not_equal(nonce[i], nonce[j], VAULT_NONCE);
        }
    }
    assert_memory_not_equal(nonce[0], nonce[299], sizeof vault.prefix);
}

static void test_without_a_key_nothing_is_sealed(void **state)
{
    (void)state;
    struct vault empty;
    assert_false(vault_init(&empty, 0x7fffffff, VAULT_JOURNAL));
    assert_false(vault_seal(&empty, 1, 1, data, 8, sealed));
    assert_false(vault_open(&empty, 1, 1, sealed, 8 + VAULT_OVERHEAD, opened));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_key_is_derived_as_documented, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_else_opens, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_device_cannot_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonces_differ, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_a_key_nothing_is_sealed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
