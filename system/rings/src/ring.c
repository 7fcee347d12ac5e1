/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot rings: the protocol. Every decision uses private copies of the peer's words.
 */
#include <stddef.h>
#include <postern/ring.h>
#include "ring_memory.h"

/* A slot begins with length and kind of its message, four bytes each, lowest first. */
enum { SLOT_LENGTH = 0, SLOT_KIND = 4 };

enum { FIRST_EPOCH = 1 };

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

/*@ requires ring: ring_base(ring); assigns \nothing;
    ensures steady: peer_steady ==> (\result <==> ring_peer_epoch(ring) == epoch); */
static bool peer_has_epoch(const struct ring *ring, uint32_t epoch)
{
    return ring_load32(&ring->peer->epoch) == epoch;
}

/* Go by the peer's incarnation `epoch`; false if it is gone already, or is none. Our word comes first, the
 * look second; a side that starts takes its old epoch back first and looks for our word second. One of them
 * sees the other: either we do not follow, or what starts takes another epoch than the one that we follow. */
/*@ requires ring: ring_base(ring);
    assigns ring->peer_epoch, ring->own->adopted;
    ensures followed: \result ==> ring->peer_epoch == epoch && epoch != 0;
    ensures not_followed: !\result ==> ring->peer_epoch == 0;
    ensures said: ring->own->adopted == epoch; */
static bool follow(struct ring *ring, uint32_t epoch)
{
    ring->peer_epoch = 0;
    ring_store32(&ring->own->adopted, epoch);
    ring_fence();
    if (epoch == 0 || !peer_has_epoch(ring, epoch)) {
        return false;
    }
    ring->peer_epoch = epoch;
    return true;
}

/* An epoch that the peer does not go by. Nothing in the own half is believed for it: who wrote it may have
 * wished us ill. FIRST_EPOCH only if there was no earlier incarnation, or nobody has heard of it. */
static uint32_t next_epoch(const struct ring *ring)
{
    uint32_t epoch = ring_load32(&ring->own->last_epoch);
    uint32_t adopted = ring_load32(&ring->peer->adopted);

    if (epoch == 0 && adopted == 0) {
        return FIRST_EPOCH;
    }
    do {
        epoch++;
    } while (epoch <= FIRST_EPOCH || epoch == adopted);
    return epoch;
}

/* Begin anew with an empty ring; epoch 0 tells the peer to keep its hands off. Answer: the epoch to publish.
 */
static uint32_t start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                      uint32_t slot_size)
{
    *ring = (struct ring){0};
    ring->own = (struct ring_header *)(uintptr_t)own_half;
    ring->peer = (const volatile struct ring_header *)(uintptr_t)peer_half;
    ring->slot_count = slots;
    ring->slot_size = slot_size;
    ring_store32(&ring->own->epoch, 0);
    ring_fence();
    return next_epoch(ring);
}

/* The epoch comes last, so that a peer that sees it sees the rest. */
static void publish_epoch(struct ring *ring, uint32_t epoch, uint32_t want)
{
    ring_store32(&ring->own->last_epoch, epoch);
    ring_store64(&ring->own->index, ring->index);
    ring_store32(&ring->own->want, want);
    ring_store32(&ring->own->epoch, epoch);
    ring->moved = true;
}

void ring_producer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size)
{
    uint32_t epoch = start(ring, own_half, peer_half, slots, slot_size);

    ring->slots = (uint8_t *)(uintptr_t)own_half + RING_HEADER_SIZE;
    (void)follow(ring, ring_load32(&ring->peer->epoch));
    publish_epoch(ring, epoch, 0);
}

/* A first consumer takes all that there is, any other what comes from now on. */
void ring_consumer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size)
{
    uint32_t epoch = start(ring, own_half, peer_half, slots, slot_size);

    ring->peer_slots = (const volatile uint8_t *)(uintptr_t)peer_half + RING_HEADER_SIZE;
    if (follow(ring, ring_load32(&ring->peer->epoch)) && epoch != FIRST_EPOCH) {
        ring->index = ring_load64(&ring->peer->index);
        ring->seen = ring->index;
    }
    publish_epoch(ring, epoch, 1);
}

/*@ requires ring: \valid(ring); assigns ring->counters.peer_bad; ensures bad: \result == RING_PEER_BAD; */
static enum ring_status peer_is_bad(struct ring *ring)
{
    ring->counters.peer_bad++;
    return RING_PEER_BAD;
}

/* Take over the peer's new epoch, if it is still there; RING_EMPTY if not. RING_RESTARTED if there was an
 * earlier one, seen or not: what an incarnation that was never seen had in its hands is lost like any
 * other's. */
