/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random numbers of the network stack (ports, transaction ids, the sequence-number key): ChaCha20 whose
 * key is replaced by part of every block it produces, so that numbers already given out cannot be computed
 * from a later state of the memory.
 */
#ifndef NET_CSPRNG_H
#define NET_CSPRNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSPRNG_KEY_BYTES   32
#define CSPRNG_BLOCK_BYTES 64

struct csprng {
    uint8_t key[CSPRNG_KEY_BYTES];
    uint8_t pool[CSPRNG_BLOCK_BYTES -
                 CSPRNG_KEY_BYTES]; /* random bytes not given out yet: the last `left` of it */
    size_t left;
    size_t seeded; /* bytes mixed in so far; stops counting at CSPRNG_KEY_BYTES */
};

/* Stirs `len` random bytes into the state. More input never makes the state worse, whoever chose it. */
void csprng_mix(struct csprng *c, const void *data, size_t len);

/* True once at least CSPRNG_KEY_BYTES bytes have been mixed in. Before that no number may be taken. */
bool csprng_ready(const struct csprng *c);

/* Fills `len` bytes at `out`. */
void csprng_bytes(struct csprng *c, void *out, size_t len);

/* A number uniform over 32 bits. */
uint32_t csprng_u32(struct csprng *c);

/* The ChaCha20 block function of RFC 8439, section 2.3: 64 bytes for a key, a block counter and a nonce. */
void chacha20_block(const uint8_t key[CSPRNG_KEY_BYTES], uint32_t counter, const uint8_t nonce[12],
                    uint8_t out[CSPRNG_BLOCK_BYTES]);

#endif
