/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio network device for tests: registers behind virtio_reg_*, the device's half of two split queues
 * over the driver's DMA memory, and ways to misbehave.
 */
#ifndef TEST_ETH_FAKE_H
#define TEST_ETH_FAKE_H

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
    uint8_t config[8];
    uint32_t device_id;
    unsigned resets, kicks[2];
    struct fake_queue queue[2];
    uint8_t sent[64][1600]; /* frames that the driver sent, without header */
    uint32_t sent_length[64];
    unsigned sent_count;
};

extern struct fake_device fake;

/* Power-on state: the device of QEMU with link up. */
void fake_reset(void);

/* Hands the driver `length` bytes in its next receive buffer and claims `claimed` written bytes. False: no
 * buffer. */
bool fake_receive_raw(const void *data, uint32_t length, uint32_t claimed);

/* A frame behind the 12-byte header. */
bool fake_receive(const void *frame, uint32_t length);

/* Takes what the driver published for sending; up to `limit` buffers. Returns how many. */
unsigned fake_transmit(unsigned limit);

/* Writes the queue's used index. */
void fake_set_used_index(unsigned queue, uint16_t index);

/* Writes a used entry without taking a buffer. */
void fake_push_used(unsigned queue, uint32_t id, uint32_t length);

#endif
