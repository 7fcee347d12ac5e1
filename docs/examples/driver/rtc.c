/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the real-time clock: the only program that knows its registers.
 */
#include <stdint.h>
#include <microkit.h>

#include "protocol.h"

#define TIME_LOW      0 /* reading it latches the high word */
#define TIME_HIGH     4
#define NS_PER_SECOND 1000000000u

uintptr_t registers; /* set by the tool: setvar_vaddr */

static uint32_t read_register(uintptr_t offset)
{
    return *(volatile uint32_t *)(registers + offset);
}

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    uint64_t low, high;

    (void)ch;
    if (microkit_msginfo_get_label(request) != REQUEST_SECONDS || microkit_msginfo_get_count(request) != 0) {
        return microkit_msginfo_new(ANSWER_REFUSED, 0);
    }
    low = read_register(TIME_LOW);
    high = read_register(TIME_HIGH);
    microkit_mr_set(0, (high << 32 | low) / NS_PER_SECOND);
    return microkit_msginfo_new(ANSWER_OK, 1);
}
