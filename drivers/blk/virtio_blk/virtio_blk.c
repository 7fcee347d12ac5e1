/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio block device: three descriptors a request (header, data, status), two for a flush. */
#include "virtio_blk.h"

#include <string.h>

#define FEATURE_RO       VIRTIO_FEATURE(5)
#define FEATURE_BLK_SIZE VIRTIO_FEATURE(6)
#define FEATURE_FLUSH    VIRTIO_FEATURE(9)

#define CONFIG_CAPACITY 0u
#define CONFIG_BLK_SIZE 20u
#define CAPACITY_MAX    (UINT64_MAX / VIRTIO_BLK_SECTOR / 2)

#define QUEUE_SIZE 16u
#define ALIGN      64u

#define STATUS_OK          0u
#define STATUS_UNSUPPORTED 2u
#define STATUS_UNTOUCHED   0xffu

/* struct virtio_blk_req of 5.2.6, the part that the device reads. */
struct request_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

/* DMA memory of one slot. */
struct slot_memory {
    struct request_header header;
    uint8_t status;
    uint8_t spare[ALIGN - sizeof(struct request_header) - 1];
    uint8_t data[VIRTIO_BLK_DATA_MAX];
};

_Static_assert(QUEUE_SIZE >= 3 * VIRTIO_BLK_SLOTS, "descriptors for every slot");
_Static_assert(sizeof(((struct virtio_blk *)0)->slots) / sizeof(struct virtq_slot) == QUEUE_SIZE,
               "bookkeeping");

static struct slot_memory *memory_of(const struct virtio_blk *blk, unsigned slot)
{
    return (struct slot_memory *)(void *)(blk->memory + slot * sizeof(struct slot_memory));
}

static enum virtio_err read_config(struct virtio_blk *blk)
{
    uint64_t sectors = 0;
    uint32_t unit = VIRTIO_BLK_SECTOR;
    enum virtio_err err = virtio_mmio_config(&blk->dev, CONFIG_CAPACITY, &sectors, sizeof(sectors));

    if (err == VIRTIO_OK && (blk->dev.features & FEATURE_BLK_SIZE) != 0) {
        err = virtio_mmio_config(&blk->dev, CONFIG_BLK_SIZE, &unit, sizeof(unit));
    }
    if (err != VIRTIO_OK) {
        return err;
    }
    if (unit < VIRTIO_BLK_SECTOR || unit > VIRTIO_BLK_DATA_MAX || (unit & (unit - 1)) != 0 ||
        sectors > CAPACITY_MAX) {
        return VIRTIO_ERR_CONFIG;
    }
    blk->unit = unit;
    blk->size = sectors * VIRTIO_BLK_SECTOR / unit * unit;
    blk->read_only = (blk->dev.features & FEATURE_RO) != 0;
    return VIRTIO_OK;
}

static enum virtio_err open_device(struct virtio_blk *blk)
{
    enum virtio_err err;

    blk->dma.taken = 0;
    blk->in_flight = 0;
    memset(blk->busy, 0, sizeof(blk->busy));
    err = virtio_mmio_open(&blk->dev, blk->regs, VIRTIO_ID_BLOCK, 0,
                           FEATURE_RO | FEATURE_BLK_SIZE | FEATURE_FLUSH);
    if (err == VIRTIO_OK) {
        err = read_config(blk);
    }
    if (err == VIRTIO_OK) {
        err = virtio_mmio_queue(&blk->dev, 0, &blk->queue, blk->slots, QUEUE_SIZE, &blk->dma);
    }
    if (err == VIRTIO_OK) {
        blk->memory =
            virtio_dma_take(&blk->dma, VIRTIO_BLK_SLOTS * sizeof(struct slot_memory), ALIGN, &blk->paddr);
        err = blk->memory == NULL ? VIRTIO_ERR_MEMORY : VIRTIO_OK;
    }
    return err;
}

static enum virtio_err restart(struct virtio_blk *blk)
{
    enum virtio_err err = open_device(blk);

    blk->running = err == VIRTIO_OK;
    if (blk->running) {
        virtio_mmio_driver_ok(&blk->dev);
    } else {
        virtio_mmio_stop(&blk->dev);
    }
    return err;
}

