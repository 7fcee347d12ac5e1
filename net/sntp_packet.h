/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SNTP's messages (RFC 4330, section 4; RFC 5905, section 7.3): one question, and what an answer must be to
 * count. Pure.
 */
#ifndef NET_SNTP_PACKET_H
#define NET_SNTP_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define SNTP_PACKET_SIZE 48u
#define SNTP_ROOT_MAX_NS UINT64_C(1000000000) /* a server farther from its clock than this does not count */
#define SNTP_KISS_SIZE   5u                   /* four letters and a terminator */

enum sntp_verdict {
    SNTP_GOOD,
    SNTP_SHORT,      /* less than a message */
    SNTP_NOT_SERVER, /* another version or mode than a server's answer */
    SNTP_FORGED,     /* does not repeat our question's cookie: not an answer to it */
    SNTP_KISS,       /* the server wants to be left alone (stratum 0) */
    SNTP_UNSET,      /* the server's own clock is not set: leap 3, a stratum above 15, no time */
    SNTP_DISTANT,    /* root distance above SNTP_ROOT_MAX_NS */
    SNTP_BACKWARDS,  /* it sent before it received, or took longer than we waited */
    SNTP_VERDICTS
};

struct sntp_answer {
    uint64_t wall_ns; /* UTC since 1970, for the moment at which the answer arrived */
    uint64_t
        error_ns; /* how far that may be off: half the way there and back, and the server's own distance */
    char kiss[SNTP_KISS_SIZE]; /* SNTP_KISS: its code, filtered */
};

/* A question. The server repeats the cookie; it says nothing about our clock, so that nobody learns of it. */
void sntp_packet_ask(uint8_t packet[SNTP_PACKET_SIZE], uint64_t cookie);

/*
 * An answer of `length` bytes to the question with this cookie, waited for `waited_ns`. Years are those of
 * the 136 after `epoch_s` (seconds since 1970): seconds on the wire begin anew in 2036. *answer is valid with
 * SNTP_GOOD, its kiss with SNTP_KISS.
 */
enum sntp_verdict sntp_packet_check(const uint8_t *packet, size_t length, uint64_t cookie, uint64_t waited_ns,
                                    uint64_t epoch_s, struct sntp_answer *answer);

#endif
