/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data at rest: ChaCha20-Poly1305 (RFC 8439) under a key that is derived from the device key by HKDF-SHA-256
 * (RFC 5869), so that nothing more has to be provisioned and another device cannot read it.
 *
 * A nonce is never used twice: eight random bytes, drawn at the start and when the counter is used up, and a
 * counter of four bytes.
 */
#ifndef POSTERN_CRYPTO_VAULT_H
#define POSTERN_CRYPTO_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/crypto.h"

#define VAULT_NONCE    12U
#define VAULT_TAG      16U
#define VAULT_OVERHEAD (VAULT_NONCE + VAULT_TAG)

/* What is sealed: each purpose has a key of its own. */
enum vault_purpose {
    VAULT_JOURNAL,
    VAULT_TICKET,
};

struct vault {
    psa_key_id_t key; /* 0: not open */
    uint8_t prefix[8];
    uint32_t counter; /* 0: draw a new prefix first */
};

/* Derives the purpose's key from the device's private key, an exportable P-256 key. PSA has been started.
 * False: it cannot be derived; the vault then seals and opens nothing. */
bool vault_init(struct vault *v, psa_key_id_t device_key, enum vault_purpose purpose);

/* Seals `length` bytes to `out` (length + VAULT_OVERHEAD bytes, not overlapping), bound to the two numbers.
 * False: no key, or no randomness. */
bool vault_seal(struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out);

/* Opens `length` bytes to `out` (length - VAULT_OVERHEAD bytes, not overlapping). False: not authentic; `out`
 * holds nothing then. */
bool vault_open(const struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out);

/* Destroys the key. */
void vault_free(struct vault *v);

#endif
