/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ECDH and ECDSA on P-256 behind the interface of mbedTLS's p256-m driver, whose 32-bit arithmetic needs
 * eight times as many instructions on RV64. FIPS 186-4, SP 800-56A.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "mbedtls/platform_util.h"

#include "p256-m.h"

#include "point.h"

/* A random number outside 1..n-1 has probability 2^-32: this many in a row mean a broken generator. */
#define SCALAR_TRIES 8

/* 0 if the big-endian number is in 1..n-1. */
static int scalar_check(fe *scalar, const uint8_t in[32])
{
    fe_from_bytes(scalar, in);
    uint64_t valid = ~fe_is_zero(scalar) & fe_is_below(scalar, &p256_n.value);
    return valid != 0 ? 0 : -1;
}

static int scalar_random(uint8_t out[32])
{
    fe scalar;
    int result = -1;
    for (unsigned i = 0; i < SCALAR_TRIES && result != 0; i++) {
        if (p256_generate_random(out, 32) != 0) {
            break;
        }
        result = scalar_check(&scalar, out);
    }
    mbedtls_platform_zeroize(&scalar, sizeof(scalar));
    return result;
}

/* point = scalar * a as big-endian affine coordinates; either may be NULL. */
static void multiply_to_bytes(uint8_t *x_out, uint8_t *y_out, const uint8_t scalar[32], const struct point *a)
{
    struct point product;
    fe x;
    fe y;
    point_multiply(&product, scalar, a);
    (void)point_to_affine(&x, &y, &product); /* never neutral: the group has prime order and 0 < scalar < n */
    if (x_out != NULL) {
        fe_to_bytes(x_out, &x);
    }
    if (y_out != NULL) {
        fe_to_bytes(y_out, &y);
    }
    mbedtls_platform_zeroize(&product, sizeof(product));
    mbedtls_platform_zeroize(&x, sizeof(x));
    mbedtls_platform_zeroize(&y, sizeof(y));
}

int p256_validate_pubkey(const uint8_t pub[64])
{
    struct point point;
    return point_from_bytes(&point, pub) == 0 ? P256_SUCCESS : P256_INVALID_PUBKEY;
}

int p256_validate_privkey(const uint8_t priv[32])
{
    fe scalar;
    int result = scalar_check(&scalar, priv);
    mbedtls_platform_zeroize(&scalar, sizeof(scalar));
    return result == 0 ? P256_SUCCESS : P256_INVALID_PRIVKEY;
}

int p256_public_from_private(uint8_t pub[64], const uint8_t priv[32])
{
    if (p256_validate_privkey(priv) != P256_SUCCESS) {
        return P256_INVALID_PRIVKEY;
    }
    multiply_to_bytes(pub, pub + 32, priv, &p256_generator);
    return P256_SUCCESS;
}

int p256_gen_keypair(uint8_t priv[32], uint8_t pub[64])
{
    if (scalar_random(priv) != 0) {
        mbedtls_platform_zeroize(priv, 32);
        return P256_RANDOM_FAILED;
    }
    multiply_to_bytes(pub, pub + 32, priv, &p256_generator);
    return P256_SUCCESS;
}

int p256_ecdh_shared_secret(uint8_t secret[32], const uint8_t priv[32], const uint8_t pub[64])
{
    struct point peer;
    if (p256_validate_privkey(priv) != P256_SUCCESS) {
        return P256_INVALID_PRIVKEY;
    }
    if (point_from_bytes(&peer, pub) != 0) {
        return P256_INVALID_PUBKEY;
    }
    multiply_to_bytes(secret, NULL, priv, &peer);
    return P256_SUCCESS;
}

/* The leftmost 256 bits of the hash, in Montgomery form modulo n. */
static void hash_to_scalar(fe *e, const uint8_t *hash, size_t hlen)
{
    uint8_t bytes[32] = {0};
    size_t len = hlen < sizeof(bytes) ? hlen : sizeof(bytes);
    memcpy(bytes + sizeof(bytes) - len, hash, len);
    fe_from_bytes(e, bytes);
    mod_enter(e, e, &p256_n);
}

