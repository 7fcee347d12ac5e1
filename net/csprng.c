/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 (RFC 8439) run as a generator with fast key erasure. */
#include "csprng.h"

#include <string.h>

static uint32_t rotl(uint32_t x, unsigned n)
{
    return (x << n) | (x >> (32 - n));
}

static uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void store_le32(uint8_t *p, uint32_t x)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(x >> (8 * i));
    }
}

static void quarter(uint32_t s[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
    s[a] += s[b];
    s[d] = rotl(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotl(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotl(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotl(s[b] ^ s[c], 7);
}

void chacha20_block(const uint8_t key[CSPRNG_KEY_BYTES], uint32_t counter, const uint8_t nonce[12],
                    uint8_t out[CSPRNG_BLOCK_BYTES])
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    uint32_t s[16];

    for (unsigned i = 0; i < 8; i++) {
        start[4 + i] = load_le32(key + (size_t)4 * i);
    }
    start[12] = counter;
    for (unsigned i = 0; i < 3; i++) {
        start[13 + i] = load_le32(nonce + (size_t)4 * i);
    }
    memcpy(s, start, sizeof(s));
    for (unsigned i = 0; i < 10; i++) {
        quarter(s, 0, 4, 8, 12);
        quarter(s, 1, 5, 9, 13);
        quarter(s, 2, 6, 10, 14);
        quarter(s, 3, 7, 11, 15);
        quarter(s, 0, 5, 10, 15);
        quarter(s, 1, 6, 11, 12);
        quarter(s, 2, 7, 8, 13);
        quarter(s, 3, 4, 9, 14);
    }
    for (unsigned i = 0; i < 16; i++) {
        store_le32(out + (size_t)4 * i, s[i] + start[i]);
    }
}

/* One block: its first half becomes the next key, its second half the pool. */
static void refill(struct csprng *c)
{
    static const uint8_t nonce[12];
    uint8_t block[CSPRNG_BLOCK_BYTES];

    chacha20_block(c->key, 0, nonce, block);
    memcpy(c->key, block, CSPRNG_KEY_BYTES);
    memcpy(c->pool, block + CSPRNG_KEY_BYTES, sizeof(c->pool));
    memset(block, 0, sizeof(block));
    c->left = sizeof(c->pool);
}

void csprng_mix(struct csprng *c, const void *data, size_t len)
{
    const uint8_t *p = data;

    while (len > 0) {
        size_t n = len < CSPRNG_KEY_BYTES ? len : CSPRNG_KEY_BYTES;
        for (size_t i = 0; i < n; i++) {
            c->key[i] ^= p[i];
        }
        refill(c);
        p += n;
        len -= n;
        c->seeded = n < CSPRNG_KEY_BYTES - c->seeded ? c->seeded + n : CSPRNG_KEY_BYTES;
    }
}

bool csprng_ready(const struct csprng *c)
{
    return c->seeded >= CSPRNG_KEY_BYTES;
}

void csprng_bytes(struct csprng *c, void *out, size_t len)
{
    uint8_t *p = out;

    while (len > 0) {
        if (c->left == 0) {
            refill(c);
        }
        size_t n = len < c->left ? len : c->left;
        uint8_t *from = c->pool + sizeof(c->pool) - c->left;
        memcpy(p, from, n);
        memset(from, 0, n);
        c->left -= n;
        p += n;
        len -= n;
    }
}

uint32_t csprng_u32(struct csprng *c)
{
    uint8_t b[4];

    csprng_bytes(c, b, sizeof(b));
    return load_le32(b);
}
