/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio 1.x device behind the modern MMIO transport (virtio 1.2, section 4.2): identification,
 * feature negotiation, queue set-up, configuration space and interrupt status.
 *
 * Order of use: virtio_mmio_open, virtio_mmio_config, virtio_mmio_queue for each queue,
 * virtio_mmio_driver_ok, then virtq_push / virtio_mmio_kick / virtio_mmio_irq_take / virtq_pop.
 * The device is never trusted: every wait is bounded and every answer is checked.
 */
#ifndef POSTERN_DRIVERS_VIRTIO_MMIO_H
#define POSTERN_DRIVERS_VIRTIO_MMIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virtq.h"

/* Device identifiers (virtio 1.2, section 5). */
#define VIRTIO_ID_NET   1u
#define VIRTIO_ID_BLOCK 2u
#define VIRTIO_ID_RNG   4u
#define VIRTIO_ID_GPIO  41u

/* A feature word has one bit for each feature number. */
#define VIRTIO_FEATURE(number) (UINT64_C(1) << (number))
#define VIRTIO_F_EVENT_IDX     VIRTIO_FEATURE(29)
#define VIRTIO_F_VERSION_1     VIRTIO_FEATURE(32)

/* Bits that virtio_mmio_irq_take returns. */
#define VIRTIO_IRQ_QUEUE  1u
#define VIRTIO_IRQ_CONFIG 2u

enum virtio_err {
    VIRTIO_OK,
    VIRTIO_ERR_MAGIC,    /* no virtio device behind these registers */
    VIRTIO_ERR_VERSION,  /* legacy transport, or one newer than we know */
    VIRTIO_ERR_DEVICE,   /* another kind of device, or an empty slot */
    VIRTIO_ERR_RESET,    /* the device did not come out of reset */
    VIRTIO_ERR_FEATURES, /* the device does not offer a required feature */
    VIRTIO_ERR_REFUSED,  /* the device cleared FEATURES_OK */
    VIRTIO_ERR_QUEUE,    /* queue absent, in use, or smaller than asked */
    VIRTIO_ERR_MEMORY,   /* DMA memory too small, or a size that is no power of two */
    VIRTIO_ERR_CONFIG,   /* configuration kept changing, or read past its end */
};

/* One device. Owned by the driver, set up by virtio_mmio_open. */
struct virtio_mmio {
    volatile uint32_t *regs;
    uint64_t features; /* what driver and device agreed on */
};

/* DMA memory that the driver was given; pieces are taken once, at set-up, and never returned. */
struct virtio_dma {
    uint8_t *base;  /* where the driver sees it */
    uint64_t paddr; /* where the device sees it */
    size_t size;    /* bytes */
    size_t taken;   /* bytes handed out so far */
};

/*
 * Take `size` zeroed bytes aligned to `align` (a power of two) from `dma`. The device address goes
 * to *paddr. Returns NULL, with nothing taken, if they do not fit.
 */
void *virtio_dma_take(struct virtio_dma *dma, size_t size, size_t align, uint64_t *paddr);

/*
 * Reset the device at `regs`, check that it is a `device_id` on the modern transport, and agree on
 * features: VERSION_1 and all of `required`, and those of `optional` that it offers.
 * On any error the device is left in the FAILED or reset state and must not be used.
 */
enum virtio_err virtio_mmio_open(struct virtio_mmio *dev, volatile uint32_t *regs, uint32_t device_id,
                                 uint64_t required, uint64_t optional);

/*
 * Read `len` bytes of configuration space from offset `off`, consistent in themselves (generation
 * checked, retried a few times). VIRTIO_ERR_CONFIG if it never settles.
 */
enum virtio_err virtio_mmio_config(const struct virtio_mmio *dev, uint32_t off, void *out, size_t len);

/*
 * Set up queue `index` with `size` descriptors (power of two, at most VIRTQ_MAX_SIZE). Ring memory
 * comes from `dma`; `slots` is the driver's private bookkeeping, `size` entries that live as long
 * as the queue.
 */
enum virtio_err virtio_mmio_queue(struct virtio_mmio *dev, uint32_t index, struct virtq *queue,
                                  struct virtq_slot *slots, uint16_t size, struct virtio_dma *dma);

/* Tell the device that set-up is complete: from here on it may use the queues. */
void virtio_mmio_driver_ok(struct virtio_mmio *dev);

/* Publish what virtq_push queued; ring the device's bell if it wants that. Returns true if rung. */
bool virtio_mmio_kick(struct virtio_mmio *dev, struct virtq *queue);

/* Read and acknowledge the interrupt status: VIRTIO_IRQ_* bits. Call before looking at the queues. */
uint32_t virtio_mmio_irq_take(struct virtio_mmio *dev);

/* True if the device asks for a reset (DEVICE_NEEDS_RESET) or was reset behind our back. */
bool virtio_mmio_needs_reset(const struct virtio_mmio *dev);

/* Stop the device: reset it, so that it no longer touches DMA memory, and mark it failed. */
void virtio_mmio_stop(struct virtio_mmio *dev);

/* A short lower-case phrase for the log. Never NULL. */
const char *virtio_err_text(enum virtio_err err);

#endif
