/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings with an honest peer: what is popped is what was pushed, in that order, byte for byte. Each operation
 * is taken from any state of a small ring: any indices, any content, and one message among those in the ring
 * that is followed.
 */
#include <postern/ring.h>
#include "../../system/rings/src/ring_memory.h"

#define SLOTS   4
#define SIZE    16
#define PAYLOAD (SIZE - RING_SLOT_HEADER)

#define CLAIM(condition, text) __CPROVER_assert(condition, text)
#define GIVEN(condition)       __CPROVER_assume(condition)

/* Both halves, in which an honest peer does nothing during an operation. */
static struct half {
    struct ring_header header;
    uint8_t slots[SLOTS * SIZE];
} producer, consumer;

/* Plain memory: nobody else looks at it. */
uint64_t ring_load64(const volatile uint64_t *word)
{
    return *word;
}

uint32_t ring_load32(const volatile uint32_t *word)
{
    return *word;
}

void ring_store64(uint64_t *word, uint64_t value)
{
    *word = value;
}

void ring_store32(uint32_t *word, uint32_t value)
{
    *word = value;
}

void ring_fence(void)
{
}

void ring_copy_in(uint8_t *to, const volatile uint8_t *shared, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        to[i] = shared[i];
}

void ring_copy_out(uint8_t *shared, const void *from, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        shared[i] = ((const uint8_t *)from)[i];
}

/* Any state that honest sides can be in: what each has seen of the other may be old, but is true. */
static void any_ring(struct ring *p, struct ring *c)
{
    p->own = &producer.header;
    p->peer = &consumer.header;
    p->slots = producer.slots;
    c->own = &consumer.header;
    c->peer = &producer.header;
    c->peer_slots = producer.slots;
    p->slot_count = c->slot_count = SLOTS;
    p->slot_size = c->slot_size = SIZE;
    uint64_t head = consumer.header.index;
    uint64_t tail = producer.header.index;
    GIVEN(head <= tail && tail - head <= SLOTS && tail < UINT64_MAX);
    GIVEN(p->index == tail && p->seen <= head && tail - p->seen <= SLOTS);
    GIVEN(c->index == head && c->seen <= tail && c->seen >= head);
    GIVEN(producer.header.epoch != 0 && c->peer_epoch == producer.header.epoch);
    GIVEN(consumer.header.epoch != 0 && p->peer_epoch == consumer.header.epoch);
    GIVEN(consumer.header.adopted == producer.header.epoch);
}

static uint32_t word(const uint8_t *bytes)
{
    return bytes[0] + bytes[1] * 0x100u + bytes[2] * 0x10000u + bytes[3] * 0x1000000u;
}

static uint8_t *slot_of(uint64_t number)
{
    return producer.slots + number % SLOTS * SIZE;
}

/* No byte differs: any that is chosen. */
static bool same(const struct half *a, const struct half *b)
{
    uint32_t place;
    GIVEN(place < sizeof *a);
    return ((const uint8_t *)a)[place] == ((const uint8_t *)b)[place];
}

/* A message becomes number `tail` and no other in the ring changes; a ring that is full changes in nothing.
 */
void ring_keeps_what_is_pushed(void)
{
    struct ring p, c;
    uint8_t head[PAYLOAD], data[PAYLOAD];
    uint32_t kind, head_length, length, place;
    uint64_t other;
    any_ring(&p, &c);
    uint64_t tail = p.index;
    struct half before = producer;
    GIVEN(head_length <= PAYLOAD && length <= PAYLOAD - head_length && place < SIZE);
    enum ring_status status = ring_push2(&p, kind, head, head_length, data, length);
    if (tail - c.index == SLOTS) {
        CLAIM(status == RING_FULL, "a full ring is full");
        CLAIM(same(&before, &producer) && p.index == tail, "and stays as it is");
        return;
    }
    CLAIM(status == RING_OK, "there is room");
    CLAIM(p.index == tail + 1 && producer.header.index == tail + 1, "one message more, and published");
    const uint8_t *slot = slot_of(tail);
    CLAIM(word(slot) == head_length + length && word(slot + 4) == kind, "its length and kind");
    if (place < head_length)
        CLAIM(slot[RING_SLOT_HEADER + place] == head[place], "its first piece");
    else if (place < head_length + length)
        CLAIM(slot[RING_SLOT_HEADER + place] == data[place - head_length], "its second piece");
    GIVEN(c.index <= other && other < tail);
    CLAIM(slot_of(other)[place] == before.slots[other % SLOTS * SIZE + place], "those before it stay");
    CLAIM(producer.header.want == before.header.want && producer.header.epoch == before.header.epoch &&
              producer.header.adopted == before.header.adopted,
          "nothing else is written");
}

