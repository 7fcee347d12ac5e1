/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second stage: changes each number in its place.
 */
#include "desk.h"

void init(void)
{
}

void notified(microkit_channel ch)
{
    uint64_t *buffer;
    uint32_t number;

    (void)ch;
    while ((buffer = take(&number))) {
        for (uint32_t i = 0; i < BUFFER_WORDS; i++) {
            buffer[i] = buffer[i] * 3 + 1;
        }
        pass(number);
    }
    microkit_notify(NEXT);
}