enum virtio_err virtio_blk_open(struct virtio_blk *blk, volatile uint32_t *regs, uint8_t *base,
                                uint64_t paddr, uint64_t size)
{
    *blk = (struct virtio_blk){.regs = regs, .dma = {.base = base, .paddr = paddr, .size = size}};
    return restart(blk);
}

enum virtio_err virtio_blk_reopen(struct virtio_blk *blk)
{
    blk->resets++;
    return restart(blk);
}

bool virtio_blk_failed(const struct virtio_blk *blk)
{
    return blk->running && blk->queue.broken;
}

void virtio_blk_irq(struct virtio_blk *blk)
{
    if (blk->running && (virtio_mmio_irq_take(&blk->dev) & VIRTIO_IRQ_CONFIG) != 0 &&
        virtio_mmio_needs_reset(&blk->dev)) {
        blk->queue.broken = true;
    }
}

int virtio_blk_slot(const struct virtio_blk *blk)
{
    for (unsigned i = 0; blk->running && i < VIRTIO_BLK_SLOTS; i++) {
        if (!blk->busy[i]) {
            return (int)i;
        }
    }
    return -1;
}

uint8_t *virtio_blk_data(const struct virtio_blk *blk, unsigned slot)
{
    return memory_of(blk, slot)->data;
}

static bool request_valid(const struct virtio_blk *blk, enum virtio_blk_kind kind, uint64_t offset,
                          uint32_t length)
{
    if (kind == VIRTIO_BLK_FLUSH) {
        return offset == 0 && length == 0;
    }
    return length != 0 && length <= VIRTIO_BLK_DATA_MAX && length % VIRTIO_BLK_SECTOR == 0 &&
           offset % VIRTIO_BLK_SECTOR == 0 && offset <= blk->size && length <= blk->size - offset;
}

bool virtio_blk_start(struct virtio_blk *blk, unsigned slot, enum virtio_blk_kind kind, uint64_t offset,
                      uint32_t length)
{
    uint64_t paddr = blk->paddr + slot * sizeof(struct slot_memory);
    struct virtq_part part[3];
    size_t parts = 0;

    if (!blk->running || slot >= VIRTIO_BLK_SLOTS || blk->busy[slot] ||
        !request_valid(blk, kind, offset, length)) {
        return false;
    }
    memory_of(blk, slot)->header =
        (struct request_header){.type = kind, .sector = offset / VIRTIO_BLK_SECTOR};
    memory_of(blk, slot)->status = STATUS_UNTOUCHED;
    part[parts++] = (struct virtq_part){.paddr = paddr, .len = sizeof(struct request_header)};
    if (length != 0) {
        part[parts++] = (struct virtq_part){.paddr = paddr + offsetof(struct slot_memory, data),
                                            .len = length,
                                            .device_writes = kind == VIRTIO_BLK_IN};
    }
    part[parts++] = (struct virtq_part){
        .paddr = paddr + offsetof(struct slot_memory, status), .len = 1, .device_writes = true};
    if (virtq_push(&blk->queue, part, parts, slot) != VIRTQ_OK) {
        return false;
    }
    blk->length[slot] = length;
    blk->reads[slot] = kind == VIRTIO_BLK_IN;
    blk->busy[slot] = true;
    blk->in_flight++;
    return true;
}

void virtio_blk_kick(struct virtio_blk *blk)
{
    if (blk->running) {
        (void)virtio_mmio_kick(&blk->dev, &blk->queue);
    }
}

bool virtio_blk_done(struct virtio_blk *blk, unsigned *slot, enum virtio_blk_result *result)
{
    uint32_t token, written;

    if (!blk->running || virtq_pop(&blk->queue, &token, &written) != VIRTQ_OK) {
        return false;
    }
    uint8_t status = *(volatile uint8_t *)&memory_of(blk, token)->status;
    uint32_t expected = (blk->reads[token] ? blk->length[token] : 0) + 1;
    blk->busy[token] = false;
    blk->in_flight--;
    *slot = token;
    if (status == STATUS_OK && written >= expected) {
        *result = VIRTIO_BLK_OK;
    } else {
        *result = status == STATUS_UNSUPPORTED ? VIRTIO_BLK_REFUSED : VIRTIO_BLK_ERROR;
    }
    return true;
}

bool virtio_blk_flushes(const struct virtio_blk *blk)
{
    return (blk->dev.features & FEATURE_FLUSH) != 0;
}
