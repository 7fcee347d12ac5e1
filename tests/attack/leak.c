/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traffic secrets of TLS, written down in the crypto component's own memory, so that the test knows what
 * to look for everywhere else.
 */
#include <string.h>
#include "mbedtls/ssl.h"

#define NOTES      8u
#define SECRET_MAX 48u

struct note {
    uint64_t type, length;
    uint8_t secret[SECRET_MAX];
};

/* Found by its first 16 bytes. The newest notes replace the oldest. */
static struct {
    char magic[16];
    uint64_t count;
    struct note note[NOTES];
} notes = {.magic = "secrets of TLS:"};

int __real_mbedtls_ssl_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *config);
int __wrap_mbedtls_ssl_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *config);

static void take_note(void *context, mbedtls_ssl_key_export_type type, const unsigned char *secret,
                      size_t length, const unsigned char client_random[32],
                      const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
    struct note *note = &notes.note[notes.count % NOTES];

    (void)context;
    (void)client_random;
    (void)server_random;
    (void)prf;
    if (length <= SECRET_MAX) {
        note->type = type;
        note->length = length;
        memcpy(note->secret, secret, length);
        notes.count++;
    }
}

int __wrap_mbedtls_ssl_setup(mbedtls_ssl_context *ssl, const mbedtls_ssl_config *config)
{
    int error = __real_mbedtls_ssl_setup(ssl, config);

    mbedtls_ssl_set_export_keys_cb(ssl, take_note, NULL);
    return error;
}
