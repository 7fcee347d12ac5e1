/* SPDX-License-Identifier: BSD-2-Clause */
/* Montgomery arithmetic on four 64-bit limbs, without branches on values. */
#include "field.h"

#include <stddef.h>

typedef unsigned __int128 u128;

const struct modulus p256_p = {
    .value = {{UINT64_MAX, 0x00000000ffffffff, 0, 0xffffffff00000001}},
    .negative_inverse = 1,
    .square = {{3, 0xfffffffbffffffff, 0xfffffffffffffffe, 0x4fffffffd}},
    .one = {{1, 0xffffffff00000000, UINT64_MAX, 0xfffffffe}},
};

const struct modulus p256_n = {
    .value = {{0xf3b9cac2fc632551, 0xbce6faada7179e84, UINT64_MAX, 0xffffffff00000000}},
    .negative_inverse = 0xccd1c8aaee00bc4f,
    .square = {{0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620}},
    .one = {{0x0c46353d039cdaaf, 0x4319055258e8617b, 0, 0x00000000ffffffff}},
};

/* low + 2^64 * return = x * y + a + b; this cannot overflow. */
static inline uint64_t multiply_add(uint64_t *low, uint64_t x, uint64_t y, uint64_t a, uint64_t b)
{
    u128 sum = (u128)x * y + a + b;
    *low = (uint64_t)sum;
    return (uint64_t)(sum >> 64);
}

static inline uint64_t add_carry(uint64_t *z, uint64_t x, uint64_t y, uint64_t carry)
{
    u128 sum = (u128)x + y + carry;
    *z = (uint64_t)sum;
    return (uint64_t)(sum >> 64);
}

static inline uint64_t subtract_borrow(uint64_t *z, uint64_t x, uint64_t y, uint64_t borrow)
{
    u128 difference = (u128)x - y - borrow;
    *z = (uint64_t)difference;
    return (uint64_t)(difference >> 64) & 1;
}

void fe_select(fe *z, const fe *x, uint64_t mask)
{
    for (size_t i = 0; i < FE_LIMBS; i++) {
        z->limb[i] ^= mask & (z->limb[i] ^ x->limb[i]);
    }
}

/* z = t + 2^256 * high, reduced once: right for numbers below twice the modulus. */
static inline void reduce_once(fe *z, const uint64_t t[FE_LIMBS], uint64_t high, const fe *m)
{
    uint64_t d[FE_LIMBS];
    uint64_t borrow = 0;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        borrow = subtract_borrow(&d[i], t[i], m->limb[i], borrow);
    }
    /* The difference is negative only if it borrows more than high has: then t itself is the answer. */
    uint64_t keep = 0 - (borrow & (high ^ 1));
    for (size_t i = 0; i < FE_LIMBS; i++) {
        z->limb[i] = (t[i] & keep) | (d[i] & ~keep);
    }
}

/* t = t + x * y[i] over five limbs, t below 2^320. */
static inline void accumulate(uint64_t t[FE_LIMBS + 2], const fe *x, uint64_t y)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        carry = multiply_add(&t[i], x->limb[i], y, t[i], carry);
    }
    t[FE_LIMBS + 1] = add_carry(&t[FE_LIMBS], t[FE_LIMBS], carry, 0);
}

void fe_mul(fe *z, const fe *x, const fe *y)
{
    uint64_t t[FE_LIMBS + 2] = {0};
    for (size_t i = 0; i < FE_LIMBS; i++) {
        accumulate(t, x, y->limb[i]);
        /*
         * Adding t[0] * p clears t[0], because p = -1 mod 2^64. With p + 1 = 2^96 + 2^192 *
         * 0xffffffff00000001 only limbs 1 and 2 get a shifted t[0], limbs 3 and 4 a product.
         */
        uint64_t m = t[0];
        uint64_t carry = add_carry(&t[0], t[1], m << 32, 0);
        carry = add_carry(&t[1], t[2], m >> 32, carry);
        carry = multiply_add(&t[2], m, p256_p.value.limb[3], t[3], carry);
        carry = add_carry(&t[3], t[4], carry, 0);
        t[4] = t[5] + carry;
    }
    reduce_once(z, t, t[4], &p256_p.value);
}

