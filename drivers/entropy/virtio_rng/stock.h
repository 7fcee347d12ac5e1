/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random bytes on their way from the device to the clients: tested, collected, handed out as seeds, each byte
 * once. No byte leaves before the start-up test has passed, and none after a failure.
 */
#ifndef POSTERN_ENTROPY_STOCK_H
#define POSTERN_ENTROPY_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <postern/protocol/entropy.h>

#include "health.h"

#define STOCK_SIZE 256

struct stock {
    struct health health;
    size_t count; /* tested bytes in hand */
    uint8_t bytes[STOCK_SIZE];
};

void stock_start(struct stock *stock);

/* Bytes that stock_add can take now; 0 after a failure. */
size_t stock_space(const struct stock *stock);

/* Tests length bytes (at most stock_space) and keeps them, or throws them away during the start-up test. On a
 * failure everything in hand is wiped. */
enum health_result stock_add(struct stock *stock, const uint8_t *bytes, size_t length);

/* True if a seed can be taken. */
bool stock_has_seed(const struct stock *stock);

/* Moves one seed out and wipes it here; only if there is one. */
void stock_take(struct stock *stock, uint8_t seed[ENTROPY_SEED_SIZE]);

/* Overwrites memory in a way that the compiler keeps. */
void stock_wipe(void *memory, size_t length);

#endif
