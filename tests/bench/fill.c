/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the disk of a gateway that was offline until its journal was full: the product's own store and vault,
 * with the device's key, on a file. Usage: fill KEY CERTIFICATE CA FILE BYTES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seed_pool.h"
#include "store.h"
#include "tls_credentials.h"
#include "tls_platform.h"
#include "vault.h"

#define UNIT      512u
#define PEM_MAX   16384
#define PERIOD_NS UINT64_C(100000000)

struct text {
    char at[PEM_MAX];
    size_t size; /* with the terminator */
};

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static uint8_t result[LOG_PAYLOAD_MAX];
static struct store store;
static struct vault vault;
static FILE *disk;

static void need(int good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "fill: %s\n", what);
        exit(1);
    }
}

static void read_text(struct text *text, const char *path)
{
    FILE *file = fopen(path, "rb");
    need(file != NULL, path);
    text->size = fread(text->at, 1, sizeof text->at - 1, file) + 1;
    text->at[text->size - 1] = '\0';
    (void)fclose(file);
}

/* The image is the same each time: the randomness of the nonces need not be any. */
static void open_vault(char **paths)
{
    static struct tls_credentials credentials;
    static struct text key, own, ca;
    tls_platform_init(arena, sizeof arena, 0);
    for (uint8_t i = 0; seed_pool_space() != 0; i++) {
        uint8_t seed[SEED_SIZE];
        memset(seed, i + 1, sizeof seed);
        seed_pool_put(seed);
    }
    read_text(&key, paths[0]);
    read_text(&own, paths[1]);
    read_text(&ca, paths[2]);
    const struct tls_pem pem = {.ca = ca.at,
                                .ca_size = ca.size,
                                .own = own.at,
                                .own_size = own.size,
                                .key = key.at,
                                .key_size = key.size};
    need(tls_credentials_load(&credentials, &pem) == 0, credentials.problem);
    need(vault_init(&vault, tls_credentials_key(&credentials), VAULT_JOURNAL), "no key for data at rest");
}

static enum media_result transfer(const struct media_op *op)
{
    if (op->kind == MEDIA_FLUSH) {
        return MEDIA_OK;
    }
    need(fseek(disk, (long)op->offset, SEEK_SET) == 0, "cannot seek");
    size_t done =
        op->kind == MEDIA_READ ? fread(op->data, 1, op->length, disk) : fwrite(op->data, 1, op->length, disk);
    return done == op->length ? MEDIA_OK : MEDIA_ERROR;
}

static void run(uint64_t now)
{
    struct store_action a;
    while (store_next(&store, &a, now)) {
        if (a.kind == STORE_IO) {
            store_io_done(&store, transfer(a.io));
        } else if (a.kind == STORE_SEAL) {
            need(vault_seal(&vault, a.first_seq, a.last_seq, a.data, a.length, result), "nothing is sealed");
            store_sealed(&store, result, a.length + VAULT_OVERHEAD);
        } else {
            bool good = vault_open(&vault, a.first_seq, a.last_seq, a.data, a.length, result);
            store_opened(&store, result, good ? a.length - VAULT_OVERHEAD : 0);
        }
    }
}

int main(int count, char **arguments)
{
    static const struct store_settings hold = {
        .policy = STORE_HOLD, .commit_readings = RECORD_READINGS, .commit_ns = PERIOD_NS};
    static const uint8_t unique[FORMAT_ID_SIZE] = "another journal";
    need(count == 6, "usage: fill KEY CERTIFICATE CA FILE BYTES");
    const struct media_geometry geometry = {.size = strtoull(arguments[5], NULL, 10), .unit = UNIT};
    open_vault(arguments + 1);
    disk = fopen(arguments[4], "w+b");
    need(disk != NULL && fseek(disk, (long)geometry.size - 1, SEEK_SET) == 0 && fputc(0, disk) == 0,
         "the image cannot be made");
    store_init(&store, &hold);
    need(store_medium(&store, &geometry, 0, unique), "too small for a journal");
    uint64_t now = 0;
    run(now);
    for (; store.condition == STORE_READY && store_wants_reading(&store); now += PERIOD_NS) {
        const struct reading r = {.seq = store_next_number(&store),
                                  .mono_ns = now,
                                  .value = (int64_t)(now / PERIOD_NS % 4096),
                                  .exponent = -2,
                                  .sample_size = 1};
        store_take(&store, &r, now);
        if (store.waiting_count == RECORD_READINGS) {
            run(now);
        }
    }
    need(store.condition == STORE_READY && fclose(disk) == 0, "the disk failed");
    (void)printf("%llu readings, %llu %% full\n", (unsigned long long)store.durable_seq,
                 (unsigned long long)store_fill(&store));
    return 0;
}
