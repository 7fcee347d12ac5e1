/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout of the kept memory: a mark, the number of sealed bytes, the sealed bytes. */
#include "ticket.h"

#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_util.h"

#define MARK       UINT32_C(0x314b4354)
#define HEAD_SIZE  8U
#define PRINT_SIZE 32U

static bool fingerprint(uint64_t print[2], const struct ticket_part *parts, size_t count)
{
    uint8_t digest[PRINT_SIZE];
    size_t length = 0;
    psa_hash_operation_t hash = PSA_HASH_OPERATION_INIT;
    psa_status_t status = psa_hash_setup(&hash, PSA_ALG_SHA_256);
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        /* With their sizes the parts cannot run into each other. */
        uint64_t size = parts[i].size;
        status = psa_hash_update(&hash, (const uint8_t *)&size, sizeof(size));
        if (status == PSA_SUCCESS) {
            status = psa_hash_update(&hash, parts[i].data, parts[i].size);
        }
    }
    if (status == PSA_SUCCESS) {
        status = psa_hash_finish(&hash, digest, sizeof(digest), &length);
    }
    (void)psa_hash_abort(&hash);
    if (status != PSA_SUCCESS || length != sizeof(digest)) {
        return false;
    }
    memcpy(print, digest, 2 * sizeof(print[0]));
    return true;
}

bool ticket_open(struct ticket *t, void *memory, psa_key_id_t device_key, const struct ticket_part *parts,
                 size_t count)
{
    *t = (struct ticket){.memory = memory};
    if (!fingerprint(t->print, parts, count)) {
        return false;
    }
    return vault_init(&t->vault, device_key, VAULT_TICKET);
}

void ticket_wipe(struct ticket *t)
{
    mbedtls_platform_zeroize(t->memory, TICKET_MEMORY);
}

bool ticket_keep(struct ticket *t, const uint8_t *data, size_t size)
{
    const uint32_t head[2] = {MARK, (uint32_t)(size + VAULT_OVERHEAD)};
    ticket_wipe(t);
    if (size == 0 || size > TICKET_MAX ||
        !vault_seal(&t->vault, t->print[0], t->print[1], data, size, t->memory + HEAD_SIZE)) {
        return false;
    }
    memcpy(t->memory, head, sizeof(head));
    return true;
}

size_t ticket_take(struct ticket *t, uint8_t out[TICKET_MAX])
{
    uint32_t head[2];
    size_t size = 0;
    memcpy(head, t->memory, sizeof(head));
    if (head[0] == MARK && head[1] > VAULT_OVERHEAD && head[1] - VAULT_OVERHEAD <= TICKET_MAX) {
        /* What is checked must be what is used, whoever else writes to the memory. */
        uint8_t *copy = mbedtls_calloc(1, head[1]);
        if (copy != NULL) {
            memcpy(copy, t->memory + HEAD_SIZE, head[1]);
            if (vault_open(&t->vault, t->print[0], t->print[1], copy, head[1], out)) {
                size = head[1] - VAULT_OVERHEAD;
            }
            mbedtls_free(copy);
        }
    }
    ticket_wipe(t);
    return size;
}
