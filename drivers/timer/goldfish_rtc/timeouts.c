/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pending time-outs: a table by channel; every operation is one bounded pass over those that were ever used.
 */
#include "timeouts.h"

void timeouts_init(struct timeouts *t)
{
    unsigned i;

    for (i = 0; i < TIMEOUT_CLIENTS; i++) {
        t->at[i] = TIMEOUT_NONE;
    }
    t->end = 0;
}

bool timeouts_set(struct timeouts *t, unsigned client, uint64_t at)
{
    if (client >= TIMEOUT_CLIENTS || at == TIMEOUT_NONE) {
        return false;
    }
    t->at[client] = at;
    t->end = client < t->end ? t->end : client + 1;
    return true;
}

void timeouts_cancel(struct timeouts *t, unsigned client)
{
    if (client < TIMEOUT_CLIENTS) {
        t->at[client] = TIMEOUT_NONE;
    }
}

uint64_t timeouts_expire(struct timeouts *t, uint64_t now)
{
    uint64_t due = 0;
    unsigned i;

    for (i = 0; i < t->end; i++) {
        if (t->at[i] != TIMEOUT_NONE && t->at[i] <= now) {
            t->at[i] = TIMEOUT_NONE;
            due |= 1ULL << i;
        }
    }
    return due;
}

uint64_t timeouts_next(const struct timeouts *t)
{
    uint64_t next = TIMEOUT_NONE;
    unsigned i;

    for (i = 0; i < t->end; i++) {
        if (t->at[i] < next) {
            next = t->at[i];
        }
    }
    return next;
}
