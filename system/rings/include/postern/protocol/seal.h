/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing by the crypto component: a client has data encrypted and authenticated under a key that only crypto
 * has, to store it where others may read and write. Each request (struct seal_header, then the data) gets one
 * answer, in order.
 *
 *   SEAL: answer SEAL_DONE with nonce, ciphertext and tag: SEAL_OVERHEAD bytes more
 *   OPEN: answer SEAL_DONE with the data, or SEAL_REFUSED
 * The two numbers are bound to the data: opened with others, it is refused. So is what another device sealed.
 */
#ifndef POSTERN_PROTOCOL_SEAL_H
#define POSTERN_PROTOCOL_SEAL_H

#include <stdint.h>

#define SEAL_OVERHEAD 28   /* 12 bytes of nonce, 16 of tag */
#define SEAL_MAX      3968 /* longest data or sealed data */

enum seal_request_kind { SEAL_SEAL = 1, SEAL_OPEN = 2 };

enum seal_answer_kind {
    SEAL_DONE = 1,
    SEAL_REFUSED = 2 /* not authentic, malformed, or (sealing) not possible */
};

struct seal_header {
    uint32_t id; /* returned in the answer */
    uint32_t reserved;
    uint64_t first;
    uint64_t last;
};

#endif
