/* SPDX-License-Identifier: BSD-2-Clause */
/* Key derivation and authenticated encryption through PSA. */
#include "vault.h"

#include <string.h>

#include "mbedtls/platform_util.h"
#include "mbedtls/psa_util.h"

#define KEY_SIZE   32U
#define SCALAR_MAX 32U
#define BOUND_SIZE 16U

static const uint8_t salt[] = "postern vault";
static const char *const purposes[] = {
    [VAULT_JOURNAL] = "journal v1: ChaCha20-Poly1305",
    [VAULT_TICKET] = "ticket v1: ChaCha20-Poly1305",
};

/* HKDF in its two steps; each is a derivation of its own in PSA. */
static psa_status_t derive_step(psa_algorithm_t algorithm, psa_key_derivation_step_t extra_step,
                                const uint8_t *extra, size_t extra_size, const uint8_t *secret,
                                size_t secret_size, uint8_t out[KEY_SIZE])
{
    psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = 0;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_DERIVE);
    psa_status_t status = psa_import_key(&attributes, secret, secret_size, &key);
    if (status == PSA_SUCCESS) {
        status = psa_key_derivation_setup(&operation, algorithm);
    }
    if (status == PSA_SUCCESS && extra_step == PSA_KEY_DERIVATION_INPUT_SALT) {
        status = psa_key_derivation_input_bytes(&operation, extra_step, extra, extra_size);
    }
    if (status == PSA_SUCCESS) {
        status = psa_key_derivation_input_key(&operation, PSA_KEY_DERIVATION_INPUT_SECRET, key);
    }
    if (status == PSA_SUCCESS && extra_step == PSA_KEY_DERIVATION_INPUT_INFO) {
        status = psa_key_derivation_input_bytes(&operation, extra_step, extra, extra_size);
    }
    if (status == PSA_SUCCESS) {
        status = psa_key_derivation_output_bytes(&operation, out, KEY_SIZE);
    }
    (void)psa_key_derivation_abort(&operation);
    (void)psa_destroy_key(key);
    return status;
}

static bool import(struct vault *v, const uint8_t key[KEY_SIZE])
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
    psa_set_key_algorithm(&attributes, PSA_ALG_CHACHA20_POLY1305);
    psa_set_key_type(&attributes, PSA_KEY_TYPE_CHACHA20);
    return psa_import_key(&attributes, key, KEY_SIZE, &v->key) == PSA_SUCCESS;
}

bool vault_init(struct vault *v, psa_key_id_t device_key, enum vault_purpose purpose)
{
    const char *info = purposes[purpose];
    uint8_t scalar[SCALAR_MAX], middle[KEY_SIZE], key[KEY_SIZE];
    size_t size = 0;
    *v = (struct vault){0};
    bool ok = psa_export_key(device_key, scalar, sizeof(scalar), &size) == PSA_SUCCESS &&
              derive_step(PSA_ALG_HKDF_EXTRACT(PSA_ALG_SHA_256), PSA_KEY_DERIVATION_INPUT_SALT, salt,
                          sizeof(salt) - 1, scalar, size, middle) == PSA_SUCCESS &&
              derive_step(PSA_ALG_HKDF_EXPAND(PSA_ALG_SHA_256), PSA_KEY_DERIVATION_INPUT_INFO,
                          (const uint8_t *)info, strlen(info), middle, sizeof(middle), key) == PSA_SUCCESS &&
              import(v, key);
    mbedtls_platform_zeroize(scalar, sizeof(scalar));
    mbedtls_platform_zeroize(middle, sizeof(middle));
    mbedtls_platform_zeroize(key, sizeof(key));
    return ok;
}

static void put(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static void bind(uint8_t out[BOUND_SIZE], uint64_t first, uint64_t last)
{
    put(out, first, 8);
    put(out + 8, last, 8);
}

static bool next_nonce(struct vault *v, uint8_t out[VAULT_NONCE])
{
    if (v->counter == 0 &&
        mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, v->prefix, sizeof(v->prefix)) != 0) {
        return false;
    }
    memcpy(out, v->prefix, sizeof(v->prefix));
    put(out + sizeof(v->prefix), v->counter++, 4);
    return true;
}

bool vault_seal(struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out)
{
    uint8_t bound[BOUND_SIZE];
    size_t made;
    bind(bound, first, last);
    return v->key != 0 && next_nonce(v, out) &&
           psa_aead_encrypt(v->key, PSA_ALG_CHACHA20_POLY1305, out, VAULT_NONCE, bound, sizeof(bound), data,
                            length, out + VAULT_NONCE, length + VAULT_TAG, &made) == PSA_SUCCESS;
}

bool vault_open(const struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out)
{
    uint8_t bound[BOUND_SIZE];
    size_t made;
    if (v->key == 0 || length < VAULT_OVERHEAD) {
        return false;
    }
    bind(bound, first, last);
    if (psa_aead_decrypt(v->key, PSA_ALG_CHACHA20_POLY1305, data, VAULT_NONCE, bound, sizeof(bound),
                         data + VAULT_NONCE, length - VAULT_NONCE, out, length - VAULT_OVERHEAD,
                         &made) == PSA_SUCCESS) {
        return true;
    }
    mbedtls_platform_zeroize(out, length - VAULT_OVERHEAD);
    return false;
}

void vault_free(struct vault *v)
{
    (void)psa_destroy_key(v->key);
    *v = (struct vault){0};
}
