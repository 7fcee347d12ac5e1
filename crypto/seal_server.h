/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing for the journal (<postern/protocol/seal.h>): requests from a ring to the vault, answers back, in
 * order. The journal is a hostile peer like any other: it learns nothing about the key, and can take no more
 * than one request's time of an activation.
 */
#ifndef POSTERN_CRYPTO_SEAL_SERVER_H
#define POSTERN_CRYPTO_SEAL_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <postern/protocol/seal.h>
#include <postern/ring.h>

#include "vault.h"

struct seal_counters {
    uint64_t sealed;
    uint64_t opened;
    uint64_t refused; /* requests that were not done: not authentic, malformed, or no key */
};

struct seal_message {
    struct seal_header header;
    uint8_t data[SEAL_MAX];
};

struct seal_server {
    struct ring *requests;
    struct ring *answers;
    struct vault *vault; /* NULL: requests wait */
    struct seal_counters counters;
    struct seal_message request;
    uint8_t result[SEAL_MAX];
};

/* Over two started rings. Requests wait until seal_server_open. */
void seal_server_init(struct seal_server *s, struct ring *requests, struct ring *answers);

/* From now on requests are answered. With a vault that is not open, all are refused. */
void seal_server_open(struct seal_server *s, struct vault *vault);

/* Answers at most one request. True: there are more, call again soon. The caller notifies the rings' peers.
 */
bool seal_server_run(struct seal_server *s);

#endif
