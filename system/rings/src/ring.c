/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot rings: the protocol. Every decision uses private copies of the peer's words.
 */
#include <stddef.h>
#include <postern/ring.h>
#include "ring_memory.h"

/* A slot begins with length and kind of its message, four bytes each, lowest first. */
enum { SLOT_LENGTH = 0, SLOT_KIND = 4 };

_Static_assert(sizeof(struct ring_header) == RING_HEADER_SIZE, "ring header is one 64-byte line");
_Static_assert(SLOT_KIND + 4 == RING_SLOT_HEADER, "slot header is 8 bytes");

/*@ requires bytes: \valid_read(bytes + (0 .. 3)); assigns \nothing; */
static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/*@ requires bytes: \valid(bytes + (0 .. 3)); assigns bytes[0 .. 3]; */
static void put32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value & 0xffu);
    bytes[1] = (uint8_t)(value >> 8 & 0xffu);
    bytes[2] = (uint8_t)(value >> 16 & 0xffu);
    bytes[3] = (uint8_t)(value >> 24);
}

static void start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                  uint32_t slot_size)
{
    *ring = (struct ring){0};
    ring->own = (struct ring_header *)(uintptr_t)own_half;
    ring->peer = (const volatile struct ring_header *)(uintptr_t)peer_half;
    ring->slot_count = slots;
    ring->slot_size = slot_size;
}

/* Publish a new epoch that starts at `index`. Epoch 0 in between tells the peer to keep its hands off; the
 * new epoch comes last, so that a peer that sees it sees the rest. */
static void publish_epoch(struct ring *ring, uint64_t index, uint32_t want)
{
    uint32_t epoch = ring_load32(&ring->own->last_epoch) + 1;

    epoch = epoch == 0 ? 1 : epoch;
    ring->index = index;
    ring_store32(&ring->own->last_epoch, epoch);
    ring_store32(&ring->own->epoch, 0);
    ring_store64(&ring->own->base, index);
    ring_store64(&ring->own->index, index);
    ring_store32(&ring->own->want, want);
    ring_store32(&ring->own->epoch, epoch);
    ring->moved = true;
}

/* A new producer starts where the consumer stands, a new consumer where the producer stands: the ring is
 * empty. */
void ring_producer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size)
{
    start(ring, own_half, peer_half, slots, slot_size);
    ring->slots = (uint8_t *)(uintptr_t)own_half + RING_HEADER_SIZE;
    ring->peer_epoch = ring_load32(&ring->peer->epoch);
    ring->seen = ring_load64(&ring->peer->index);
    publish_epoch(ring, ring->seen, 0);
}

void ring_consumer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size)
{
    start(ring, own_half, peer_half, slots, slot_size);
    ring->peer_slots = (const volatile uint8_t *)(uintptr_t)peer_half + RING_HEADER_SIZE;
    if (ring_load32(&ring->own->last_epoch) != 0) {
        ring->peer_epoch = ring_load32(&ring->peer->epoch);
        ring->seen = ring_load64(&ring->peer->index);
    }
    publish_epoch(ring, ring->seen, 1);
}

/*@ requires ring: \valid(ring); assigns ring->counters.peer_bad; ensures bad: \result == RING_PEER_BAD; */
static enum ring_status peer_is_bad(struct ring *ring)
{
    ring->counters.peer_bad++;
    return RING_PEER_BAD;
}

/*@ requires ring: ring_base(ring); assigns \nothing;
    ensures steady: peer_steady ==> (\result <==> ring_peer_epoch(ring) == epoch); */
static bool peer_has_epoch(const struct ring *ring, uint32_t epoch)
{
    return ring_load32(&ring->peer->epoch) == epoch;
}

/* Take over the peer's new epoch. True if there was an earlier one, seen or not: a restart. What an
 * incarnation that was never seen had in its hands is lost like any other's. */
/*@ requires ring: \valid(ring); assigns ring->peer_epoch, ring->counters.restarts;
    ensures taken: ring->peer_epoch == epoch; */
static bool adopt(struct ring *ring, uint32_t epoch)
{
    bool restart = ring->peer_epoch != 0 || epoch != 1;

    ring->peer_epoch = epoch;
    ring->counters.restarts += restart ? 1 : 0;
    return restart;
}

