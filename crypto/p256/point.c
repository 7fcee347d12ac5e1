/* SPDX-License-Identifier: BSD-2-Clause */
/* Group law of P-256 and scalar multiplication with a fixed window of four bits. */
#include "point.h"

#include <stddef.h>

#include "mbedtls/platform_util.h"

#define WINDOW_SIZE 16

/* The b of y^2 = x^3 - 3x + b, and the base point, all in Montgomery form. */
static const fe curve_b = {{0xd89cdf6229c4bddf, 0xacf005cd78843090, 0xe5a220abf7212ed6, 0xdc30061d04874834}};

const struct point p256_generator = {
    .x = {{0x79e730d418a9143c, 0x75ba95fc5fedb601, 0x79fb732b77622510, 0x18905f76a53755c6}},
    .y = {{0xddf25357ce95560a, 0x8b4ab8e4ba19e45c, 0xd2e88688dd21f325, 0x8571ff1825885d85}},
    .z = {{1, 0xffffffff00000000, UINT64_MAX, 0xfffffffe}},
};

static void triple(fe *z, const fe *x)
{
    fe twice;
    fe_add(&twice, x, x);
    fe_add(z, &twice, x);
}

/* z = (a + b)(c + d) - e - f: the cross products, one multiplication instead of two. */
static void cross(fe *z, const fe *a, const fe *b, const fe *c, const fe *d, const fe *e, const fe *f)
{
    fe left;
    fe right;
    fe_add(&left, a, b);
    fe_add(&right, c, d);
    fe_mul(&left, &left, &right);
    fe_add(&right, e, f);
    fe_sub(z, &left, &right);
}

/* z = x * y + u * v, or minus if asked. */
static void products(fe *z, const fe *x, const fe *y, const fe *u, const fe *v, int minus)
{
    fe first;
    fe second;
    fe_mul(&first, x, y);
    fe_mul(&second, u, v);
    if (minus) {
        fe_sub(z, &first, &second);
    } else {
        fe_add(z, &first, &second);
    }
}

void point_add(struct point *r, const struct point *a, const struct point *b)
{
    fe xx, yy, zz, xy, yz, xz, bzz, plus, minus, mixed, sum;

    fe_mul(&xx, &a->x, &b->x);
    fe_mul(&yy, &a->y, &b->y);
    fe_mul(&zz, &a->z, &b->z);
    cross(&xy, &a->x, &a->y, &b->x, &b->y, &xx, &yy); /* X1 Y2 + X2 Y1 */
    cross(&yz, &a->y, &a->z, &b->y, &b->z, &yy, &zz);
    cross(&xz, &a->x, &a->z, &b->x, &b->z, &xx, &zz);

    fe_mul(&bzz, &curve_b, &zz);
    fe_sub(&bzz, &xz, &bzz);
    triple(&bzz, &bzz); /* 3 (X1 Z2 + X2 Z1 - b Z1 Z2) */
    fe_sub(&minus, &yy, &bzz);
    fe_add(&plus, &yy, &bzz);

    triple(&zz, &zz);
    fe_mul(&mixed, &curve_b, &xz);
    fe_sub(&mixed, &mixed, &zz);
    fe_sub(&mixed, &mixed, &xx);
    triple(&mixed, &mixed); /* 3 (b (X1 Z2 + X2 Z1) - 3 Z1 Z2 - X1 X2) */
    triple(&sum, &xx);
    fe_sub(&sum, &sum, &zz); /* 3 (X1 X2 - Z1 Z2) */

    products(&r->x, &xy, &plus, &yz, &mixed, 1);
    products(&r->y, &plus, &minus, &sum, &mixed, 0);
    products(&r->z, &yz, &minus, &xy, &sum, 0);
}

