/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiler copies and clears large structures with these. */
#include "machine/memory.h"

__attribute__((used)) void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    u8 *target = to;
    const u8 *source = from;
    for (size_t i = 0; i < size; i++)
        target[i] = source[i];
    return to;
}

__attribute__((used)) void *memset(void *to, int value, size_t size)
{
    u8 *target = to;
    for (size_t i = 0; i < size; i++)
        target[i] = (u8)(value & 0xff);
    return to;
}
