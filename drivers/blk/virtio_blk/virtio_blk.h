/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio block device (virtio 1.2, section 5.2): up to VIRTIO_BLK_SLOTS requests at a time, each with a
 * buffer of its own in DMA memory. The device is hostile: what it says is bounded or only data.
 */
#ifndef POSTERN_DRIVERS_VIRTIO_BLK_H
#define POSTERN_DRIVERS_VIRTIO_BLK_H

#include <stdbool.h>
#include <stdint.h>

#include "virtio_mmio.h"

#define VIRTIO_BLK_SLOTS    4u
#define VIRTIO_BLK_DATA_MAX 4096u
#define VIRTIO_BLK_SECTOR   512u

enum virtio_blk_kind { VIRTIO_BLK_IN = 0, VIRTIO_BLK_OUT = 1, VIRTIO_BLK_FLUSH = 4 };

enum virtio_blk_result {
    VIRTIO_BLK_OK,
    VIRTIO_BLK_ERROR,  /* the device says so, or has answered with nonsense */
    VIRTIO_BLK_REFUSED /* it does not know the request */
};

struct virtio_blk {
    volatile uint32_t *regs;
    struct virtio_dma dma;
    struct virtio_mmio dev;
    struct virtq queue;
    struct virtq_slot slots[3 * VIRTIO_BLK_SLOTS + 4];
    uint8_t *memory;
    uint64_t paddr;
    uint32_t length[VIRTIO_BLK_SLOTS]; /* data of the request in this slot */
    bool reads[VIRTIO_BLK_SLOTS];
    bool busy[VIRTIO_BLK_SLOTS];
    unsigned in_flight;
    uint64_t size; /* bytes */
    uint32_t unit; /* bytes: the device's block, at least a sector */
    bool read_only;
    bool running; /* false: the device could not be opened, or was stopped */
    uint64_t resets;
};

/* Opens the device at `regs` with the DMA memory `base`/`paddr`/`size`. On an error it is stopped. A device
 * whose block is larger than VIRTIO_BLK_DATA_MAX, or no power of two, is refused with VIRTIO_ERR_CONFIG. */
enum virtio_err virtio_blk_open(struct virtio_blk *blk, volatile uint32_t *regs, uint8_t *base,
                                uint64_t paddr, uint64_t size);

/* Resets the device, forgetting what is in flight, and opens it again. */
enum virtio_err virtio_blk_reopen(struct virtio_blk *blk);

/* The device broke the protocol or asks for a reset. */
bool virtio_blk_failed(const struct virtio_blk *blk);

/* Takes the interrupt. */
void virtio_blk_irq(struct virtio_blk *blk);

/* A slot that is free, or -1. */
int virtio_blk_slot(const struct virtio_blk *blk);

/* The slot's data, VIRTIO_BLK_DATA_MAX bytes of DMA memory. */
uint8_t *virtio_blk_data(const struct virtio_blk *blk, unsigned slot);

/*
 * Starts a request in a free slot: `length` bytes at `offset` (multiples of the sector, inside the device,
 * length at most VIRTIO_BLK_DATA_MAX; both 0 for a flush), to or from the slot's data. False: it was not
 * taken. The device sees it after virtio_blk_kick.
 */
bool virtio_blk_start(struct virtio_blk *blk, unsigned slot, enum virtio_blk_kind kind, uint64_t offset,
                      uint32_t length);
void virtio_blk_kick(struct virtio_blk *blk);

/* Takes a request that has ended: its slot, which is free again but keeps its data until the next start. */
bool virtio_blk_done(struct virtio_blk *blk, unsigned *slot, enum virtio_blk_result *result);

/* Is a flush more than a word? Without this feature the device has no volatile cache (5.2.5). */
bool virtio_blk_flushes(const struct virtio_blk *blk);

#endif
