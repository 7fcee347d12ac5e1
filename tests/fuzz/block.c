/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block driver between a client that says anything in its half of the ring and a disk that does what it
 * was told: no request reaches the disk outside of it, and what was answered with an error was not done.
 */
#include <blk_fake.h>
#include <server.h>

#include "fuzz.h"

#define SLOTS     4u
#define SLOT_SIZE 4128u
#define HALF      (RING_HEADER_SIZE + SLOTS * SLOT_SIZE)
#define STEPS     64u
#define UNIT      512u

static _Alignas(64) uint8_t asked[HALF], asked_own[RING_HEADER_SIZE], answered[HALF], answered_peer[64];
static uint32_t registers[1];
static struct virtio_blk device;
static struct server server;

static void request(struct fuzz_input *input)
{
    struct ring_header *header = (struct ring_header *)asked;
    uint8_t *slot = asked + RING_HEADER_SIZE + header->index % SLOTS * SLOT_SIZE;
    uint8_t choice = fuzz_byte(input);
    uint32_t kind = choice % 8;
    struct block_request r = {.id = fuzz_byte(input), .length = fuzz_byte(input) % 10 * UNIT};
    r.offset = fuzz_byte(input) * (uint64_t)UNIT;
    if ((choice & 0x40) != 0) {
        fuzz_bytes(input, &r, sizeof r);
    }
    uint32_t length = sizeof r + (kind == BLOCK_WRITE ? r.length : 0);
    if ((choice & 0x80) != 0) {
        length = fuzz_u16(input);
    }
    memcpy(slot, &length, sizeof length);
    memcpy(slot + sizeof length, &kind, sizeof kind);
    memcpy(slot + RING_SLOT_HEADER, &r, sizeof r);
    header->epoch |= 1;
    header->index++;
}

static void scribble(struct fuzz_input *input, uint8_t *memory, size_t size)
{
    size_t at = fuzz_u16(input) % size;
    size_t length = fuzz_byte(input) % 33;
    fuzz_bytes(input, memory + at, length < size - at ? length : size - at);
}

static void start(struct ring *requests, struct ring *answers)
{
    memset(asked, 0, sizeof asked);
    memset(asked_own, 0, sizeof asked_own);
    memset(answered, 0, sizeof answered);
    memset(answered_peer, 0, sizeof answered_peer);
    ring_consumer_start(requests, (uint64_t)(uintptr_t)asked_own, (uint64_t)(uintptr_t)asked, SLOTS,
                        SLOT_SIZE);
    ring_producer_start(answers, (uint64_t)(uintptr_t)answered, (uint64_t)(uintptr_t)answered_peer, SLOTS,
                        SLOT_SIZE);
    ((struct ring_header *)answered_peer)->adopted = ((struct ring_header *)answered)->epoch;
    disk_reset(DISK_FLUSH, UNIT);
    FUZZ_CHECK(virtio_blk_open(&device, registers, fake.dma, FAKE_DMA_PADDR, FAKE_DMA_SIZE) == VIRTIO_OK);
    server_init(&server, &device, requests, answers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ring requests, answers;
    struct fuzz_input input = {data, size};
    uint64_t now = 1;
    start(&requests, &answers);
    for (unsigned i = 0; i < STEPS && input.left != 0; i++) {
        uint8_t choice = fuzz_byte(&input);
        if (choice % 8 == 0) {
            scribble(&input, asked, sizeof asked);
        } else if (choice % 8 == 1) {
            scribble(&input, answered_peer, sizeof answered_peer);
        } else {
            request(&input);
        }
        now += (uint64_t)(choice >> 3) << 20;
        FUZZ_CHECK(server_poll(&server, now) == SERVER_NOTHING);
        disk_do_all();
        FUZZ_CHECK(server_poll(&server, now) == SERVER_NOTHING);
        FUZZ_CHECK(server.counters.errors == 0 && device.in_flight <= VIRTIO_BLK_SLOTS);
    }
    return 0;
}
