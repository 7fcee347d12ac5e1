/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * P-256 against the example of RFC 6979 A.2.5, against mbedTLS's own implementation, and at the edges of its
 * ranges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mbedtls/platform_util.h"
#include "psa/crypto.h"

#include "p256-m.h"

#define ROUNDS 150

int oracle_gen_keypair(uint8_t priv[32], uint8_t pub[64]);
int oracle_public_from_private(uint8_t pub[64], const uint8_t priv[32]);
int oracle_ecdh_shared_secret(uint8_t secret[32], const uint8_t priv[32], const uint8_t pub[64]);
int oracle_ecdsa_sign(uint8_t sig[64], const uint8_t priv[32], const uint8_t *hash, size_t hlen);
int oracle_ecdsa_verify(const uint8_t sig[64], const uint8_t pub[64], const uint8_t *hash, size_t hlen);

static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t prime[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* RFC 6979 A.2.5: key, public key, nonce and signature of SHA-256("sample"). */
static const char key_text[] = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
static const char public_text[] = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                                  "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
static const char nonce_text[] = "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60";
static const char hash_text[] = "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF";
static const char signature_text[] = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                                     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";

/* The generator under test: fixed numbers if queued, else a reproducible sequence; may be told to fail. */
static struct {
    const uint8_t *queue;
    unsigned queued;
    int fails;
    uint64_t state;
} source;

int p256_generate_random(uint8_t *output, unsigned output_size)
{
    if (source.fails) {
        return -1;
    }
    if (source.queued != 0) {
        memcpy(output, source.queue, output_size);
        source.queue += output_size;
        source.queued--;
        return 0;
    }
    for (unsigned i = 0; i < output_size; i++) {
        source.state = source.state * 6364136223846793005U + 1442695040888963407U;
        output[i] = (uint8_t)(source.state >> 56);
    }
    return 0;
}

/* What the oracle and the code under test call of mbedTLS. */
psa_status_t psa_generate_random(uint8_t *output, size_t output_size)
{
    return p256_generate_random(output, (unsigned)output_size) == 0 ? PSA_SUCCESS : PSA_ERROR_GENERIC_ERROR;
}

void mbedtls_platform_zeroize(void *buf, size_t len)
{
    memset(buf, 0, len);
}

static void queue_random(const uint8_t *numbers, unsigned count)
{
    source.queue = numbers;
    source.queued = count;
}

static void from_hex(uint8_t *out, const char *text)
{
    for (size_t i = 0; text[2 * i] != '\0'; i++) {
        unsigned value = 0;
        for (size_t j = 0; j < 2; j++) {
            char c = text[2 * i + j];
            value = value << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
        }
        out[i] = (uint8_t)value;
    }
}

static int setup(void **state)
{
    (void)state;
    memset(&source, 0, sizeof(source));
    source.state = 42;
    return 0;
}

static void small(uint8_t out[32], unsigned value)
{
    memset(out, 0, 32);
    out[31] = (uint8_t)value;
}

/* number = base + delta for a small delta that causes no carry beyond the last byte. */
static void near(uint8_t out[32], const uint8_t base[32], int delta)
{
    memcpy(out, base, 32);
    out[31] = (uint8_t)(out[31] + delta);
}

static void signs_like_the_rfc(void **state)
{
    uint8_t key[32], expected_pub[64], pub[64], nonce[32], hash[32], expected[64], signature[64];
    (void)state;
    from_hex(key, key_text);
    from_hex(expected_pub, public_text);
    from_hex(nonce, nonce_text);
    from_hex(hash, hash_text);
    from_hex(expected, signature_text);
    assert_int_equal(p256_public_from_private(pub, key), P256_SUCCESS);
    assert_memory_equal(pub, expected_pub, 64);
    queue_random(nonce, 1);
    assert_int_equal(p256_ecdsa_sign(signature, key, hash, 32), P256_SUCCESS);
    assert_memory_equal(signature, expected, 64);
    assert_int_equal(p256_ecdsa_verify(signature, pub, hash, 32), P256_SUCCESS);
}

static void agrees_with_the_oracle(void **state)
{
    static const size_t lengths[] = {32, 48, 20, 64, 0};
    (void)state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint8_t key[32], pub[64], other[64], hash[64], signature[64], peer_key[32], peer[64], mine[32],
            theirs[32];
        size_t len = lengths[i % 5];
        assert_int_equal(p256_gen_keypair(key, pub), P256_SUCCESS);
        assert_int_equal(oracle_public_from_private(other, key), P256_SUCCESS);
        assert_memory_equal(pub, other, 64);
        assert_int_equal(p256_generate_random(hash, sizeof(hash)), 0);
        assert_int_equal(p256_ecdsa_sign(signature, key, hash, len), P256_SUCCESS);
        assert_int_equal(oracle_ecdsa_verify(signature, pub, hash, len), P256_SUCCESS);
        assert_int_equal(p256_ecdsa_verify(signature, pub, hash, len), P256_SUCCESS);
        signature[i % 64] ^= (uint8_t)(1U << (i % 8));
        assert_int_equal(p256_ecdsa_verify(signature, pub, hash, len), P256_INVALID_SIGNATURE);
        assert_int_equal(p256_gen_keypair(peer_key, peer), P256_SUCCESS);
        assert_int_equal(p256_ecdh_shared_secret(mine, key, peer), P256_SUCCESS);
        assert_int_equal(oracle_ecdh_shared_secret(theirs, peer_key, pub), P256_SUCCESS);
        assert_memory_equal(mine, theirs, 32);
    }
}

