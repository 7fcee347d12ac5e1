/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool of seeds, and the hook through which mbedTLS draws from it. */
#include "seed_pool.h"

#include <string.h>

#include "mbedtls/build_info.h"
#include "mbedtls/platform_util.h"

#include "entropy_poll.h"

static struct {
    uint8_t seed[SEED_POOL_SEEDS][SEED_SIZE];
    size_t count;
} pool;

size_t seed_pool_space(void)
{
    return SEED_POOL_SEEDS - pool.count;
}

size_t seed_pool_count(void)
{
    return pool.count;
}

void seed_pool_put(const uint8_t seed[SEED_SIZE])
{
    if (pool.count < SEED_POOL_SEEDS) {
        memcpy(pool.seed[pool.count], seed, SEED_SIZE);
        pool.count++;
    }
}

size_t seed_pool_take(uint8_t *out, size_t size)
{
    if (pool.count == 0) {
        return 0;
    }
    size_t len = size < SEED_SIZE ? size : SEED_SIZE;
    pool.count--;
    memcpy(out, pool.seed[pool.count], len);
    mbedtls_platform_zeroize(pool.seed[pool.count], SEED_SIZE);
    return len;
}

/* An empty pool yields no bytes: the collector then misses its threshold and the DRBG refuses to run. */
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
    (void)data;
    *olen = seed_pool_take(output, len);
    return 0;
}