/*@ requires ring: ring_base(ring);
    assigns ring->peer_epoch, ring->counters.restarts, ring->own->adopted;
    ensures taken: ring->peer_epoch == epoch || ring->peer_epoch == 0;
    ensures status: \result == RING_EMPTY || \result == RING_RESTARTED || \result == RING_OK;
    ensures up: \result != RING_EMPTY ==> ring->peer_epoch == epoch; */
static enum ring_status adopt(struct ring *ring, uint32_t epoch)
{
    bool restart = ring_load32(&ring->own->adopted) != 0 || epoch != FIRST_EPOCH;

    if (!follow(ring, epoch)) {
        return RING_EMPTY;
    }
    ring->counters.restarts += restart ? 1 : 0;
    return restart ? RING_RESTARTED : RING_OK;
}

/* Producer: true if the consumer's head counts our messages, not those of an earlier incarnation. Who starts
 * later finds us up, and goes by our epoch before it says its own. */
/*@ requires ring: ring_base(ring);
    assigns ring->settled;
    ensures settled: \result <==> ring->settled;
    ensures stays: \old(ring->settled) ==> \result;
    ensures steady: peer_steady && ring_peer_adopted(ring) == ring->own->epoch ==> \result; */
static bool consumer_follows(struct ring *ring)
{
    if (!ring->settled) {
        ring->settled = ring_load32(&ring->peer->adopted) == ring->own->epoch;
    }
    return ring->settled;
}

/* Producer: the consumer's head must lie within the last slot_count messages and never move backwards. While
 * the consumer is not up, or has not seen us yet, what was seen last still holds. */
/*@ requires ring: ring_base(ring);
    assigns ring->seen, ring->peer_epoch, ring->settled, ring->counters, ring->own->adopted;
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
        return adopt(ring, epoch) == RING_RESTARTED ? RING_RESTARTED : RING_OK;
    }
    if (!consumer_follows(ring)) {
        return RING_OK;
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

/* A new producer counts from 0, and so do we, before we say that we follow it. */
/*@ requires ring: ring_base(ring);
    requires new: epoch != ring->peer_epoch && epoch != 0;
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters.restarts;
    assigns ring->own->index, ring->own->adopted;
    ensures other: ring->peer_epoch != \old(ring->peer_epoch) || ring->peer_epoch == 0;
    ensures empty: ring->index == 0 && ring->seen == 0; */
static enum ring_status adopt_producer(struct ring *ring, uint32_t epoch)
{
    ring->index = 0;
    ring->seen = 0;
    ring_store64(&ring->own->index, 0);
    return adopt(ring, epoch);
}

/* Consumer: the producer's tail must lie at most slot_count ahead of our head and never move backwards.
 * Whether the producer is still the same is asked once more when the message has been copied. */
/*@ requires ring: ring_base(ring);
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->own->index;
    assigns ring->own->adopted;
    ensures stays: ring_no_restart{Pre, Post}(ring) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index);
    ensures honest: \old(ring_honest_producer(ring)) ==> ring->peer_epoch == \old(ring->peer_epoch) &&
      ring_peer_epoch(ring) == ring->peer_epoch &&
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
    if (tail < ring->seen || tail - ring->index > ring->slot_count) {
        return peer_has_epoch(ring, epoch) ? peer_is_bad(ring) : RING_EMPTY;
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
    bool too_long;
    const volatile uint8_t *slot;
    enum ring_status status = consumer_look(ring);

    if (status != RING_OK) {
        return status;
    }
    //@ assert before: \at(ring_honest_producer(ring), Pre) ==> ring_peer_epoch(ring) == ring->peer_epoch;
    slot = ring->peer_slots + slot_offset(ring);
    ring_copy_in(header, slot, RING_SLOT_HEADER);
    size = get32(header + SLOT_LENGTH);
    too_long = size > ring_payload_max(ring) || size > room;
    if (!too_long) {
        ring_copy_in(buffer, slot + RING_SLOT_HEADER, size);
    }
    //@ assert after: \at(ring_honest_producer(ring), Pre) ==> ring_peer_epoch(ring) == ring->peer_epoch;
    ring_fence();
    if (!peer_has_epoch(ring, ring->peer_epoch)) {
        return RING_EMPTY; /* what was copied is perhaps half of one message and half of another */
    }
    if (too_long) {
        ring->counters.peer_bad++;
        status = RING_TOO_LONG;
    } else {
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

    return epoch != ring->peer_epoch && (ring_load32(&ring->own->adopted) != 0 || epoch != FIRST_EPOCH);
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
