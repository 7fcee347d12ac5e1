/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has itself woken every 20 ms and reads, without the timer's help, what time it is.
 */
#include <stdint.h>
#include <microkit.h>

#include "protocol.h"

#define TIMER        1
#define INTERVAL_NS  20000000u
#define TICKS_PER_MS 10000u /* of the time register, on QEMU's virt machine */
#define WAKE_UPS     5

static uint64_t start;
static uint32_t count;

static uint64_t clock_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static seL4_Word set_timeout(uint64_t ns)
{
    microkit_mr_set(0, ns);
    return microkit_msginfo_get_label(microkit_ppcall(TIMER, microkit_msginfo_new(REQUEST_TIMEOUT, 1)));
}

void init(void)
{
    start = clock_ticks();
    if (set_timeout(UINT64_MAX) == ANSWER_REFUSED) {
        microkit_dbg_puts("client: for ever is too long\n");
    }
    (void)set_timeout(INTERVAL_NS);
}

void notified(microkit_channel ch)
{
    (void)ch;
    count++;
    microkit_dbg_puts("client: awake after ");
    microkit_dbg_put32((uint32_t)((clock_ticks() - start) / TICKS_PER_MS));
    microkit_dbg_puts(" ms\n");
    if (count < WAKE_UPS) {
        start = clock_ticks();
        (void)set_timeout(INTERVAL_NS);
    }
}
