/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's side of <postern/protocol/seal.h>: one request at a time, repeated when crypto starts anew.
 * The answer is only believed as far as its length is right: what it holds, crypto answers for.
 */
#ifndef POSTERN_JOURNAL_SEALER_H
#define POSTERN_JOURNAL_SEALER_H

#include <postern/protocol/seal.h>
#include <postern/ring.h>
#include <stddef.h>

/* Longest message of crypto. */
#define SEALER_MESSAGE_MAX (sizeof(struct seal_header) + SEAL_MAX)

enum sealer_event {
    SEALER_NOTHING,
    SEALER_DONE,   /* `result`, `result_length` */
    SEALER_REFUSED /* or the answer has a wrong length */
};

struct sealer {
    struct ring *requests;
    struct ring *answers;
    enum seal_request_kind kind;
    struct seal_header header;
    const uint8_t *data; /* of the request under way, NULL: none */
    uint32_t length;
    bool sent;
    const uint8_t *result; /* in the scratch memory of sealer_poll, valid until it is called again */
    uint32_t result_length;
    uint64_t bad;      /* answers that made no sense */
    uint64_t repeated; /* requests sent again */
};

void sealer_init(struct sealer *s, struct ring *requests, struct ring *answers);

/* Begin a request; none may be under way. `data` stays valid until its end. A length that no request may have
 * is refused. */
void sealer_start(struct sealer *s, enum seal_request_kind kind, uint64_t first, uint64_t last,
                  const uint8_t *data, uint32_t length);

/* Takes one step, with SEALER_MESSAGE_MAX bytes of scratch memory. The caller notifies the rings' peers. */
enum sealer_event sealer_poll(struct sealer *s, uint8_t *message);

#endif