/* The consumer started anew at `base`. If that is nowhere in what we have in the ring (both sides started at
 * once), we continue from there: what was in the ring is lost to it anyway. */
/*@ requires ring: ring_base(ring);
    requires new: epoch != ring->peer_epoch;
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->own->index;
    ensures stays: ring->peer_epoch == \old(ring->peer_epoch) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index); */
static enum ring_status adopt_consumer(struct ring *ring, uint32_t epoch)
{
    uint64_t base = ring_load64(&ring->peer->base);

    if (!peer_has_epoch(ring, epoch)) {
        return RING_OK;
    }
    if (base > ring->index || ring->index - base > ring->slot_count) {
        ring->index = base;
        ring_store64(&ring->own->index, base);
    }
    ring->seen = base;
    return adopt(ring, epoch) ? RING_RESTARTED : RING_OK;
}

/* Producer: the consumer's head must lie within the last slot_count messages and never move backwards. While
 * the consumer is not up, what was seen last still holds. */
/*@ requires ring: ring_base(ring);
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->own->index;
    ensures stays: ring->peer_epoch == \old(ring->peer_epoch) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index);
    ensures honest: \old(ring_honest_consumer(ring)) ==> \result == RING_OK &&
      ring->seen == \old(ring_peer_index(ring)) &&
      ring->peer_epoch == \old(ring->peer_epoch); */
static enum ring_status producer_look(struct ring *ring)
{
    uint32_t epoch = ring_load32(&ring->peer->epoch);
    uint64_t head;

    if (epoch == 0) {
        return RING_OK;
    }
    if (epoch != ring->peer_epoch) {
        return adopt_consumer(ring, epoch);
    }
    head = ring_load64(&ring->peer->index);
    if (!peer_has_epoch(ring, epoch)) {
        return RING_OK;
    }
    if (head < ring->seen || head > ring->index) {
        return peer_is_bad(ring);
    }
    ring->seen = head;
    return RING_OK;
}

/* A new producer's base becomes our head, so that nothing of its own messages is lost and nothing of its
 * predecessor's is delivered. */
/*@ requires ring: ring_base(ring);
    requires new: epoch != ring->peer_epoch;
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->own->index;
    ensures stays: ring->peer_epoch == \old(ring->peer_epoch) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index); */
static enum ring_status adopt_producer(struct ring *ring, uint32_t epoch)
{
    uint64_t base = ring_load64(&ring->peer->base);

    if (!peer_has_epoch(ring, epoch)) {
        return RING_EMPTY;
    }
    ring->index = base;
    ring->seen = base;
    ring_store64(&ring->own->index, base);
    return adopt(ring, epoch) ? RING_RESTARTED : RING_OK;
}

/* Consumer: the producer's tail must lie at most slot_count ahead of our head and never move backwards. */
/*@ requires ring: ring_base(ring);
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->own->index;
    ensures stays: ring->peer_epoch == \old(ring->peer_epoch) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index);
    ensures honest: \old(ring_honest_producer(ring)) ==> ring->peer_epoch == \old(ring->peer_epoch) &&
      \result == (\old(ring->index == ring_peer_index(ring)) ? RING_EMPTY : RING_OK); */
static enum ring_status consumer_look(struct ring *ring)
{
    uint32_t epoch = ring_load32(&ring->peer->epoch);
    enum ring_status status;
    uint64_t tail;

    if (epoch == 0) {
        return RING_EMPTY;
    }
    if (epoch != ring->peer_epoch) {
        status = adopt_producer(ring, epoch);
        if (status != RING_OK) {
            return status;
        }
    }
    tail = ring_load64(&ring->peer->index);
    if (!peer_has_epoch(ring, epoch)) {
        return RING_EMPTY;
    }
    if (tail < ring->seen || tail - ring->index > ring->slot_count) {
        return peer_is_bad(ring);
    }
    ring->seen = tail;
    return tail == ring->index ? RING_EMPTY : RING_OK;
}

/* The slot of the own index, in bytes from the first. */
/*@ requires ring: \valid_read(ring) && ring->slot_count >= 1;
    assigns \nothing;
    ensures slot: \result == ring_slot(ring, ring->index);
    ensures place: \result + ring->slot_size <= ring->slot_count * ring->slot_size; */
