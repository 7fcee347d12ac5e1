/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Corruption of shared memory: each field of each own ring header with values that break each of its rules,
 * messages that lie about their length, and noise in pages that others read.
 */
#include <string.h>
#include <microkit.h>
#include <postern/protocol/stream.h>
#include <postern/ring.h>
#include "act.h"
#include "ruin.h"

/* Rounds come in three kinds: of messages that lie, of a consumer that claims what it never got, longer than
 * anybody needs to notice it, and of single fields. Lies come first: who waits for a message must not get an
 * old one that a wrong index brings back. They come last, too: `pulse` makes no pauses, and its end is all
 * that is seen. */
enum { FIELDS = 5, VALUES = 8, KINDS = 8, LENGTHS = 8 };
enum { CLAIM = 8, SPOIL = CLAIM + 22, ROUNDS = SPOIL + FIELDS * VALUES + 1 };

static uint64_t odd_value(unsigned number, uint64_t now, uint64_t slots)
{
    switch (number) {
    case 0:
        return now + 1;
    case 1:
        return now - 1;
    case 2:
        return now + slots + 1;
    case 3:
        return 0;
    case 4:
        return UINT64_MAX;
    case 5:
        return UINT64_C(1) << 63;
    case 6:
        return UINT32_MAX;
    default:
        return act_random();
    }
}

/* One field of a header gets a wrong value. An epoch of 0 (not up), or one of the peer's that is long gone,
 * excuses all the others: not for long. */
static void spoil(const struct attack_ring *ring, unsigned number)
{
    volatile struct ring_header *own = (volatile struct ring_header *)(uintptr_t)ring->own;
    const volatile struct ring_header *peer = (const volatile struct ring_header *)(uintptr_t)ring->peer;
    unsigned value = number / FIELDS % VALUES;

    own->adopted = peer->epoch;

    if (own->epoch == 0) {
        own->epoch = own->last_epoch + 1 + number;
    }
    switch (number % FIELDS) {
    case 0:
        own->index = odd_value(value, own->index, ring->slots);
        break;
    case 1:
        own->adopted = (uint32_t)odd_value(value, own->adopted, ring->slots);
        break;
    case 2:
        own->epoch = (uint32_t)odd_value(value, own->epoch, ring->slots);
        break;
    case 3:
        own->want = (uint32_t)odd_value(value, own->want, ring->slots);
        break;
    default:
        own->last_epoch = (uint32_t)odd_value(value, own->last_epoch, ring->slots);
        break;
    }
}

static void noise(volatile uint8_t *at, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 8) {
        uint64_t word = act_random();

        memcpy((void *)(uintptr_t)(at + i), &word, size - i < 8 ? size - i : 8);
    }
}

static void begin_epoch(const struct attack_ring *ring, unsigned number, uint64_t index)
{
    volatile struct ring_header *own = (volatile struct ring_header *)(uintptr_t)ring->own;
    const volatile struct ring_header *peer = (const volatile struct ring_header *)(uintptr_t)ring->peer;

    own->epoch = 0;
    own->index = index;
    own->adopted = peer->epoch;
    own->epoch = own->last_epoch + 1 + number;
}

/* A new epoch with as many messages as fit, all of which lie: length, kind, or content. Changing them again
 * while they are being read is the next round's business. */
static void lie(const struct attack_ring *ring, unsigned number)
{
    volatile uint8_t *slots = (volatile uint8_t *)(uintptr_t)(ring->own + RING_HEADER_SIZE);
    const uint32_t payload = (uint32_t)ring->slot_size - RING_SLOT_HEADER;
    const uint32_t length[LENGTHS] = {payload,     payload + 1, UINT32_MAX, 0,
                                      0x80000000u, 1,           8,          sizeof(struct stream_open)};

    noise(slots, ring->slots * ring->slot_size);
    for (uint64_t i = 0; i < ring->slots; i++) {
        /* Each kind with each length, and then kinds that there are not. */
        uint64_t pair = i + number / 2 * (ring->slots > 1 ? ring->slots : KINDS - 1);
        uint32_t said = length[pair / KINDS % LENGTHS];
        uint32_t kind = number % 2 == 0 ? (uint32_t)(pair % KINDS) : (uint32_t)act_random();

        memcpy((void *)(uintptr_t)(slots + i * ring->slot_size), &said, sizeof said);
        memcpy((void *)(uintptr_t)(slots + i * ring->slot_size + 4), &kind, sizeof kind);
    }
    begin_epoch(ring, number, ring->slots);
}

/* A half without fault, for its peer to come to what is wrong in other rings: all there is has been taken, or
 * nothing sent. */
static void behave(const struct attack_ring *ring, unsigned number)
{
    const volatile struct ring_header *peer = (const volatile struct ring_header *)(uintptr_t)ring->peer;

    begin_epoch(ring, number, ring->slots != 0 ? 0 : peer->index);
}

static void claim(const struct attack_ring *ring, unsigned number)
{
    volatile struct ring_header *own = (volatile struct ring_header *)(uintptr_t)ring->own;
    const volatile struct ring_header *peer = (const volatile struct ring_header *)(uintptr_t)ring->peer;

    if (ring->slots != 0 && number % 2 == 0) {
        lie(ring, number); /* it may be answered, and then the claim is looked at */
    } else if (ring->slots != 0 || number == CLAIM) {
        behave(ring, number);
    }
    if (ring->slots == 0) {
        own->adopted = peer->epoch;
        own->index = UINT64_MAX;
    }
}

static void round_of_ring(const struct attack_ring *ring, unsigned number)
{
    if (number >= SPOIL && number < ROUNDS - 1) {
        spoil(ring, number - SPOIL);
    } else if (number >= CLAIM && number < SPOIL) {
        claim(ring, number);
    } else if (ring->slots != 0) {
        lie(ring, number);
    } else {
        behave(ring, number);
    }
}

static void round_of(const struct attack_table *table, unsigned number)
{
    const struct attack_ring *ring = (const void *)((const uint8_t *)table + table->ring_at);
    const struct attack_share *share = (const void *)((const uint8_t *)table + table->share_at);
    const struct attack_device *device = (const void *)((const uint8_t *)table + table->device_at);

    for (uint64_t i = 0; i < table->rings; i++) {
        round_of_ring(&ring[i], number);
        seL4_Signal(ring[i].signal);
    }
    for (uint64_t i = 0; i < table->shares; i++) {
        noise((volatile uint8_t *)(uintptr_t)share[i].address, share[i].size);
    }
    for (uint64_t i = 0; i < table->devices; i++) {
        ruin_device(&device[i], number);
    }
}

void ruin(const struct attack_table *table)
{
    for (unsigned number = 0; number < ROUNDS; number++) {
        round_of(table, number);
        act_pause();
        attack_page->rounds++;
    }
}