/* Small and large scalars make every exceptional case of an incomplete addition formula appear. */
static void multiplies_by_edge_scalars(void **state)
{
    uint8_t scalars[40][32];
    size_t count = 0;
    (void)state;
    for (unsigned i = 1; i <= 18; i++) {
        small(scalars[count++], i);
    }
    for (int i = 1; i <= 16; i++) {
        near(scalars[count++], order, -i);
    }
    memset(scalars[count], 0, 32);
    scalars[count++][0] = 0x80;
    memset(scalars[count], 0, 32);
    scalars[count++][15] = 0x10;
    memset(scalars[count], 0x0f, 32);
    count++;
    for (size_t i = 0; i < count; i++) {
        uint8_t pub[64], expected[64], secret[32], peer[64];
        assert_int_equal(p256_public_from_private(pub, scalars[i]), P256_SUCCESS);
        assert_int_equal(oracle_public_from_private(expected, scalars[i]), P256_SUCCESS);
        assert_memory_equal(pub, expected, 64);
        assert_int_equal(p256_public_from_private(peer, scalars[count - 1 - i]), P256_SUCCESS);
        assert_int_equal(p256_ecdh_shared_secret(secret, scalars[i], peer), P256_SUCCESS);
        assert_int_equal(oracle_ecdh_shared_secret(expected, scalars[i], peer), P256_SUCCESS);
        assert_memory_equal(secret, expected, 32);
    }
}

/* With key 1 both multiples in a verification are of the base point itself. */
static void verifies_with_edge_keys(void **state)
{
    (void)state;
    for (int delta = 1; delta <= 3; delta++) {
        uint8_t keys[2][32];
        small(keys[0], (unsigned)delta);
        near(keys[1], order, -delta);
        for (size_t i = 0; i < 2; i++) {
            uint8_t pub[64], hash[32], signature[64];
            memset(hash, delta, sizeof(hash));
            assert_int_equal(p256_public_from_private(pub, keys[i]), P256_SUCCESS);
            assert_int_equal(oracle_ecdsa_sign(signature, keys[i], hash, 32), P256_SUCCESS);
            assert_int_equal(p256_ecdsa_verify(signature, pub, hash, 32), P256_SUCCESS);
            hash[0] ^= 1;
            assert_int_equal(p256_ecdsa_verify(signature, pub, hash, 32), P256_INVALID_SIGNATURE);
        }
    }
}

