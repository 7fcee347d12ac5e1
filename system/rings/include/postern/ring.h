/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slot rings: one producer, one consumer, in two memory regions. The producer's half (header and slots) is
 * read-only to the consumer, the consumer's half (header only) is read-only to the producer. Messages are
 * copied into and out of the slots, so there are no buffers to lend, return or duplicate.
 *
 * Indices are u64 and never wrap. Each side keeps its own index privately; the peer's words are read once,
 * compared before they are subtracted, and a peer that breaks the rules is counted and ignored, never
 * trusted.
 *
 * Wake-ups: the consumer sets `want` in its half before it sleeps and then looks again; the producer
 * publishes the tail and then reads `want`. A full fence stands between the two steps on both sides, so no
 * wake-up is lost. The same holds with the roles exchanged when the ring is full.
 *
 * Restarts: each half carries an epoch, and the peer's epoch that its owner goes by. A side that starts takes
 * an epoch that the peer does not go by; the peer notices, drops what was in flight and reports
 * RING_RESTARTED once. Each incarnation of the producer counts from 0; the consumer's index counts only while
 * it goes by the producer's epoch. A side that starts believes nothing that stands in its own half: its
 * predecessor may have been hostile. It asks the peer's half for what the peer knows.
 */
#ifndef POSTERN_RING_H
#define POSTERN_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_HEADER_SIZE 64
#define RING_SLOT_HEADER 8

enum ring_status {
    RING_OK,
    RING_EMPTY,
    RING_FULL,
    RING_TOO_LONG, /* the message does not fit a slot, or the consumer's buffer */
    RING_PEER_BAD, /* the peer's words make no sense; counted, nothing delivered */
    RING_RESTARTED /* the peer started anew; what was in flight is gone; reported once, call again */
};

/* First 64 bytes of each half. Only its owner writes it. */
struct ring_header {
    uint64_t index;      /* producer: tail; consumer: head; of the producer's present epoch */
    uint32_t epoch;      /* 0: never started, or just starting anew */
    uint32_t want;       /* not 0: please notify me when you move your index */
    uint32_t last_epoch; /* the owner's memory of its epochs across restarts: a hint */
    uint32_t adopted;    /* the peer's epoch that the owner goes by, or is about to; 0: none yet */
    uint8_t reserved[RING_HEADER_SIZE - 24];
};

struct ring_counters {
    uint64_t messages;
    uint64_t full;     /* pushes refused */
    uint64_t peer_bad; /* nonsense seen */
    uint64_t restarts; /* peer epochs seen after the first */
};

/* One side's private view. Fields are private to ring.c. */
struct ring {
    struct ring_header *own;
    const volatile struct ring_header *peer;
    uint8_t *slots;                     /* producer: where to write */
    const volatile uint8_t *peer_slots; /* consumer: where to read */
    uint32_t slot_count;                /* power of two */
    uint32_t slot_size;                 /* multiple of 8, header included */
    uint64_t index;                     /* own index */
    uint64_t seen;                      /* last valid peer index */
    uint32_t peer_epoch;                /* 0 or what own->adopted says */
    bool settled;                       /* producer: the consumer has said that it goes by our epoch */
    bool moved;                         /* the own index, since ring_must_notify */
    struct ring_counters counters;
};

/* What each operation needs and keeps: the halves and slots are where the geometry says. Nothing is assumed
 * about the peer's words, nor about the own and the seen index. */
/*@ predicate ring_base{L}(struct ring *r) =
      \valid(r) && \valid(r->own) && \valid_read(r->peer) && r->slot_count >= 1 && r->slot_size >= 16 &&
      \separated(r, r->own);

    predicate ring_writable{L}(struct ring *r) =
      ring_base(r) && \valid(r->slots + (0 .. r->slot_count * r->slot_size - 1)) &&
      \separated(r, r->slots + (0 .. r->slot_count * r->slot_size - 1)) &&
      \separated(r->own, r->slots + (0 .. r->slot_count * r->slot_size - 1));

    predicate ring_readable{L}(struct ring *r) =
      ring_base(r) && \valid_read(r->peer_slots + (0 .. r->slot_count * r->slot_size - 1)); */

/* Order of messages. The own index counts: message number n lies in slot n % slot_count. peer_steady is true
 * or not, nothing says which: the peer leaves its words and its slots alone during the operation. What is
 * proved without it holds against a peer that writes anything at any time. */
