/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points of P-256 in projective coordinates (x = X/Z, y = Y/Z; Z = 0 is the neutral element). Addition and
 * doubling use the complete formulas of Renes, Costello and Batina (EUROCRYPT 2016, algorithms 4 and 6): no
 * input is special, so there is nothing to branch on.
 */
#ifndef POSTERN_CRYPTO_P256_POINT_H
#define POSTERN_CRYPTO_P256_POINT_H

#include "field.h"

struct point {
    fe x;
    fe y;
    fe z;
};

extern const struct point p256_generator;

/* r = a + b and r = 2 a; r may be an input. */
void point_add(struct point *r, const struct point *a, const struct point *b);
void point_double(struct point *r, const struct point *a);

/* r = k * a for a big-endian scalar; time does not depend on k or a. */
void point_multiply(struct point *r, const uint8_t k[32], const struct point *a);

/* r = k * generator + l * a. */
void point_multiply_two(struct point *r, const uint8_t k[32], const uint8_t l[32], const struct point *a);

/* From affine big-endian x and y; 0, or -1 if a coordinate is not below p or the point is not on the curve.
 */
int point_from_bytes(struct point *r, const uint8_t in[64]);

/* To affine x and y (not in Montgomery form); all ones, or 0 for the neutral element. */
uint64_t point_to_affine(fe *x, fe *y, const struct point *a);

#endif