static void refuses_bad_private_keys(void **state)
{
    uint8_t key[32], pub[64], hash[32] = {1}, signature[64], good[64];
    (void)state;
    small(key, 1);
    assert_int_equal(p256_public_from_private(good, key), P256_SUCCESS);
    for (int i = 0; i < 4; i++) {
        memset(key, i == 0 ? 0 : 0xff, 32);
        if (i >= 2) {
            near(key, order, i - 2);
        }
        assert_int_equal(p256_validate_privkey(key), P256_INVALID_PRIVKEY);
        assert_int_equal(p256_public_from_private(pub, key), P256_INVALID_PRIVKEY);
        assert_int_equal(p256_ecdsa_sign(signature, key, hash, 32), P256_INVALID_PRIVKEY);
        assert_int_equal(p256_ecdh_shared_secret(signature, key, good), P256_INVALID_PRIVKEY);
    }
}

static void refuses_bad_public_keys(void **state)
{
    uint8_t key[32], good[64], bad[64], secret[32], signature[64] = {0}, hash[32] = {1};
    (void)state;
    small(key, 5);
    assert_int_equal(p256_public_from_private(good, key), P256_SUCCESS);
    assert_int_equal(p256_validate_pubkey(good), P256_SUCCESS);
    for (int i = 0; i < 6; i++) {
        memcpy(bad, good, 64);
        switch (i) {
        case 0:
            bad[63] ^= 1;
            break;
        case 1:
            bad[0] ^= 0x80;
            break;
        case 2:
            memset(bad, 0, 64);
            break;
        case 3:
            memcpy(bad, prime, 32);
            break;
        case 4:
            memcpy(bad + 32, prime, 32);
            break;
        default:
            memset(bad, 0xff, 64);
            break;
        }
        assert_int_equal(p256_validate_pubkey(bad), P256_INVALID_PUBKEY);
        assert_int_equal(p256_ecdh_shared_secret(secret, key, bad), P256_INVALID_PUBKEY);
        assert_int_equal(p256_ecdsa_verify(signature, bad, hash, 32), P256_INVALID_PUBKEY);
    }
}

static void refuses_bad_signatures(void **state)
{
    uint8_t key[32], pub[64], hash[32] = {7}, signature[64], bad[64];
    (void)state;
    small(key, 77);
    assert_int_equal(p256_public_from_private(pub, key), P256_SUCCESS);
    assert_int_equal(p256_ecdsa_sign(signature, key, hash, 32), P256_SUCCESS);
    for (size_t half = 0; half < 64; half += 32) {
        for (int i = 0; i < 4; i++) {
            memcpy(bad, signature, 64);
            if (i == 0) {
                memset(bad + half, 0, 32);
            } else {
                near(bad + half, order, i - 1);
            }
            assert_int_equal(p256_ecdsa_verify(bad, pub, hash, 32), P256_INVALID_SIGNATURE);
        }
    }
}

static void needs_usable_random_numbers(void **state)
{
    uint8_t numbers[8][32], key[32], pub[64], expected[64], hash[32] = {1}, signature[64];
    (void)state;
    memset(numbers, 0xff, sizeof(numbers));
    small(numbers[3], 9);
    queue_random(numbers[0], 4);
    assert_int_equal(p256_gen_keypair(key, pub),
                     P256_SUCCESS); /* the fourth number is the first usable one */
    assert_memory_equal(key, numbers[3], 32);
    memset(numbers, 0, sizeof(numbers));
    queue_random(numbers[0], 8);
    assert_int_equal(p256_gen_keypair(key, pub), P256_RANDOM_FAILED);
    source.fails = 1;
    small(key, 9);
    assert_int_equal(p256_ecdsa_sign(signature, key, hash, 32), P256_RANDOM_FAILED);
    memset(expected, 0, sizeof(expected));
    assert_memory_equal(signature, expected, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(signs_like_the_rfc, setup),
        cmocka_unit_test_setup(agrees_with_the_oracle, setup),
        cmocka_unit_test_setup(multiplies_by_edge_scalars, setup),
        cmocka_unit_test_setup(verifies_with_edge_keys, setup),
        cmocka_unit_test_setup(refuses_bad_private_keys, setup),
        cmocka_unit_test_setup(refuses_bad_public_keys, setup),
        cmocka_unit_test_setup(refuses_bad_signatures, setup),
        cmocka_unit_test_setup(needs_usable_random_numbers, setup),
    };
    return cmocka_run_group_tests_name("crypto_p256", tests, NULL, NULL);
}