/* s = (e + r d) / k, all modulo n; all ones if s is usable. */
static uint64_t signature_half(fe *s, const fe *r, const uint8_t priv[32], const uint8_t nonce[32],
                               const fe *e)
{
    fe d;
    fe k;
    fe_from_bytes(&d, priv);
    fe_from_bytes(&k, nonce);
    mod_enter(&d, &d, &p256_n);
    mod_enter(&k, &k, &p256_n);
    mod_enter(s, r, &p256_n);
    mod_mul(s, s, &d, &p256_n);
    mod_add(s, s, e, &p256_n);
    mod_inverse(&k, &k, &p256_n);
    mod_mul(s, s, &k, &p256_n);
    mod_leave(s, s, &p256_n);
    mbedtls_platform_zeroize(&d, sizeof(d));
    mbedtls_platform_zeroize(&k, sizeof(k));
    return ~fe_is_zero(s);
}

/* One attempt with a fresh nonce: all ones if it gave a signature. */
static uint64_t sign_once(uint8_t sig[64], const uint8_t priv[32], const uint8_t nonce[32], const fe *e)
{
    fe r;
    fe s;
    uint8_t x[32];
    multiply_to_bytes(x, NULL, nonce, &p256_generator);
    fe_from_bytes(&r, x);
    /* x mod n: x is below p, which is below 2 n. */
    mod_enter(&r, &r, &p256_n);
    mod_leave(&r, &r, &p256_n);
    uint64_t usable = signature_half(&s, &r, priv, nonce, e) & ~fe_is_zero(&r);
    fe_to_bytes(sig, &r);
    fe_to_bytes(sig + 32, &s);
    return usable;
}

int p256_ecdsa_sign(uint8_t sig[64], const uint8_t priv[32], const uint8_t *hash, size_t hlen)
{
    if (p256_validate_privkey(priv) != P256_SUCCESS) {
        return P256_INVALID_PRIVKEY;
    }
    fe e;
    uint8_t nonce[32];
    uint64_t done = 0;
    hash_to_scalar(&e, hash, hlen);
    for (unsigned i = 0; i < SCALAR_TRIES && done == 0; i++) {
        if (scalar_random(nonce) != 0) {
            break;
        }
        done = sign_once(sig, priv, nonce, &e);
    }
    mbedtls_platform_zeroize(nonce, sizeof(nonce));
    if (done == 0) {
        mbedtls_platform_zeroize(sig, 64);
        return P256_RANDOM_FAILED;
    }
    return P256_SUCCESS;
}

int p256_ecdsa_verify(const uint8_t sig[64], const uint8_t pub[64], const uint8_t *hash, size_t hlen)
{
    struct point key;
    fe r, s, e, u, x, y;
    uint8_t k[32];
    uint8_t l[32];
    if (point_from_bytes(&key, pub) != 0) {
        return P256_INVALID_PUBKEY;
    }
    if (scalar_check(&r, sig) != 0 || scalar_check(&s, sig + 32) != 0) {
        return P256_INVALID_SIGNATURE;
    }
    hash_to_scalar(&e, hash, hlen);
    mod_enter(&s, &s, &p256_n);
    mod_inverse(&s, &s, &p256_n);
    mod_mul(&u, &e, &s, &p256_n);
    mod_leave(&u, &u, &p256_n);
    fe_to_bytes(k, &u);
    /* r is not in Montgomery form: the product leaves it by itself. */
    mod_mul(&u, &r, &s, &p256_n);
    fe_to_bytes(l, &u);

    struct point sum;
    point_multiply_two(&sum, k, l, &key);
    if (point_to_affine(&x, &y, &sum) == 0) {
        return P256_INVALID_SIGNATURE;
    }
    mod_enter(&x, &x, &p256_n);
    mod_leave(&x, &x, &p256_n);
    return fe_is_equal(&x, &r) != 0 ? P256_SUCCESS : P256_INVALID_SIGNATURE;
}
