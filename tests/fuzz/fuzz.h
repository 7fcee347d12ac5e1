/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libFuzzer calls with each input, and how targets take an input apart: an input that is used up gives
 * zeros, so that every input is a complete one.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Run the code under test once; the sanitizers judge. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What of an input is not used yet. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* What must hold whatever the input is. */
#define FUZZ_CHECK(condition)                                                                    \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                             \
        }                                                                                        \
    } while (0)

/* Takes up to `size` bytes to `out`; zeros follow them. */
static inline void fuzz_bytes(struct fuzz_input *input, void *out, size_t size)
{
    size_t there = input->left < size ? input->left : size;
    memset(out, 0, size);
    if (there != 0) {
        memcpy(out, input->at, there);
    }
    input->at += there;
    input->left -= there;
}

static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    uint8_t byte;
    fuzz_bytes(input, &byte, 1);
    return byte;
}

/* Little endian. */
static inline uint16_t fuzz_u16(struct fuzz_input *input)
{
    uint8_t bytes[2];
    fuzz_bytes(input, bytes, sizeof bytes);
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* Takes up to `size` bytes as memory of exactly that many, so that reading behind them is seen. The caller
 * frees it. */
static inline uint8_t *fuzz_copy(struct fuzz_input *input, size_t size, size_t *taken)
{
    *taken = input->left < size ? input->left : size;
    uint8_t *copy = malloc(*taken != 0 ? *taken : 1);
    FUZZ_CHECK(copy != NULL);
    fuzz_bytes(input, copy, *taken);
    return copy;
}

#endif
