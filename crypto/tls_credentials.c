/* SPDX-License-Identifier: BSD-2-Clause */
/* Parses the CA, the device certificate and the device key, and says precisely what is wrong with them. */
#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "tls_credentials.h"

#include <stdio.h>
#include <string.h>

#include "mbedtls/pem.h"
#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/psa_util.h"
#include "psa/crypto.h"

#include "seed_pool.h"
#include "tls_reason.h"

/* Longest PEM text looked at: mbedTLS wants it terminated, so it is copied into the arena for the parse. */
#define PEM_MAX 8192U

static int fail(struct tls_credentials *credentials, const char *where, const char *what)
{
    (void)snprintf(credentials->problem, sizeof(credentials->problem), "%s: %s", where, what);
    return -1;
}

/* A terminated copy in the arena (size with the terminator in *len), or NULL with the problem told. */
static unsigned char *terminated_copy(struct tls_credentials *credentials, const char *where,
                                      const char *text, size_t size, size_t *len)
{
    size_t used = text == NULL ? 0 : strnlen(text, size);
    if (used == 0) {
        (void)fail(credentials, where, "empty");
        return NULL;
    }
    if (used > PEM_MAX) {
        (void)fail(credentials, where, "longer than 8192 bytes");
        return NULL;
    }
    unsigned char *copy = mbedtls_calloc(1, used + 1);
    if (copy == NULL) {
        (void)fail(credentials, where, "no memory to parse it");
        return NULL;
    }
    memcpy(copy, text, used);
    *len = used + 1;
    return copy;
}

static void wipe_and_free(unsigned char *copy, size_t len)
{
    mbedtls_platform_zeroize(copy, len);
    mbedtls_free(copy);
}

static int load_certificates(struct tls_credentials *credentials, mbedtls_x509_crt *chain, const char *where,
                             const char *text, size_t size)
{
    size_t len;
    unsigned char *copy = terminated_copy(credentials, where, text, size, &len);
    if (copy == NULL) {
        return -1;
    }
    int result = mbedtls_x509_crt_parse(chain, copy, len);
    wipe_and_free(copy, len);
    if (result > 0) {
        char what[64];
        (void)snprintf(what, sizeof(what), "%d certificate(s) in it cannot be parsed", result);
        return fail(credentials, where, what);
    }
    return result == 0 ? 0 : fail(credentials, where, tls_reason_parse(result));
}

static int load_key(struct tls_credentials *credentials, const char *text, size_t size)
{
    size_t len;
    unsigned char *copy = terminated_copy(credentials, "device key", text, size, &len);
    if (copy == NULL) {
        return -1;
    }
    int result = mbedtls_pk_parse_key(&credentials->key, copy, len, NULL, 0, mbedtls_psa_get_random,
                                      MBEDTLS_PSA_RANDOM_STATE);
    wipe_and_free(copy, len);
    return result == 0 ? 0 : fail(credentials, "device key", tls_reason_parse(result));
}

static int load_all(struct tls_credentials *credentials, const struct tls_pem *pem)
{
    if (load_certificates(credentials, &credentials->ca, "CA certificate", pem->ca, pem->ca_size) != 0 ||
        load_certificates(credentials, &credentials->own, "device certificate", pem->own, pem->own_size) !=
            0 ||
        load_key(credentials, pem->key, pem->key_size) != 0) {
        return -1;
    }
    if (mbedtls_x509_crt_get_ca_istrue(&credentials->ca) != 1) {
        return fail(credentials, "CA certificate", "it is not a CA (basicConstraints)");
    }
    if (mbedtls_pk_check_pair(&credentials->own.pk, &credentials->key, mbedtls_psa_get_random,
                              MBEDTLS_PSA_RANDOM_STATE) != 0) {
        return fail(credentials, "device key", "it does not belong to the device certificate");
    }
    return 0;
}

int tls_credentials_load(struct tls_credentials *credentials, const struct tls_pem *pem)
{
    credentials->problem[0] = '\0';
    mbedtls_x509_crt_init(&credentials->ca);
    mbedtls_x509_crt_init(&credentials->own);
    mbedtls_pk_init(&credentials->key);
    if (psa_crypto_init() != PSA_SUCCESS) {
        return fail(credentials, "random generator", "it cannot start (too few seeds)");
    }
    int result = load_all(credentials, pem);
    if (result != 0) {
        tls_credentials_free(credentials);
    }
    return result;
}

mbedtls_svc_key_id_t tls_credentials_key(const struct tls_credentials *credentials)
{
    return credentials->key.MBEDTLS_PRIVATE(priv_id);
}

void tls_credentials_free(struct tls_credentials *credentials)
{
    mbedtls_pk_free(&credentials->key);
    mbedtls_x509_crt_free(&credentials->own);
    mbedtls_x509_crt_free(&credentials->ca);
}