static uint64_t slot_offset(const struct ring *ring)
{
    //@ assert index: ring->index % ring->slot_count <= ring->slot_count - 1;
    return (ring->index % ring->slot_count) * ring->slot_size;
}

enum ring_status ring_push2(struct ring *ring, uint32_t kind, const void *head, uint32_t head_length,
                            const void *data, uint32_t length)
{
    uint8_t header[RING_SLOT_HEADER];
    enum ring_status status;
    uint8_t *slot;

    if (head_length > ring_payload_max(ring) || length > ring_payload_max(ring) - head_length) {
        return RING_TOO_LONG;
    }
    status = producer_look(ring);
    if (status != RING_OK) {
        return status;
    }
    if (ring->index - ring->seen >= ring->slot_count) {
        ring->counters.full++;
        return RING_FULL;
    }
    slot = ring->slots + slot_offset(ring);
    put32(header + SLOT_LENGTH, head_length + length);
    put32(header + SLOT_KIND, kind);
    ring_copy_out(slot, header, RING_SLOT_HEADER);
    ring_copy_out(slot + RING_SLOT_HEADER, head, head_length);
    ring_copy_out(slot + RING_SLOT_HEADER + head_length, data, length);
    ring->index++;
    ring->moved = true;
    ring->counters.messages++;
    ring_store64(&ring->own->index, ring->index);
    return RING_OK;
}

enum ring_status ring_push(struct ring *ring, uint32_t kind, const void *data, uint32_t length)
{
    return ring_push2(ring, kind, NULL, 0, data, length);
}

uint32_t ring_space(struct ring *ring)
{
    enum ring_status status = producer_look(ring);

    if (status == RING_PEER_BAD) {
        return 0;
    }
    return (uint32_t)(ring->slot_count - (ring->index - ring->seen));
}

enum ring_status ring_pop(struct ring *ring, uint32_t *kind, void *buffer, uint32_t room, uint32_t *length)
{
    uint8_t header[RING_SLOT_HEADER];
    uint32_t size;
    const volatile uint8_t *slot;
    enum ring_status status = consumer_look(ring);

    if (status != RING_OK) {
        return status;
    }
    slot = ring->peer_slots + slot_offset(ring);
    ring_copy_in(header, slot, RING_SLOT_HEADER);
    size = get32(header + SLOT_LENGTH);
    if (size > ring_payload_max(ring) || size > room) {
        ring->counters.peer_bad++;
        status = RING_TOO_LONG;
    } else {
        ring_copy_in(buffer, slot + RING_SLOT_HEADER, size);
        *kind = get32(header + SLOT_KIND);
        *length = size;
        ring->counters.messages++;
    }
    ring->index++;
    ring->moved = true;
    ring_store64(&ring->own->index, ring->index);
    return status;
}

bool ring_restart_pending(const struct ring *ring)
{
    uint32_t epoch = ring_load32(&ring->peer->epoch);

    return epoch != ring->peer_epoch && (ring->peer_epoch != 0 || epoch != 1);
}

bool ring_must_notify(struct ring *ring)
{
    if (!ring->moved) {
        return false;
    }
    ring->moved = false;
    ring_fence();
    return ring_load32(&ring->peer->want) != 0;
}

/*@ requires ring: \valid(ring) && \valid(ring->own); assigns ring->own->want; */
static void set_want(struct ring *ring, uint32_t want)
{
    ring_store32(&ring->own->want, want);
    ring_fence();
}

/* Something to look at: a new incarnation of the peer, which the next operation reports. */
/*@ requires ring: ring_base(ring); assigns \nothing; */
static bool peer_started_anew(const struct ring *ring)
{
    uint32_t epoch = ring_load32(&ring->peer->epoch);

    return epoch != 0 && epoch != ring->peer_epoch;
}

bool ring_consumer_has_more(struct ring *ring)
{
    set_want(ring, 1);
    if (!peer_started_anew(ring) && consumer_look(ring) != RING_OK && !peer_started_anew(ring)) {
        return false;
    }
    set_want(ring, 0);
    return true;
}

bool ring_producer_has_space(struct ring *ring)
{
    set_want(ring, 1);
    if (!peer_started_anew(ring) &&
        (producer_look(ring) != RING_OK || ring->index - ring->seen >= ring->slot_count) &&
        !peer_started_anew(ring)) {
        return false;
    }
    set_want(ring, 0);
    return true;
}
