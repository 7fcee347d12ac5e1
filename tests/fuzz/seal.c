/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sealing server with a client that says anything in its half of the ring, at any time. The vault is a
 * stand-in that reads all that it is given and writes all that it may: each answer fits, one a request.
 */
#include <mbedtls/platform_util.h>
#include <seal_server.h>

#include "fuzz.h"

#define SLOTS     2u
#define SLOT_SIZE 4000u
#define HALF      (RING_HEADER_SIZE + SLOTS * SLOT_SIZE)
#define STEPS     64u

static _Alignas(64) uint8_t asked[HALF], asked_own[RING_HEADER_SIZE], answered[HALF], answered_peer[64];
static struct seal_server server;
static unsigned served;

void mbedtls_platform_zeroize(void *memory, size_t size)
{
    memset(memory, 0, size);
}

static void use(const uint8_t *data, size_t length, uint8_t *out, size_t made)
{
    uint8_t sum = 0;
    FUZZ_CHECK(made <= SEAL_MAX && length <= SEAL_MAX);
    for (size_t i = 0; i < length; i++) {
        sum ^= data[i];
    }
    memset(out, sum, made);
    served++;
}

bool vault_seal(struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out)
{
    (void)v;
    use(data, length, out, length + VAULT_OVERHEAD);
    return first <= last;
}

bool vault_open(const struct vault *v, uint64_t first, uint64_t last, const uint8_t *data, size_t length,
                uint8_t *out)
{
    (void)v;
    FUZZ_CHECK(length >= VAULT_OVERHEAD);
    use(data, length, out, length - VAULT_OVERHEAD);
    return first <= last;
}

static void request(struct fuzz_input *input)
{
    struct ring_header *header = (struct ring_header *)asked;
    uint8_t *slot = asked + RING_HEADER_SIZE + header->index % SLOTS * SLOT_SIZE;
    uint32_t kind = fuzz_byte(input) % 4, length = fuzz_u16(input) % 4096;
    memcpy(slot, &length, sizeof length);
    memcpy(slot + sizeof length, &kind, sizeof kind);
    fuzz_bytes(input, slot + RING_SLOT_HEADER, sizeof(struct seal_header));
    header->epoch |= 1;
    header->index++;
}

static void scribble(struct fuzz_input *input, uint8_t *memory, size_t size)
{
    size_t at = fuzz_u16(input) % size;
    size_t length = fuzz_byte(input) % 33;
    fuzz_bytes(input, memory + at, length < size - at ? length : size - at);
}

/* What the server wrote is answers that a client can take, if the client keeps its own half in order. */
static void check_answers(struct ring *client)
{
    static uint8_t message[SLOT_SIZE];
    uint32_t kind, length;
    for (unsigned i = 0; i < 2 * SLOTS; i++) {
        if (ring_pop(client, &kind, message, sizeof message, &length) == RING_OK) {
            FUZZ_CHECK(kind == SEAL_DONE || kind == SEAL_REFUSED);
            FUZZ_CHECK(length >= sizeof(struct seal_header));
            FUZZ_CHECK(kind == SEAL_DONE || length == sizeof(struct seal_header));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ring requests, answers, client;
    static struct vault vault;
    struct fuzz_input input = {data, size};
    memset(asked, 0, sizeof asked);
    memset(asked_own, 0, sizeof asked_own);
    memset(answered, 0, sizeof answered);
    memset(answered_peer, 0, sizeof answered_peer);
    ring_consumer_start(&requests, (uint64_t)(uintptr_t)asked_own, (uint64_t)(uintptr_t)asked, SLOTS,
                        SLOT_SIZE);
    ring_producer_start(&answers, (uint64_t)(uintptr_t)answered, (uint64_t)(uintptr_t)answered_peer, SLOTS,
                        SLOT_SIZE);
    ring_consumer_start(&client, (uint64_t)(uintptr_t)answered_peer, (uint64_t)(uintptr_t)answered, SLOTS,
                        SLOT_SIZE);
    seal_server_init(&server, &requests, &answers);
    seal_server_open(&server, &vault);
    bool in_order = true;
    for (unsigned i = 0; i < STEPS && input.left != 0; i++) {
        uint8_t choice = fuzz_byte(&input);
        if (choice % 8 == 0) {
            scribble(&input, asked, sizeof asked);
        } else if (choice % 8 == 1) {
            scribble(&input, answered_peer, sizeof answered_peer);
            in_order = false;
        } else {
            request(&input);
        }
        served = 0;
        (void)seal_server_run(&server);
        FUZZ_CHECK(served <= 1);
        if (in_order) {
            check_answers(&client);
        }
    }
    return 0;
}
