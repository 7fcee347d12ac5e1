/* SPDX-License-Identifier: BSD-2-Clause */
/* Who we are and whom we trust: the device's key and certificate, and the CA, parsed once from PEM. */
#ifndef POSTERN_CRYPTO_TLS_CREDENTIALS_H
#define POSTERN_CRYPTO_TLS_CREDENTIALS_H

#include <stddef.h>

#include "mbedtls/build_info.h"
#include "mbedtls/pk.h"
#include "mbedtls/x509_crt.h"

#define TLS_CREDENTIALS_TEXT 128U

struct tls_credentials {
    mbedtls_x509_crt ca;
    mbedtls_x509_crt own;
    mbedtls_pk_context key;
    char problem[TLS_CREDENTIALS_TEXT]; /* why loading failed, naming the place; empty if it did not */
};

/* PEM texts. Each size is that of the buffer; the text ends at the first NUL or at the end of the buffer. */
struct tls_pem {
    const char *ca;
    size_t ca_size;
    const char *own;
    size_t own_size;
    const char *key;
    size_t key_size;
};

/*
 * Starts PSA (needs SEED_POOL_START seeds in the pool) and parses all three. The key moves into a volatile
 * PSA key; no other copy of it stays in memory of this module. The PEM text is the caller's, and stays.
 * Returns 0, or -1 with the reason in problem: nothing may be used then. May be called again after a failure.
 */
int tls_credentials_load(struct tls_credentials *credentials, const struct tls_pem *pem);

/* The device key as PSA has it, exportable; after a successful load. */
mbedtls_svc_key_id_t tls_credentials_key(const struct tls_credentials *credentials);

/* Frees and wipes everything. */
void tls_credentials_free(struct tls_credentials *credentials);

#endif
