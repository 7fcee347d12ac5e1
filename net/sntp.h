/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the configured time server, seldom, and hands what it said to whoever keeps the clock.
 * docs/decisions/time.md says what is believed and why.
 */
#ifndef NET_SNTP_H
#define NET_SNTP_H

#include <stdbool.h>
#include <stdint.h>
#include "conf.h"
#include "sntp_packet.h"

#define SNTP_POLL_FIRST_MS 16000u   /* RFC 4330 forbids less than 15 s */
#define SNTP_POLL_MAX_MS   1024000u /* the interval doubles up to this */
#define SNTP_WAIT_MS       2000u    /* for an answer */
#define SNTP_AGAIN_MS      500u     /* until there is an address */

struct sntp_counters {
    uint64_t asked;
    uint64_t good;
    uint64_t lost;                   /* no answer in time, or no way to ask */
    uint64_t refused[SNTP_VERDICTS]; /* answers, by what was wrong with them */
};

/* Begins, if there is a server to ask. After address_start and random_seed. */
void sntp_begin(const struct net_conf *conf);

const struct sntp_counters *sntp_counters(void);

/* The program provides it: an answer that counts, for the moment mono_ns. True if the clock was corrected;
 * otherwise the next question comes early. */
bool sntp_report(const struct sntp_answer *answer, uint64_t mono_ns);

#endif