void mod_mul(fe *z, const fe *x, const fe *y, const struct modulus *m)
{
    uint64_t t[FE_LIMBS + 2] = {0};
    for (size_t i = 0; i < FE_LIMBS; i++) {
        accumulate(t, x, y->limb[i]);
        uint64_t factor = t[0] * m->negative_inverse;
        uint64_t ignored;
        uint64_t carry = multiply_add(&ignored, factor, m->value.limb[0], t[0], 0);
        for (size_t j = 1; j < FE_LIMBS; j++) {
            carry = multiply_add(&t[j - 1], factor, m->value.limb[j], t[j], carry);
        }
        carry = add_carry(&t[3], t[4], carry, 0);
        t[4] = t[5] + carry;
    }
    reduce_once(z, t, t[4], &m->value);
}

static inline void add(fe *z, const fe *x, const fe *y, const fe *m)
{
    uint64_t t[FE_LIMBS];
    uint64_t carry = 0;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        carry = add_carry(&t[i], x->limb[i], y->limb[i], carry);
    }
    reduce_once(z, t, carry, m);
}

static inline void sub(fe *z, const fe *x, const fe *y, const fe *m)
{
    uint64_t borrow = 0;
    uint64_t t[FE_LIMBS];
    for (size_t i = 0; i < FE_LIMBS; i++) {
        borrow = subtract_borrow(&t[i], x->limb[i], y->limb[i], borrow);
    }
    uint64_t mask = 0 - borrow;
    uint64_t carry = 0;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        carry = add_carry(&z->limb[i], t[i], m->limb[i] & mask, carry);
    }
}

void fe_add(fe *z, const fe *x, const fe *y)
{
    add(z, x, y, &p256_p.value);
}

void fe_sub(fe *z, const fe *x, const fe *y)
{
    sub(z, x, y, &p256_p.value);
}

void mod_add(fe *z, const fe *x, const fe *y, const struct modulus *m)
{
    add(z, x, y, &m->value);
}

void mod_sub(fe *z, const fe *x, const fe *y, const struct modulus *m)
{
    sub(z, x, y, &m->value);
}

/* Fermat: x^(m - 2). The exponent is public. */
void mod_inverse(fe *z, const fe *x, const struct modulus *m)
{
    fe exponent = m->value;
    exponent.limb[0] -= 2; /* both primes end in more than 2 */
    fe base = *x;
    fe result = m->one;
    for (size_t i = 256; i-- > 0;) {
        mod_mul(&result, &result, &result, m);
        if (((exponent.limb[i / 64] >> (i % 64)) & 1) != 0) {
            mod_mul(&result, &result, &base, m);
        }
    }
    *z = result;
}

void mod_enter(fe *z, const fe *x, const struct modulus *m)
{
    mod_mul(z, x, &m->square, m);
}

void mod_leave(fe *z, const fe *x, const struct modulus *m)
{
    const fe one = {{1, 0, 0, 0}};
    mod_mul(z, x, &one, m);
}

void fe_from_bytes(fe *z, const uint8_t in[32])
{
    for (size_t i = 0; i < FE_LIMBS; i++) {
        uint64_t limb = 0;
        for (size_t j = 0; j < 8; j++) {
            limb = limb << 8 | in[8 * (FE_LIMBS - 1 - i) + j];
        }
        z->limb[i] = limb;
    }
}

void fe_to_bytes(uint8_t out[32], const fe *x)
{
    for (size_t i = 0; i < 32; i++) {
        out[31 - i] = (uint8_t)(x->limb[i / 8] >> (8 * (i % 8)));
    }
}

static uint64_t mask_of_zero(uint64_t bits)
{
    return ((bits | (0 - bits)) >> 63) - 1;
}

uint64_t fe_is_zero(const fe *x)
{
    return mask_of_zero(x->limb[0] | x->limb[1] | x->limb[2] | x->limb[3]);
}

uint64_t fe_is_equal(const fe *x, const fe *y)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        bits |= x->limb[i] ^ y->limb[i];
    }
    return mask_of_zero(bits);
}

uint64_t fe_is_below(const fe *x, const fe *y)
{
    uint64_t borrow = 0;
    uint64_t ignored;
    for (size_t i = 0; i < FE_LIMBS; i++) {
        borrow = subtract_borrow(&ignored, x->limb[i], y->limb[i], borrow);
    }
    return 0 - borrow;
}
