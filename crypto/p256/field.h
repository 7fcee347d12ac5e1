/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic modulo the two primes of curve P-256 (FIPS 186-4 D.1.2.3): the field prime p and the group order
 * n, on four 64-bit limbs in Montgomery form (x * 2^256). Time and memory accesses do not depend on values.
 */
#ifndef POSTERN_CRYPTO_P256_FIELD_H
#define POSTERN_CRYPTO_P256_FIELD_H

#include <stdint.h>

#define FE_LIMBS 4

/* Least significant limb first. A field element is always below its modulus. */
typedef struct {
    uint64_t limb[FE_LIMBS];
} fe;

struct modulus {
    fe value;
    uint64_t negative_inverse; /* -value^-1 mod 2^64 */
    fe square;                 /* 2^512 mod value: takes a number into Montgomery form */
    fe one;                    /* 2^256 mod value: 1 in Montgomery form */
};

extern const struct modulus p256_p;
extern const struct modulus p256_n;

/* z = x * y / 2^256 mod p: the product of two elements in Montgomery form. z may be x or y. */
void fe_mul(fe *z, const fe *x, const fe *y);
void fe_add(fe *z, const fe *x, const fe *y);
void fe_sub(fe *z, const fe *x, const fe *y);

/* The same modulo either prime; the product is slower than fe_mul. */
void mod_mul(fe *z, const fe *x, const fe *y, const struct modulus *m);
void mod_add(fe *z, const fe *x, const fe *y, const struct modulus *m);
void mod_sub(fe *z, const fe *x, const fe *y, const struct modulus *m);

/* z = 1 / x in Montgomery form; 0 gives 0. */
void mod_inverse(fe *z, const fe *x, const struct modulus *m);

/* In and out of Montgomery form; enter accepts any 256-bit number and reduces it. */
void mod_enter(fe *z, const fe *x, const struct modulus *m);
void mod_leave(fe *z, const fe *x, const struct modulus *m);

/* Big-endian bytes. fe_from_bytes does not reduce. */
void fe_from_bytes(fe *z, const uint8_t in[32]);
void fe_to_bytes(uint8_t out[32], const fe *x);

/* All ones if the condition holds, else 0. */
uint64_t fe_is_zero(const fe *x);
uint64_t fe_is_equal(const fe *x, const fe *y);
uint64_t fe_is_below(const fe *x, const fe *y);

/* z = x where mask is all ones, unchanged where it is 0. */
void fe_select(fe *z, const fe *x, uint64_t mask);

#endif
