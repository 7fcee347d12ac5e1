/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Variables of each kind, several pages of them, the stack, the message buffer, the FPU.
 */
#include <stdint.h>
#include <microkit.h>

#include "state.h"

#define STACK_TOP  0x3fffffd000u
#define STACK_SIZE 0x3000u
#define FRAMES     0x400u /* what the functions that run before the check may have used */
#define WORDS      3000u
#define PATTERN    0x5a5a1234u

static volatile uint32_t initialised[WORDS] = {[0 ... WORDS - 1] = PATTERN};
static volatile uint32_t zero[WORDS];
static volatile uint8_t odd = 7; /* the data's end is not aligned */
static volatile uint32_t constructed;
static _Thread_local volatile uint32_t local = 9, local_zero;

static uint32_t one(void)
{
    return 1;
}

static uint32_t two(void)
{
    return 2;
}

static uint32_t (*volatile table[])(void) = {one, two};

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

static int all_are(const volatile uint32_t *words, uint32_t value)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        if (words[i] != value) {
            return 0;
        }
    }
    return 1;
}

static int stack_is_clear(void)
{
    for (uintptr_t at = STACK_TOP - STACK_SIZE; at < STACK_TOP - FRAMES; at += 8) {
        if (*(volatile uint64_t *)at != 0) {
            return 0;
        }
    }
    return 1;
}

static uint64_t fpu_state(void)
{
    uint64_t flags, first, last;

    __asm__ volatile("frcsr %0; fmv.x.d %1, f0; fmv.x.d %2, f31" : "=r"(flags), "=r"(first), "=r"(last));
    return flags | first | last;
}

static uintptr_t stack_pointer(void)
{
    uintptr_t sp;

    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}

const char *state_wrong(void)
{
    if (!stack_is_clear()) {
        return "stack";
    }
    if (stack_pointer() > STACK_TOP || stack_pointer() < STACK_TOP - FRAMES) {
        return "stack pointer";
    }
    if (!all_are(initialised, PATTERN) || odd != 7) {
        return "data";
    }
    if (!all_are(zero, 0)) {
        return "bss";
    }
    if (local != 9 || local_zero != 0) {
        return "thread-local data";
    }
    if (table[0]() != 1 || table[1]() != 2) {
        return "table of functions";
    }
    if (constructed != 1) {
        return "constructor";
    }
    if (fpu_state() != 0) {
        return "FPU";
    }
    if (microkit_have_signal || microkit_signal_cap != 0 || microkit_notifications != 1u << 3) {
        return "runtime";
    }
    return seL4_GetUserData() == 0 && seL4_GetMR(100) == 0 ? 0 : "message buffer";
}

/* Everything below the frame of the caller. */
__attribute__((noinline)) static void spoil_stack(void)
{
    for (uintptr_t at = STACK_TOP - STACK_SIZE; at < stack_pointer() - 64; at += 8) {
        *(volatile uint64_t *)at = 0xa5a5a5a5a5a5a5a5u;
    }
}

void state_spoil(void)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        initialised[i] = i;
        zero[i] = ~i;
    }
    odd = 0xff;
    constructed = 41;
    local = 10;
    local_zero = 11;
    table[0] = two;
    table[1] = 0;
    seL4_SetUserData(1);
    seL4_SetMR(100, 1);
    microkit_signal_cap = 1000000;
    microkit_irqs = ~0UL;
    spoil_stack();
    __asm__ volatile("fscsr %0; fmv.d.x f0, %0; fmv.d.x f31, %0" : : "r"(0xffL));
}
