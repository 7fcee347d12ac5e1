/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rings' memory with a peer that changes each message as soon as it has been read: what a consumer does
 * with it must come from the one copy that it took and checked. In place of ring_memory.c in the tests of
 * consumers, so that whatever they test holds against it.
 */
#include <string.h>
#include "ring_memory.h"

#define CHANGED 0xa5

uint64_t ring_load64(const volatile uint64_t *word)
{
    return *word;
}

uint32_t ring_load32(const volatile uint32_t *word)
{
    return *word;
}

void ring_store64(uint64_t *word, uint64_t value)
{
    *(volatile uint64_t *)word = value;
}

void ring_store32(uint32_t *word, uint32_t value)
{
    *(volatile uint32_t *)word = value;
}

void ring_fence(void)
{
}

void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length)
{
    uint8_t *from = (uint8_t *)(uintptr_t)shared;

    for (uint32_t i = 0; i < length; i++) {
        to[i] = from[i];
        from[i] = CHANGED;
    }
}

void ring_copy_out(uint8_t *shared, const void *from, uint32_t length)
{
    if (length != 0) {
        memcpy(shared, from, length);
    }
}
