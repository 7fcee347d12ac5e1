/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split virtqueue, driver side. Ordering: descriptors before the available index (release), available
 * index before the suppression check (full fence), used index before the used entries (acquire).
 */
#include "virtq.h"

#include <stdatomic.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "virtio rings are little endian");

#define DESC_F_NEXT          1u
#define DESC_F_WRITE         2u
#define AVAIL_F_NO_INTERRUPT 1u
#define USED_F_NO_NOTIFY     1u

struct virtq_desc {
    uint64_t paddr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};

struct virtq_avail {
    uint16_t flags;
    uint16_t index;
    uint16_t ring[]; /* size entries, then used_event */
};

struct virtq_used_entry {
    uint32_t id;
    uint32_t len;
};

struct virtq_used {
    uint16_t flags;
    uint16_t index;
    struct virtq_used_entry ring[]; /* size entries, then avail_event */
};

_Static_assert(sizeof(struct virtq_desc) == 16, "descriptor layout is fixed by the specification");
_Static_assert(sizeof(struct virtq_avail) == 4, "available ring header");
_Static_assert(sizeof(struct virtq_used) == 4, "used ring header");

bool virtq_size_valid(uint16_t size)
{
    return size != 0 && size <= VIRTQ_MAX_SIZE && (size & (size - 1u)) == 0;
}

size_t virtq_avail_offset(uint16_t size)
{
    return sizeof(struct virtq_desc) * size;
}

size_t virtq_used_offset(uint16_t size)
{
    size_t avail_end = virtq_avail_offset(size) + sizeof(struct virtq_avail) + sizeof(uint16_t) * (size + 1u);

    return (avail_end + 3u) & ~(size_t)3u;
}

size_t virtq_bytes(uint16_t size)
{
    return virtq_used_offset(size) + sizeof(struct virtq_used) + sizeof(struct virtq_used_entry) * size +
           sizeof(uint16_t);
}

void virtq_init(struct virtq *queue, uint32_t index, void *rings, struct virtq_slot *slots, uint16_t size,
                bool event_idx)
{
    uint8_t *base = rings;

    *queue = (struct virtq){
        .desc = (volatile struct virtq_desc *)rings,
        .avail = (volatile struct virtq_avail *)(void *)(base + virtq_avail_offset(size)),
        .used = (volatile struct virtq_used *)(void *)(base + virtq_used_offset(size)),
        .avail_event = (volatile uint16_t *)(void *)(base + virtq_bytes(size) - sizeof(uint16_t)),
        .slots = slots,
        .index = index,
        .size = size,
        .free_count = size,
        .event_idx = event_idx,
    };
    queue->used_event = &queue->avail->ring[size];
    for (uint16_t i = 0; i < size; i++) {
        slots[i] = (struct virtq_slot){.next = (uint16_t)(i + 1u)};
    }
}

static bool parts_valid(const struct virtq_part *parts, size_t count)
{
    bool writing = false;

    if (count == 0 || count > VIRTQ_MAX_PARTS) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len == 0 || (writing && !parts[i].device_writes)) {
            return false;
        }
        writing = parts[i].device_writes;
    }
    return true;
}

enum virtq_result virtq_push(struct virtq *queue, const struct virtq_part *parts, size_t count,
                             uint32_t token)
{
    uint16_t head = queue->free_head;
    uint16_t at = head;
    uint32_t writable = 0;

    if (!parts_valid(parts, count)) {
        return VIRTQ_BAD;
    }
    if (queue->broken) {
        return VIRTQ_BROKEN;
    }
    if (count > queue->free_count) {
        return VIRTQ_FULL;
    }
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;
        uint16_t next = queue->slots[at].next;

        queue->desc[at].paddr = parts[i].paddr;
        queue->desc[at].len = parts[i].len;
        queue->desc[at].flags =
            (uint16_t)((last ? 0u : DESC_F_NEXT) | (parts[i].device_writes ? DESC_F_WRITE : 0u));
        queue->desc[at].next = last ? 0 : next;
        if (parts[i].device_writes) {
            writable = parts[i].len > UINT32_MAX - writable ? UINT32_MAX : writable + parts[i].len;
        }
        queue->free_head = next;
        at = next;
    }
    queue->slots[head].token = token;
    queue->slots[head].writable = writable;
    queue->slots[head].count = (uint16_t)count;
    queue->free_count = (uint16_t)(queue->free_count - count);
    queue->in_flight++;
    queue->avail->ring[queue->queued & (queue->size - 1u)] = head;
    queue->queued++;
    return VIRTQ_OK;
}

bool virtq_publish(struct virtq *queue)
{
    uint16_t before = queue->published;
    uint16_t now = queue->queued;

    if (before == now || queue->broken) {
        return false;
    }
    atomic_thread_fence(memory_order_release);
    queue->avail->index = now;
    queue->published = now;
    atomic_thread_fence(memory_order_seq_cst);
    if (queue->event_idx) {
        return (uint16_t)(now - *queue->avail_event - 1u) < (uint16_t)(now - before);
    }
    return (queue->used->flags & USED_F_NO_NOTIFY) == 0;
}

/* Give the descriptors of the request headed by `head` back to the free list. */
static void release_chain(struct virtq *queue, uint16_t head)
{
    uint16_t count = queue->slots[head].count;
    uint16_t last = head;

    for (uint16_t i = 1; i < count; i++) {
        last = queue->slots[last].next;
    }
    queue->slots[last].next = queue->free_head;
    queue->slots[head].count = 0;
    queue->free_head = head;
    queue->free_count = (uint16_t)(queue->free_count + count);
    queue->in_flight--;
}

static enum virtq_result break_queue(struct virtq *queue)
{
    queue->broken = true;
    return VIRTQ_BROKEN;
}

enum virtq_result virtq_pop(struct virtq *queue, uint32_t *token, uint32_t *written)
{
    uint16_t waiting;
    uint32_t id;
    uint32_t len;

    if (queue->broken) {
        return VIRTQ_BROKEN;
    }
    waiting = (uint16_t)(queue->used->index - queue->seen);
    if (waiting == 0) {
        return VIRTQ_EMPTY;
    }
    if (waiting > queue->in_flight) {
        return break_queue(queue);
    }
    atomic_thread_fence(memory_order_acquire);
    id = queue->used->ring[queue->seen & (queue->size - 1u)].id;
    len = queue->used->ring[queue->seen & (queue->size - 1u)].len;
    if (id >= queue->size || queue->slots[id].count == 0) {
        return break_queue(queue);
    }
    if (len > queue->slots[id].writable) {
        len = queue->slots[id].writable;
        queue->clamped++;
    }
    *token = queue->slots[id].token;
    *written = len;
    queue->seen++;
    release_chain(queue, (uint16_t)id);
    return VIRTQ_OK;
}

void virtq_irq_off(struct virtq *queue)
{
    if (queue->event_idx) {
        *queue->used_event = (uint16_t)(queue->seen - 1u);
    } else {
        queue->avail->flags = AVAIL_F_NO_INTERRUPT;
    }
}

bool virtq_irq_after(struct virtq *queue, uint16_t count)
{
    uint16_t needed = count == 0 ? 1 : count;

    if (queue->event_idx) {
        *queue->used_event = (uint16_t)(queue->seen + needed - 1u);
    } else {
        queue->avail->flags = 0;
        needed = 1;
    }
    atomic_thread_fence(memory_order_seq_cst);
    return (uint16_t)(queue->used->index - queue->seen) >= needed;
}

bool virtq_irq_on(struct virtq *queue)
{
    return virtq_irq_after(queue, 1);
}