/*@ axiomatic Peer { predicate peer_steady reads \nothing; }

    logic integer ring_peer_epoch{L}(struct ring *r) = ((struct ring_header *)r->peer)->epoch;
    logic integer ring_peer_index{L}(struct ring *r) = ((struct ring_header *)r->peer)->index;

    logic integer ring_peer_adopted{L}(struct ring *r) = ((struct ring_header *)r->peer)->adopted;

    logic integer ring_slot{L}(struct ring *r, integer n) = (n % r->slot_count) * r->slot_size;

    predicate ring_no_restart{Before, After}(struct ring *r) =
      \at(r->peer_epoch, Before) == \at(r->peer_epoch, After) && \at(r->peer_epoch, After) != 0;

    predicate ring_honest_consumer{L}(struct ring *r) =
      peer_steady && r->peer_epoch != 0 && ring_peer_epoch(r) == r->peer_epoch &&
      ring_peer_adopted(r) == r->own->epoch && r->seen <= ring_peer_index(r) <= r->index;

    predicate ring_honest_producer{L}(struct ring *r) =
      peer_steady && r->peer_epoch != 0 && ring_peer_epoch(r) == r->peer_epoch &&
      r->seen <= ring_peer_index(r) && r->index <= ring_peer_index(r) <= r->index + r->slot_count; */

/*
 * Start the producer's side. own_half and peer_half are the addresses of the halves, slots (power of two) and
 * slot_size (bytes, multiple of 8, at least 16) the geometry from the product description. The ring is empty
 * then.
 */
void ring_producer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size);

/* Start the consumer's side; likewise. At the first start everything sent so far is still to come; at a
 * restart, messages that the earlier incarnation has not consumed are skipped. */
void ring_consumer_start(struct ring *ring, uint64_t own_half, uint64_t peer_half, uint32_t slots,
                         uint32_t slot_size);

/* Largest payload of one message in bytes. */
/*@ requires ring: \valid_read(ring) && ring->slot_size >= 16;
    assigns \nothing;
    ensures payload: \result == ring->slot_size - RING_SLOT_HEADER; */
static inline uint32_t ring_payload_max(const struct ring *ring)
{
    return ring->slot_size - RING_SLOT_HEADER;
}

/*
 * Producer: append one message of `kind` (defined by the protocol) with length bytes from data.
 * RING_OK, RING_FULL (nothing written), RING_TOO_LONG, RING_PEER_BAD (treated as full), RING_RESTARTED (not
 * written). Does not notify: call ring_must_notify once after a batch.
 */
/*@ requires ring: ring_writable(ring);
    requires data: \valid_read((uint8_t *)data + (0 .. length - 1));
    assigns *ring, ring->own->index, ring->own->adopted;
    assigns ring->slots[0 .. ring->slot_count * ring->slot_size - 1];
    ensures ring: ring_writable(ring);
    ensures next: \result == RING_OK && \old(ring->index) < 0xffffffffffffffff ==>
      ring->index == \old(ring->index) + 1; */
enum ring_status ring_push(struct ring *ring, uint32_t kind, const void *data, uint32_t length);

/* Producer: the same from two pieces, so that a header need not be copied in front of its payload first. */
/*@ requires ring: ring_writable(ring);
    requires head: \valid_read((uint8_t *)head + (0 .. head_length - 1));
    requires data: \valid_read((uint8_t *)data + (0 .. length - 1));
    assigns ring->index, ring->seen, ring->peer_epoch, ring->settled, ring->counters, ring->moved;
    assigns ring->own->index, ring->own->adopted;
    assigns ring->slots[0 .. ring->slot_count * ring->slot_size - 1];
    ensures long: head_length + length > ring->slot_size - RING_SLOT_HEADER ==> \result == RING_TOO_LONG;
    ensures ring: ring_writable(ring);
    ensures room: \old(ring_honest_consumer(ring)) &&
      head_length + length <= ring->slot_size - RING_SLOT_HEADER ==>
      \result == (\old(ring->index - ring_peer_index(ring)) < ring->slot_count ? RING_OK : RING_FULL);
    ensures next: \result == RING_OK && \old(ring->index) < 0xffffffffffffffff ==>
      ring->index == \old(ring->index) + 1;
    ensures published: \result == RING_OK ==> ring->own->index == ring->index;
    ensures not_now: \result != RING_OK ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index);
    ensures untouched: \result != RING_OK ==>
      \forall integer k; 0 <= k < ring->slot_count * ring->slot_size ==>
        ring->slots[k] == \old(ring->slots[k]);
    ensures others: \result == RING_OK ==>
      \forall integer k; 0 <= k < ring->slot_count * ring->slot_size &&
        (k < ring_slot(ring, \old(ring->index)) ||
         ring_slot(ring, \old(ring->index)) + ring->slot_size <= k) ==>
        ring->slots[k] == \old(ring->slots[k]); */
