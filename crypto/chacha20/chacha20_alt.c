/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ChaCha20 (RFC 8439) for the library's interface, with the sixteen words of a block in registers. Additions,
 * exclusive ors and rotations by constants only: nothing depends on what is secret but values.
 */
#include <string.h>

#include "mbedtls/chacha20.h"
#include "mbedtls/platform_util.h"

#define BLOCK   sizeof(((mbedtls_chacha20_context *)0)->stream)
#define COUNTER 12

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words of the stream are little-endian");

#define ROTATE(word, by) ((word) << (by) | (word) >> (32 - (by)))

/* One step of a quarter round. A macro, so that each word stays in a register of its own. */
#define STEP(a, b, d, by) ((a) += (b), (d) ^= (a), (d) = ROTATE(d, by))

#define QUARTER(a, b, c, d) (STEP(a, b, d, 16), STEP(c, d, b, 12), STEP(a, b, d, 8), STEP(c, d, b, 7))

/* The next block of the stream, and the counter one further. */
static void next_block(mbedtls_chacha20_context *ctx)
{
    uint32_t *const in = ctx->state, *const out = ctx->stream;
    uint32_t x0 = in[0], x1 = in[1], x2 = in[2], x3 = in[3], x4 = in[4], x5 = in[5], x6 = in[6], x7 = in[7];
    uint32_t x8 = in[8], x9 = in[9], xa = in[10], xb = in[11], xc = in[12], xd = in[13], xe = in[14],
             xf = in[15];

    for (unsigned i = 0; i < 10; i++) {
        QUARTER(x0, x4, x8, xc);
        QUARTER(x1, x5, x9, xd);
        QUARTER(x2, x6, xa, xe);
        QUARTER(x3, x7, xb, xf);
        QUARTER(x0, x5, xa, xf);
        QUARTER(x1, x6, xb, xc);
        QUARTER(x2, x7, x8, xd);
        QUARTER(x3, x4, x9, xe);
    }
    out[0] = x0 + in[0];
    out[1] = x1 + in[1];
    out[2] = x2 + in[2];
    out[3] = x3 + in[3];
    out[4] = x4 + in[4];
    out[5] = x5 + in[5];
    out[6] = x6 + in[6];
    out[7] = x7 + in[7];
    out[8] = x8 + in[8];
    out[9] = x9 + in[9];
    out[10] = xa + in[10];
    out[11] = xb + in[11];
    out[12] = xc + in[12];
    out[13] = xd + in[13];
    out[14] = xe + in[14];
    out[15] = xf + in[15];
    in[COUNTER]++;
}

static void exclusive_or(uint8_t *out, const uint8_t *in, const uint8_t *stream, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = in[i] ^ stream[i];
    }
}

typedef uint64_t __attribute__((may_alias)) word_t;

/* A whole block. What comes in and goes out may lie anywhere, so it is moved by memcpy and changed in words.
 */
static void exclusive_or_block(uint8_t *out, const uint8_t *in, const uint32_t *stream)
{
    const word_t *key = (const word_t *)(const void *)stream;
    uint64_t data[BLOCK / sizeof(uint64_t)];

    memcpy(data, in, sizeof data);
    for (unsigned i = 0; i < sizeof data / sizeof data[0]; i++) {
        data[i] ^= key[i];
    }
    memcpy(out, data, sizeof data);
}

void mbedtls_chacha20_init(mbedtls_chacha20_context *ctx)
{
    ctx->used = BLOCK;
}

void mbedtls_chacha20_free(mbedtls_chacha20_context *ctx)
{
    if (ctx != NULL) {
        mbedtls_platform_zeroize(ctx, sizeof *ctx);
    }
}

int mbedtls_chacha20_setkey(mbedtls_chacha20_context *ctx, const unsigned char key[32])
{
    static const uint8_t constants[] = "expand 32-byte k";

    memcpy(ctx->state, constants, sizeof constants - 1);
    memcpy(ctx->state + 4, key, 32);
    return 0;
}

int mbedtls_chacha20_starts(mbedtls_chacha20_context *ctx, const unsigned char nonce[12], uint32_t counter)
{
    ctx->state[COUNTER] = counter;
    memcpy(ctx->state + COUNTER + 1, nonce, 12);
    ctx->used = BLOCK;
    return 0;
}

int mbedtls_chacha20_update(mbedtls_chacha20_context *ctx, size_t size, const unsigned char *input,
                            unsigned char *output)
{
    size_t done = BLOCK - ctx->used < size ? BLOCK - ctx->used : size;

    exclusive_or(output, input, (const uint8_t *)ctx->stream + ctx->used, done);
    ctx->used += done;
    for (; size - done >= BLOCK; done += BLOCK) {
        next_block(ctx);
        exclusive_or_block(output + done, input + done, ctx->stream);
    }
    if (done < size) {
        next_block(ctx);
        exclusive_or(output + done, input + done, (const uint8_t *)ctx->stream, size - done);
        ctx->used = size - done;
    }
    return 0;
}

int mbedtls_chacha20_crypt(const unsigned char key[32], const unsigned char nonce[12], uint32_t counter,
                           size_t size, const unsigned char *input, unsigned char *output)
{
    mbedtls_chacha20_context ctx;

    mbedtls_chacha20_init(&ctx);
    (void)mbedtls_chacha20_setkey(&ctx, key);
    (void)mbedtls_chacha20_starts(&ctx, nonce, counter);
    (void)mbedtls_chacha20_update(&ctx, size, input, output);
    mbedtls_chacha20_free(&ctx);
    return 0;
}
