/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last readings, by number.
 */
#include "backlog.h"

#include <stddef.h>

void backlog_add(struct backlog *backlog, const struct reading *reading)
{
    backlog->at[backlog->count % BACKLOG_SIZE] = *reading;
    backlog->count++;
}

void backlog_shift(struct backlog *backlog, uint64_t by)
{
    for (uint32_t i = 0; by != 0 && i < BACKLOG_SIZE; i++) {
        backlog->at[i].seq += by;
    }
}

const struct reading *backlog_from(const struct backlog *backlog, uint64_t seq)
{
    uint64_t oldest = backlog->count > BACKLOG_SIZE ? backlog->count - BACKLOG_SIZE : 0;

    for (uint64_t i = oldest; i < backlog->count; i++) {
        if (backlog->at[i % BACKLOG_SIZE].seq >= seq) {
            return &backlog->at[i % BACKLOG_SIZE];
        }
    }
    return NULL;
}
