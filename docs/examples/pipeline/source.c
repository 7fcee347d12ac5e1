/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First stage: fills buffers with numbers, 100 buffers in all. At the beginning all buffers are its own.
 */
#include "desk.h"

#define TOTAL 100u

static uint64_t value;
static uint32_t filled;

static void fill(uint64_t *buffer, uint32_t number)
{
    for (uint32_t i = 0; i < BUFFER_WORDS; i++) {
        buffer[i] = value++;
    }
    filled++;
    pass(number);
}

void init(void)
{
    for (uint32_t number = 0; number < BUFFERS; number++) {
        fill(buffers[number], number);
    }
    microkit_notify(NEXT);
}

void notified(microkit_channel ch)
{
    uint32_t number, had = filled;
    uint64_t *buffer;

    (void)ch;
    while (filled < TOTAL && (buffer = take(&number))) {
        fill(buffer, number);
    }
    if (filled != had) {
        microkit_notify(NEXT);
    }
}
