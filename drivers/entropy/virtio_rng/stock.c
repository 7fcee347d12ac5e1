/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects tested bytes into seeds. */
#include "stock.h"

#include <string.h>

void stock_wipe(void *memory, size_t length)
{
    volatile uint8_t *byte = memory;
    for (size_t i = 0; i < length; i++) {
        byte[i] = 0;
    }
}

void stock_start(struct stock *stock)
{
    stock_wipe(stock, sizeof(*stock));
    health_start(&stock->health);
}

size_t stock_space(const struct stock *stock)
{
    return stock->health.result == HEALTH_OK ? STOCK_SIZE - stock->count : 0;
}

enum health_result stock_add(struct stock *stock, const uint8_t *bytes, size_t length)
{
    bool was_ready = health_ready(&stock->health);
    if (length > stock_space(stock)) {
        length = stock_space(stock);
    }
    enum health_result result = health_test(&stock->health, bytes, length);
    if (result != HEALTH_OK) {
        stock_wipe(stock->bytes, sizeof(stock->bytes));
        stock->count = 0;
    } else if (was_ready) {
        memcpy(stock->bytes + stock->count, bytes, length);
        stock->count += length;
    }
    return result;
}

bool stock_has_seed(const struct stock *stock)
{
    return stock->count >= ENTROPY_SEED_SIZE;
}

void stock_take(struct stock *stock, uint8_t seed[ENTROPY_SEED_SIZE])
{
    stock->count -= ENTROPY_SEED_SIZE;
    memcpy(seed, stock->bytes + stock->count, ENTROPY_SEED_SIZE);
    stock_wipe(stock->bytes + stock->count, ENTROPY_SEED_SIZE);
}
