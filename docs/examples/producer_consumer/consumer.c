/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes what is in the queue and adds it up.
 */
#include <microkit.h>

#include "queue.h"

#define PRODUCER 5
#define ITEMS    10u

uintptr_t items_vaddr;
uintptr_t taken_vaddr;

static uint32_t taken, sum;

void init(void)
{
    microkit_dbg_puts("consumer: ready\n");
}

void notified(microkit_channel ch)
{
    const struct queue_items *theirs = (const struct queue_items *)items_vaddr;
    struct queue_taken *own = (struct queue_taken *)taken_vaddr;
    uint32_t count = queue_read(&theirs->put) - taken;

    (void)ch;
    if (count > QUEUE_SLOTS) {
        microkit_dbg_puts("consumer: wrong counter ignored\n");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += theirs->item[taken++ % QUEUE_SLOTS];
    }
    microkit_dbg_puts("consumer: took ");
    microkit_dbg_put32(count);
    microkit_dbg_puts("\n");
    queue_publish(&own->taken, taken);
    microkit_notify(PRODUCER);
    if (taken == ITEMS) {
        microkit_dbg_puts("consumer: sum ");
        microkit_dbg_put32(sum);
        microkit_dbg_puts("\n");
    }
}