void point_double(struct point *r, const struct point *a)
{
    fe xx, yy, zz, xy, xz, yz, s, minus, plus, t;

    fe_mul(&xx, &a->x, &a->x);
    fe_mul(&yy, &a->y, &a->y);
    fe_mul(&zz, &a->z, &a->z);
    fe_mul(&xy, &a->x, &a->y);
    fe_add(&xy, &xy, &xy);
    fe_mul(&xz, &a->x, &a->z);
    fe_add(&xz, &xz, &xz);
    fe_mul(&yz, &a->y, &a->z);
    fe_add(&yz, &yz, &yz);

    fe_mul(&s, &curve_b, &zz);
    fe_sub(&s, &s, &xz);
    triple(&s, &s); /* 3 (b Z^2 - 2 X Z) */
    fe_sub(&minus, &yy, &s);
    fe_add(&plus, &yy, &s);

    triple(&zz, &zz);
    fe_mul(&t, &curve_b, &xz);
    fe_sub(&t, &t, &zz);
    fe_sub(&t, &t, &xx);
    triple(&t, &t); /* 3 (2 b X Z - 3 Z^2 - X^2) */
    triple(&xx, &xx);
    fe_sub(&xx, &xx, &zz); /* 3 (X^2 - Z^2) */

    products(&r->x, &minus, &xy, &t, &yz, 1);
    products(&r->y, &minus, &plus, &xx, &t, 0);
    fe_mul(&t, &yz, &yy);
    fe_add(&t, &t, &t);
    fe_add(&r->z, &t, &t);
}

/* 0 a, 1 a, ... 15 a */
static void make_window(struct point window[WINDOW_SIZE], const struct point *a)
{
    window[0] = (struct point){.y = p256_p.one};
    window[1] = *a;
    for (size_t i = 2; i < WINDOW_SIZE; i++) {
        point_add(&window[i], &window[i - 1], a);
    }
}

/* r += window[digit]; every entry is read, so that the digit leaves no trace in the cache. */
static void add_entry(struct point *r, const struct point window[WINDOW_SIZE], uint64_t digit)
{
    struct point entry = window[0];
    for (uint64_t i = 1; i < WINDOW_SIZE; i++) {
        uint64_t difference = i ^ digit;
        uint64_t mask = ((difference | (0 - difference)) >> 63) - 1;
        fe_select(&entry.x, &window[i].x, mask);
        fe_select(&entry.y, &window[i].y, mask);
        fe_select(&entry.z, &window[i].z, mask);
    }
    point_add(r, r, &entry);
}

static uint64_t digit_of(const uint8_t k[32], size_t index)
{
    return (uint64_t)(k[index / 2] >> (index % 2 == 0 ? 4 : 0)) & 0xF;
}

static void shift_window(struct point *r)
{
    for (unsigned i = 0; i < 4; i++) {
        point_double(r, r);
    }
}

void point_multiply(struct point *r, const uint8_t k[32], const struct point *a)
{
    struct point window[WINDOW_SIZE];
    make_window(window, a);
    *r = window[0];
    for (size_t i = 0; i < 64; i++) {
        shift_window(r);
        add_entry(r, window, digit_of(k, i));
    }
    mbedtls_platform_zeroize(window, sizeof(window));
}

void point_multiply_two(struct point *r, const uint8_t k[32], const uint8_t l[32], const struct point *a)
{
    struct point generator_window[WINDOW_SIZE];
    struct point window[WINDOW_SIZE];
    make_window(generator_window, &p256_generator);
    make_window(window, a);
    *r = window[0];
    for (size_t i = 0; i < 64; i++) {
        shift_window(r);
        add_entry(r, generator_window, digit_of(k, i));
        add_entry(r, window, digit_of(l, i));
    }
}

/* y^2 = x^3 - 3 x + b */
static uint64_t on_curve(const struct point *a)
{
    fe left, right, three;
    fe_mul(&left, &a->y, &a->y);
    fe_mul(&right, &a->x, &a->x);
    fe_mul(&right, &right, &a->x);
    triple(&three, &a->x);
    fe_sub(&right, &right, &three);
    fe_add(&right, &right, &curve_b);
    return fe_is_equal(&left, &right);
}

int point_from_bytes(struct point *r, const uint8_t in[64])
{
    fe_from_bytes(&r->x, in);
    fe_from_bytes(&r->y, in + 32);
    uint64_t valid = fe_is_below(&r->x, &p256_p.value) & fe_is_below(&r->y, &p256_p.value);
    mod_enter(&r->x, &r->x, &p256_p);
    mod_enter(&r->y, &r->y, &p256_p);
    r->z = p256_p.one;
    valid &= on_curve(r);
    return valid != 0 ? 0 : -1;
}

uint64_t point_to_affine(fe *x, fe *y, const struct point *a)
{
    fe inverse;
    mod_inverse(&inverse, &a->z, &p256_p);
    fe_mul(x, &a->x, &inverse);
    fe_mul(y, &a->y, &inverse);
    mod_leave(x, x, &p256_p);
    mod_leave(y, y, &p256_p);
    return ~fe_is_zero(&a->z);
}
