/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context of this product's ChaCha20 (RFC 8439, section 2.3), in the place that mbedTLS has for it.
 * mbedtls/chacha20.h declares the functions.
 */
#ifndef POSTERN_CHACHA20_ALT_H
#define POSTERN_CHACHA20_ALT_H

#include <stddef.h>
#include <stdint.h>

typedef struct mbedtls_chacha20_context {
    uint32_t state[16];              /* constants, key, counter of the next block, nonce */
    _Alignas(8) uint32_t stream[16]; /* the last block of the key stream */
    size_t used;                     /* bytes of it that are spent, 1..64 */
} mbedtls_chacha20_context;

#endif
