/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts the numbers 1 to 10 into the queue, as many at a time as fit.
 */
#include <microkit.h>

#include "queue.h"

#define CONSUMER 3
#define ITEMS    10u

uintptr_t items_vaddr;
uintptr_t taken_vaddr;

static uint32_t put;

/* A consumer that claims to have taken more than there is, or that runs backwards, gets no room. */
static uint32_t room(void)
{
    const struct queue_taken *theirs = (const struct queue_taken *)taken_vaddr;
    uint32_t used = put - queue_read(&theirs->taken);

    return used <= QUEUE_SLOTS ? QUEUE_SLOTS - used : 0;
}

static void fill(void)
{
    struct queue_items *own = (struct queue_items *)items_vaddr;
    uint32_t before = put;

    for (uint32_t left = room(); left > 0 && put < ITEMS; left--) {
        own->item[put % QUEUE_SLOTS] = put + 1;
        put++;
    }
    if (put != before) {
        microkit_dbg_puts("producer: put ");
        microkit_dbg_put32(put - before);
        microkit_dbg_puts("\n");
        queue_publish(&own->put, put);
        microkit_notify(CONSUMER);
    }
}

void init(void)
{
    fill();
}

void notified(microkit_channel ch)
{
    (void)ch;
    fill();
}
