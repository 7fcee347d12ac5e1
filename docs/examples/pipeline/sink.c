/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Last stage: adds everything up and gives the buffers back.
 */
#include "desk.h"

static uint64_t sum;
static uint32_t count;

void init(void)
{
}

void notified(microkit_channel ch)
{
    const uint64_t *buffer;
    uint32_t number;

    (void)ch;
    while ((buffer = take(&number))) {
        for (uint32_t i = 0; i < BUFFER_WORDS; i++) {
            sum += buffer[i];
        }
        count++;
        pass(number);
    }
    microkit_notify(NEXT);
    microkit_dbg_puts("sink: buffers ");
    microkit_dbg_put32(count);
    microkit_dbg_puts(", sum modulo 1000000007: ");
    microkit_dbg_put32((uint32_t)(sum % 1000000007u));
    microkit_dbg_puts("\n");
}
