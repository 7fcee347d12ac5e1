/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random seed bytes waiting for the DRBG: the entropy ring fills the pool, mbedTLS's entropy collector
 * empties it. Bytes are wiped as they leave; nothing is ever delivered twice.
 */
#ifndef POSTERN_CRYPTO_SEED_POOL_H
#define POSTERN_CRYPTO_SEED_POOL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of one seed as the entropy driver delivers it. */
#define SEED_SIZE 64U

/* Seeds held at most: two start the DRBG (entropy and nonce), the rest are for reseeding. */
#define SEED_POOL_SEEDS 8U

#define SEED_POOL_START 2U

/* Number of seeds that the pool can still take. */
size_t seed_pool_space(void);

/* Number of seeds held. */
size_t seed_pool_count(void);

/* Copies one seed into the pool; the caller wipes its own copy. Without space nothing happens. */
void seed_pool_put(const uint8_t seed[SEED_SIZE]);

/* Takes one seed: copies the first min(size, SEED_SIZE) bytes to out and wipes the slot. Returns the bytes
 * copied, 0 if the pool is empty. */
size_t seed_pool_take(uint8_t *out, size_t size);

#endif
