/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device for tests: registers behind virtio_reg_*, the device's half of two split queues over the
 * driver's DMA memory, and ways to misbehave. What the device does with requests is in eth_fake and blk_fake.
 */
#ifndef TEST_VIRTIO_FAKE_H
#define TEST_VIRTIO_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_DMA_SIZE  0x40000u
#define FAKE_DMA_PADDR 0x90000000u

struct fake_queue {
    uint32_t size, ready;
    uint64_t desc, avail, used; /* device addresses */
    uint16_t taken;             /* available index up to which the device has taken */
    uint16_t given;             /* used index */
};

struct fake_device {
    uint8_t dma[FAKE_DMA_SIZE];
    uint32_t status, irq, feature_sel, queue_sel;
    uint64_t offered, accepted;
    uint8_t config[24];
    uint32_t device_id;
    unsigned resets, kicks[2];
    struct fake_queue queue[2];
};

extern struct fake_device fake;

/* A descriptor as the driver wrote it. */
struct fake_desc {
    uint64_t paddr;
    uint32_t length;
    uint16_t flags, next;
};

/* Power-on state of a device of this kind that offers `features`. */
void fake_power_on(uint32_t device_id, uint64_t features);

/* The driver's DMA memory at a device address. */
uint8_t *fake_memory(uint64_t paddr, size_t size);

/* Takes the next request of a queue: its head and first descriptor. False: there is none. */
bool fake_take(unsigned queue, uint16_t *id, struct fake_desc *desc);

/* Descriptor `id` of a queue. */
struct fake_desc fake_descriptor(unsigned queue, uint16_t id);

/* Writes the queue's used index. */
void fake_set_used_index(unsigned queue, uint16_t index);

/* Writes a used entry without taking a buffer. */
void fake_push_used(unsigned queue, uint32_t id, uint32_t length);

#endif
