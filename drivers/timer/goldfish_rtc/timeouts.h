/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pending time-outs of the timer's clients: one each, looked up by channel. Pure; times are monotonic
 * nanoseconds.
 */
#ifndef TIMEOUTS_H
#define TIMEOUTS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMEOUT_CLIENTS 62
#define TIMEOUT_NONE    UINT64_MAX

struct timeouts {
    uint64_t at[TIMEOUT_CLIENTS]; /* TIMEOUT_NONE: nothing pending */
    unsigned end;                 /* no client from here on has ever asked */
};

void timeouts_init(struct timeouts *t);

/* Set or replace the time-out of a client; false for a client number out of range or at == TIMEOUT_NONE. */
bool timeouts_set(struct timeouts *t, unsigned client, uint64_t at);

/* Forget a client's time-out; a client out of range is ignored. */
void timeouts_cancel(struct timeouts *t, unsigned client);

/* Take out every time-out that is due at `now`; bit n of the result: client n. */
uint64_t timeouts_expire(struct timeouts *t, uint64_t now);

/* The earliest pending one, TIMEOUT_NONE if there is none. */
uint64_t timeouts_next(const struct timeouts *t);

#endif
