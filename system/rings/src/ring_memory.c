/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ring memory access by C11 atomics; on RISC-V: fence r,rw after loads, fence rw,w before stores, fence
 * rw,rw.
 */
#include <string.h>
#include "ring_memory.h"

uint64_t ring_load64(const volatile uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

uint32_t ring_load32(const volatile uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

void ring_store64(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void ring_store32(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

void ring_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* memcpy reads each byte at least once and the caller looks only at the copy, so a change under the copy is
 * harmless. The barrier keeps the compiler from reading the shared side again instead of the copy. */
void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length)
{
    memcpy(to, (const uint8_t *)(uintptr_t)shared, length);
    __asm__ volatile("" : : "r"(to) : "memory");
}

void ring_copy_out(uint8_t *shared, const void *from, uint32_t length)
{
    if (length != 0) {
        memcpy(shared, from, length);
    }
    __asm__ volatile("" : : "r"(shared) : "memory");
}
