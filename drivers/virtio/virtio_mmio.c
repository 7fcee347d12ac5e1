/* SPDX-License-Identifier: BSD-2-Clause */
/* The modern virtio MMIO transport (virtio 1.2, section 4.2.2) in the order of section 3.1.1. */
#include "virtio_mmio.h"

#include <string.h>

#include "virtio_reg.h"

enum reg {
    REG_MAGIC = 0x000,
    REG_VERSION = 0x004,
    REG_DEVICE_ID = 0x008,
    REG_DEVICE_FEATURES = 0x010,
    REG_DEVICE_FEATURES_SEL = 0x014,
    REG_DRIVER_FEATURES = 0x020,
    REG_DRIVER_FEATURES_SEL = 0x024,
    REG_QUEUE_SEL = 0x030,
    REG_QUEUE_SIZE_MAX = 0x034,
    REG_QUEUE_SIZE = 0x038,
    REG_QUEUE_READY = 0x044,
    REG_QUEUE_NOTIFY = 0x050,
    REG_IRQ_STATUS = 0x060,
    REG_IRQ_ACK = 0x064,
    REG_STATUS = 0x070,
    REG_QUEUE_DESC_LOW = 0x080,
    REG_QUEUE_DRIVER_LOW = 0x090,
    REG_QUEUE_DEVICE_LOW = 0x0a0,
    REG_CONFIG_GENERATION = 0x0fc,
    REG_CONFIG = 0x100,
    REG_END = 0x200, /* size of one device's window on the machines that we know */
};

enum status {
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    STATUS_NEEDS_RESET = 64,
    STATUS_FAILED = 128,
};

#define MAGIC_VALUE    0x74726976u /* "virt" */
#define MODERN_VERSION 2u
#define RESET_POLLS    100000u
#define CONFIG_TRIES   8u

static uint32_t read_reg(const struct virtio_mmio *dev, uint32_t reg)
{
    return virtio_reg_read32(dev->regs, reg);
}

static void write_reg(struct virtio_mmio *dev, uint32_t reg, uint32_t value)
{
    virtio_reg_write32(dev->regs, reg, value);
}

static void write_address(struct virtio_mmio *dev, uint32_t reg_low, uint64_t paddr)
{
    write_reg(dev, reg_low, (uint32_t)paddr);
    write_reg(dev, reg_low + 4u, (uint32_t)(paddr >> 32));
}

static void add_status(struct virtio_mmio *dev, uint32_t bits)
{
    write_reg(dev, REG_STATUS, read_reg(dev, REG_STATUS) | bits);
}

static enum virtio_err fail(struct virtio_mmio *dev, enum virtio_err err)
{
    add_status(dev, STATUS_FAILED);
    return err;
}

static bool reset(struct virtio_mmio *dev)
{
    write_reg(dev, REG_STATUS, 0);
    for (uint32_t i = 0; i < RESET_POLLS; i++) {
        if (read_reg(dev, REG_STATUS) == 0) {
            return true;
        }
    }
    return false;
}

static uint64_t offered_features(struct virtio_mmio *dev)
{
    uint64_t low;

    write_reg(dev, REG_DEVICE_FEATURES_SEL, 0);
    low = read_reg(dev, REG_DEVICE_FEATURES);
    write_reg(dev, REG_DEVICE_FEATURES_SEL, 1);
    return low | (uint64_t)read_reg(dev, REG_DEVICE_FEATURES) << 32;
}

static void accept_features(struct virtio_mmio *dev)
{
    write_reg(dev, REG_DRIVER_FEATURES_SEL, 0);
    write_reg(dev, REG_DRIVER_FEATURES, (uint32_t)dev->features);
    write_reg(dev, REG_DRIVER_FEATURES_SEL, 1);
    write_reg(dev, REG_DRIVER_FEATURES, (uint32_t)(dev->features >> 32));
    add_status(dev, STATUS_FEATURES_OK);
}

static enum virtio_err identify(const struct virtio_mmio *dev, uint32_t device_id)
{
    if (read_reg(dev, REG_MAGIC) != MAGIC_VALUE) {
        return VIRTIO_ERR_MAGIC;
    }
    if (read_reg(dev, REG_VERSION) != MODERN_VERSION) {
        return VIRTIO_ERR_VERSION;
    }
    return read_reg(dev, REG_DEVICE_ID) == device_id ? VIRTIO_OK : VIRTIO_ERR_DEVICE;
}

enum virtio_err virtio_mmio_open(struct virtio_mmio *dev, volatile uint32_t *regs, uint32_t device_id,
                                 uint64_t required, uint64_t optional)
{
    enum virtio_err err;
    uint64_t offered;

    *dev = (struct virtio_mmio){.regs = regs};
    err = identify(dev, device_id);
    if (err != VIRTIO_OK) {
        return err;
    }
    if (!reset(dev)) {
        return VIRTIO_ERR_RESET;
    }
    add_status(dev, STATUS_ACKNOWLEDGE);
    add_status(dev, STATUS_DRIVER);
    required |= VIRTIO_F_VERSION_1;
    offered = offered_features(dev);
    if ((offered & required) != required) {
        return fail(dev, VIRTIO_ERR_FEATURES);
    }
    dev->features = offered & (required | optional);
    accept_features(dev);
    if ((read_reg(dev, REG_STATUS) & STATUS_FEATURES_OK) == 0) {
        return fail(dev, VIRTIO_ERR_REFUSED);
    }
    return VIRTIO_OK;
}