/* The oldest message comes out and is gone; an empty ring changes in nothing. */
void ring_pops_the_oldest(void)
{
    struct ring p, c;
    uint8_t buffer[PAYLOAD];
    uint32_t kind, length, place, room;
    any_ring(&p, &c);
    uint64_t head = c.index;
    struct half before = consumer;
    GIVEN(room <= PAYLOAD && place < PAYLOAD);
    uint8_t byte = buffer[place];
    enum ring_status status = ring_pop(&c, &kind, buffer, room, &length);
    if (head == p.index) {
        CLAIM(status == RING_EMPTY, "an empty ring is empty");
        CLAIM(same(&before, &consumer) && c.index == head, "and stays as it is");
        return;
    }
    const uint8_t *slot = slot_of(head);
    CLAIM(status == (word(slot) <= room ? RING_OK : RING_TOO_LONG), "there is one, and it fits or not");
    CLAIM(c.index == head + 1 && consumer.header.index == head + 1, "it is gone, and that is published");
    if (status == RING_OK) {
        CLAIM(length == word(slot) && kind == word(slot + 4), "its length and kind");
        CLAIM(place >= length || buffer[place] == slot[RING_SLOT_HEADER + place], "its bytes");
        CLAIM(place < length || buffer[place] == byte, "no more than its bytes");
    }
    CLAIM(consumer.header.want == before.header.want && consumer.header.epoch == before.header.epoch &&
              consumer.header.adopted == before.header.adopted,
          "nothing else is written");
}

/* Both operations leave a state from which the next is taken again. */
static bool ring_good(const struct ring *p, const struct ring *c)
{
    uint64_t head = consumer.header.index;
    uint64_t tail = producer.header.index;
    return head <= tail && tail - head <= SLOTS && p->index == tail && c->index == head && p->seen <= head &&
           tail - p->seen <= SLOTS && head <= c->seen && c->seen <= tail;
}

void ring_stays_good(void)
{
    struct ring p, c;
    uint8_t data[PAYLOAD];
    uint32_t kind, length, room;
    bool push;
    any_ring(&p, &c);
    GIVEN(room <= PAYLOAD);
    if (push)
        (void)ring_push(&p, kind, data, room);
    else
        (void)ring_pop(&c, &kind, data, room, &length);
    CLAIM(ring_good(&p, &c), "the sides agree");
}

/* Who starts, whatever stands in its own half, is noticed by a peer that goes by any epoch at any place. */
static void any_consumer(struct ring *c)
{
    c->own = &consumer.header;
    c->peer = &producer.header;
    c->peer_slots = producer.slots;
    c->slot_count = SLOTS;
    c->slot_size = SIZE;
    GIVEN(consumer.header.epoch != 0 && consumer.header.adopted != 0);
    GIVEN(c->peer_epoch == 0 || c->peer_epoch == consumer.header.adopted);
}

static void any_producer(struct ring *p)
{
    p->own = &producer.header;
    p->peer = &consumer.header;
    p->slots = producer.slots;
    p->slot_count = SLOTS;
    p->slot_size = SIZE;
    GIVEN(producer.header.epoch != 0 && producer.header.adopted != 0);
    GIVEN(p->peer_epoch == 0 || p->peer_epoch == producer.header.adopted);
    GIVEN(p->index == producer.header.index && p->index < UINT64_MAX - SLOTS);
    GIVEN(p->seen <= p->index && p->index - p->seen <= SLOTS);
}

static void pass_one(struct ring *p, struct ring *c)
{
    uint8_t data, copy;
    uint32_t kind, other, length;
    CLAIM(ring_push(p, kind, &data, 1) == RING_OK, "there is room for it");
    CLAIM(ring_pop(c, &other, &copy, 1, &length) == RING_OK, "it comes");
    CLAIM(other == kind && length == 1 && copy == data, "as it was pushed");
    CLAIM(ring_pop(c, &other, &copy, 1, &length) == RING_EMPTY, "and is all that comes");
    CLAIM(ring_space(p) == SLOTS, "all room is free again");
}

void ring_producer_starts_anew(void)
{
    struct ring p, c;
    uint8_t data;
    uint32_t kind, length;
    any_consumer(&c);
    ring_producer_start(&p, (uint64_t)&producer, (uint64_t)&consumer, SLOTS, SIZE);
    CLAIM(ring_restart_pending(&c), "there is something to notice");
    CLAIM(ring_pop(&c, &kind, &data, 1, &length) == RING_RESTARTED, "it is noticed");
    pass_one(&p, &c);
}

void ring_consumer_starts_anew(void)
{
    struct ring p, c;
    uint8_t data;
    any_producer(&p);
    ring_consumer_start(&c, (uint64_t)&consumer, (uint64_t)&producer, SLOTS, SIZE);
    CLAIM(ring_restart_pending(&p), "there is something to notice");
    CLAIM(ring_push(&p, 0, &data, 1) == RING_RESTARTED, "it is noticed");
    pass_one(&p, &c);
}
