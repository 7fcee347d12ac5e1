/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one session ticket that may shorten the next handshake, in memory that outlives this component's
 * restarts. It lies there sealed under a key that is derived from the device key and bound to the server that
 * it is for, so that another identity or configuration finds nothing, and it is given out once.
 */
#ifndef POSTERN_CRYPTO_TICKET_H
#define POSTERN_CRYPTO_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault.h"

/* Most bytes of a ticket with what belongs to it. */
#define TICKET_MAX 2560U

/* Bytes that ticket_open needs at `memory`, at most. */
#define TICKET_MEMORY (8U + TICKET_MAX + VAULT_OVERHEAD)

struct ticket {
    uint8_t *memory;
    struct vault vault;
    uint64_t print[2]; /* fingerprint of identity and configuration */
};

/* A text or a file that the ticket depends on. */
struct ticket_part {
    const void *data;
    size_t size;
};

/*
 * Uses TICKET_MEMORY bytes at `memory` (aligned to 4), which are all zero or what an earlier start left
 * there. The device key is as for vault_init; a ticket kept under other parts or another key is not found.
 * False: no key; nothing is kept or found then.
 */
bool ticket_open(struct ticket *t, void *memory, psa_key_id_t device_key, const struct ticket_part *parts,
                 size_t count);

/* Keeps `size` bytes instead of what was kept before. False: too many, or they cannot be sealed; nothing is
 * kept then. */
bool ticket_keep(struct ticket *t, const uint8_t *data, size_t size);

/* Takes out what was kept, wiping the memory: the bytes go to `out`. 0: nothing, or nothing authentic. */
size_t ticket_take(struct ticket *t, uint8_t out[TICKET_MAX]);

/* Wipes what is kept. */
void ticket_wipe(struct ticket *t);

#endif