enum virtio_err virtio_mmio_config(const struct virtio_mmio *dev, uint32_t off, void *out, size_t len)
{
    uint8_t *bytes = out;

    if (off > REG_END - REG_CONFIG || len > REG_END - REG_CONFIG - off) {
        return VIRTIO_ERR_CONFIG;
    }
    for (uint32_t attempt = 0; attempt < CONFIG_TRIES; attempt++) {
        uint32_t generation = read_reg(dev, REG_CONFIG_GENERATION);

        for (uint32_t i = 0; i < len; i++) {
            bytes[i] = virtio_reg_read8(dev->regs, REG_CONFIG + off + i);
        }
        if (read_reg(dev, REG_CONFIG_GENERATION) == generation) {
            return VIRTIO_OK;
        }
    }
    return VIRTIO_ERR_CONFIG;
}

void *virtio_dma_take(struct virtio_dma *dma, size_t size, size_t align, uint64_t *paddr)
{
    size_t skip = (size_t)(-(dma->paddr + dma->taken) & (align - 1u));
    size_t left = dma->size - dma->taken;
    uint8_t *piece;

    if (skip > left || size > left - skip) {
        return NULL;
    }
    piece = dma->base + dma->taken + skip;
    *paddr = dma->paddr + dma->taken + skip;
    dma->taken += skip + size;
    memset(piece, 0, size);
    return piece;
}

enum virtio_err virtio_mmio_queue(struct virtio_mmio *dev, uint32_t index, struct virtq *queue,
                                  struct virtq_slot *slots, uint16_t size, struct virtio_dma *dma)
{
    uint64_t paddr;
    void *rings;

    if (!virtq_size_valid(size)) {
        return VIRTIO_ERR_MEMORY;
    }
    write_reg(dev, REG_QUEUE_SEL, index);
    if (read_reg(dev, REG_QUEUE_READY) != 0 || read_reg(dev, REG_QUEUE_SIZE_MAX) < size) {
        return fail(dev, VIRTIO_ERR_QUEUE);
    }
    rings = virtio_dma_take(dma, virtq_bytes(size), VIRTQ_ALIGN, &paddr);
    if (rings == NULL) {
        return fail(dev, VIRTIO_ERR_MEMORY);
    }
    virtq_init(queue, index, rings, slots, size, (dev->features & VIRTIO_F_EVENT_IDX) != 0);
    write_reg(dev, REG_QUEUE_SIZE, size);
    write_address(dev, REG_QUEUE_DESC_LOW, paddr);
    write_address(dev, REG_QUEUE_DRIVER_LOW, paddr + virtq_avail_offset(size));
    write_address(dev, REG_QUEUE_DEVICE_LOW, paddr + virtq_used_offset(size));
    write_reg(dev, REG_QUEUE_READY, 1);
    return VIRTIO_OK;
}

void virtio_mmio_driver_ok(struct virtio_mmio *dev)
{
    add_status(dev, STATUS_DRIVER_OK);
}

bool virtio_mmio_kick(struct virtio_mmio *dev, struct virtq *queue)
{
    if (!virtq_publish(queue)) {
        return false;
    }
    write_reg(dev, REG_QUEUE_NOTIFY, queue->index);
    return true;
}

uint32_t virtio_mmio_irq_take(struct virtio_mmio *dev)
{
    uint32_t bits = read_reg(dev, REG_IRQ_STATUS) & (VIRTIO_IRQ_QUEUE | VIRTIO_IRQ_CONFIG);

    if (bits != 0) {
        write_reg(dev, REG_IRQ_ACK, bits);
    }
    return bits;
}

bool virtio_mmio_needs_reset(const struct virtio_mmio *dev)
{
    uint32_t status = read_reg(dev, REG_STATUS);

    return (status & STATUS_NEEDS_RESET) != 0 || (status & STATUS_DRIVER_OK) == 0;
}

void virtio_mmio_stop(struct virtio_mmio *dev)
{
    if (reset(dev)) {
        add_status(dev, STATUS_FAILED);
    }
}

const char *virtio_err_text(enum virtio_err err)
{
    static const char *const text[] = {
        [VIRTIO_OK] = "ok",
        [VIRTIO_ERR_MAGIC] = "no virtio device at this address",
        [VIRTIO_ERR_VERSION] = "not the modern virtio transport",
        [VIRTIO_ERR_DEVICE] = "wrong or absent device",
        [VIRTIO_ERR_RESET] = "device does not reset",
        [VIRTIO_ERR_FEATURES] = "device lacks a required feature",
        [VIRTIO_ERR_REFUSED] = "device refused the features",
        [VIRTIO_ERR_QUEUE] = "queue absent, busy or too small",
        [VIRTIO_ERR_MEMORY] = "DMA memory too small",
        [VIRTIO_ERR_CONFIG] = "device configuration unreadable",
    };

    return (unsigned)err < sizeof(text) / sizeof(text[0]) ? text[err] : "unknown error";
}