enum ring_status ring_push2(struct ring *ring, uint32_t kind, const void *head, uint32_t head_length,
                            const void *data, uint32_t length);

/* Producer: free slots now, 0 if the peer's index makes no sense. */
/*@ requires ring: ring_base(ring);
    assigns ring->seen, ring->peer_epoch, ring->settled, ring->counters, ring->own->adopted; */
uint32_t ring_space(struct ring *ring);

/*
 * Consumer: take the oldest message: *kind, up to room bytes into buffer, *length bytes of it. The message is
 * copied once; the producer can change a slot at any time, so only the copy may be looked at. A copy during
 * which the producer started anew counts for nothing, and may lie in the buffer at RING_EMPTY. RING_OK,
 * RING_EMPTY, RING_TOO_LONG (longer than the slot or than room: the message is skipped and counted as
 * peer_bad), RING_PEER_BAD, RING_RESTARTED.
 */
/*@ requires ring: ring_readable(ring);
    requires buffer: \valid((uint8_t *)buffer + (0 .. room - 1));
    requires results: \valid(kind) && \valid(length) && \separated(kind, length, ring, ring->own);
    requires apart: \separated((uint8_t *)buffer + (0 .. room - 1), ring, ring->own, ring->peer, kind,
   length); assigns ring->index, ring->seen, ring->peer_epoch, ring->counters, ring->moved; assigns
   ring->own->index, ring->own->adopted, *kind, *length, ((uint8_t *)buffer)[0 .. room - 1]; ensures fits:
   \result == RING_OK ==> *length <= room && *length <= ring->slot_size - RING_SLOT_HEADER; ensures there:
   \old(ring_honest_producer(ring)) ==>
      (\result == RING_EMPTY <==> \old(ring->index == ring_peer_index(ring))) &&
      (\result == RING_EMPTY || \result == RING_OK || \result == RING_TOO_LONG);
    ensures not_now: \result != RING_OK && \result != RING_TOO_LONG && ring_no_restart{Pre, Post}(ring) ==>
      ring->index == \old(ring->index) && ring->own->index == \old(ring->own->index); */
enum ring_status ring_pop(struct ring *ring, uint32_t *kind, void *buffer, uint32_t room, uint32_t *length);

/* Either side: true if the peer started anew and the next call that looks at it will say RING_RESTARTED: for
 * a consumer that leaves messages where they are and must still learn that their sender is gone. */
/*@ requires ring: ring_base(ring); assigns \nothing; */
bool ring_restart_pending(const struct ring *ring);

/* Either side: true if something was pushed (popped), or this side started, since the last call, and the peer
 * asked to be notified. Notify it then. */
/*@ requires ring: ring_base(ring); assigns ring->moved; */
bool ring_must_notify(struct ring *ring);

/*
 * Consumer, before it returns to the event loop: ask for a notification and look again. False: nothing there,
 * sleep. True: messages have arrived meanwhile, go on (the request is withdrawn).
 */
/*@ requires ring: ring_base(ring);
    assigns ring->index, ring->seen, ring->peer_epoch, ring->counters;
    assigns ring->own->index, ring->own->adopted, ring->own->want; */
bool ring_consumer_has_more(struct ring *ring);

/* Producer that waits for space: ask for a notification and look again. True: there is space now. */
/*@ requires ring: ring_base(ring);
    assigns ring->seen, ring->peer_epoch, ring->settled, ring->counters;
    assigns ring->own->adopted, ring->own->want; */
bool ring_producer_has_space(struct ring *ring);

/* The most messages that a consumer should take in one activation: what an honest peer can have in the ring.
 */
static inline uint32_t ring_batch(const struct ring *ring)
{
    return ring->slot_count;
}

#endif
