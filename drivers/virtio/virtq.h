/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver's half of a split virtqueue (virtio 1.2, section 2.7) against a device that may write
 * anything into the shared rings: all state that decides lives in private memory; shared memory is
 * read once and checked.
 */
#ifndef POSTERN_DRIVERS_VIRTQ_H
#define POSTERN_DRIVERS_VIRTQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTQ_MAX_SIZE  1024u /* descriptors in one queue */
#define VIRTQ_MAX_PARTS 4u    /* descriptors in one request */

enum virtq_result {
    VIRTQ_OK,
    VIRTQ_EMPTY,  /* nothing has been used since the last pop */
    VIRTQ_FULL,   /* not enough free descriptors */
    VIRTQ_BAD,    /* the caller's parts are malformed: none, too many, empty, or read after write */
    VIRTQ_BROKEN, /* the device broke the protocol: stop it and open it again */
};

/* One buffer of a request. Parts that the device writes come after those that it reads. */
struct virtq_part {
    uint64_t paddr; /* device address */
    uint32_t len;   /* bytes, not 0 */
    bool device_writes;
};

/* Private bookkeeping of one descriptor; the driver provides one for each. */
struct virtq_slot {
    uint32_t token;    /* the caller's name for the request */
    uint32_t writable; /* bytes the device may write in all */
    uint16_t next;     /* next descriptor of the request, or of the free list */
    uint16_t count;    /* descriptors in the request if this one heads it and is in flight, else 0 */
};

struct virtq_desc;
struct virtq_avail;
struct virtq_used;

struct virtq {
    volatile struct virtq_desc *desc;
    volatile struct virtq_avail *avail;
    volatile struct virtq_used *used;
    volatile uint16_t *used_event;  /* ours: interrupt when the used index passes it */
    volatile uint16_t *avail_event; /* the device's: notify when the available index passes it */
    struct virtq_slot *slots;
    uint32_t index;     /* which queue of the device */
    uint16_t size;      /* power of two */
    uint16_t free_head; /* valid while free_count > 0 */
    uint16_t free_count;
    uint16_t in_flight; /* requests published or about to be */
    uint16_t queued;    /* available index after the last push */
    uint16_t published; /* available index that the device may have seen */
    uint16_t seen;      /* used index up to which we have popped */
    bool event_idx;     /* notification suppression by index was negotiated */
    bool broken;        /* sticky until virtq_init */
    uint32_t clamped;   /* completions that claimed more bytes than were writable */
};

/* Bytes of DMA memory, aligned to VIRTQ_ALIGN, that the rings of a queue of `size` need. */
#define VIRTQ_ALIGN 16u
size_t virtq_bytes(uint16_t size);

/* Byte offsets of the driver area (available ring) and device area (used ring) in that memory. */
size_t virtq_avail_offset(uint16_t size);
size_t virtq_used_offset(uint16_t size);

/* True if `size` is a power of two in 1..VIRTQ_MAX_SIZE. */
bool virtq_size_valid(uint16_t size);

/* Empty queue over `rings` (virtq_bytes(size), zeroed). `size` must be valid. Interrupts start enabled. */
void virtq_init(struct virtq *queue, uint32_t index, void *rings, struct virtq_slot *slots, uint16_t size,
                bool event_idx);

/*
 * Queue one request of 1..VIRTQ_MAX_PARTS parts under the caller's `token`. The device does not see
 * it before virtio_mmio_kick (or virtq_publish).
 */
enum virtq_result virtq_push(struct virtq *queue, const struct virtq_part *parts, size_t count,
                             uint32_t token);

/* Make the pushed requests visible. Returns true if the device must be notified. */
bool virtq_publish(struct virtq *queue);

/*
 * Take one completed request: its token and the bytes that the device says it wrote, never more than
 * were writable. At most in_flight successful calls can follow each other, whatever the device does.
 */
enum virtq_result virtq_pop(struct virtq *queue, uint32_t *token, uint32_t *written);

/* Ask for no interrupts (a hint: one may still come). */
void virtq_irq_off(struct virtq *queue);

/*
 * Ask for an interrupt at the next completion. Returns true if completions are already waiting: then
 * the caller must pop again before it sleeps.
 */
bool virtq_irq_on(struct virtq *queue);

/*
 * Ask for an interrupt only once `count` further requests have been used (EVENT_IDX; without it the
 * same as virtq_irq_on). Returns true if that many are already waiting.
 */
bool virtq_irq_after(struct virtq *queue, uint16_t count);

#endif
