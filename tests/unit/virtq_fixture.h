/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_virtq.c works with: the device in memory behind virtio_reg.h, honest until told to lie. */
#ifndef VIRTQ_FIXTURE_H
#define VIRTQ_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio_mmio.h"
#include "virtio_reg.h"

#define SIZE      8u
#define DMA_PADDR UINT64_C(0x81000000)
#define DMA_SIZE  4096u

/* The device's registers and what a test makes it do. */
static struct {
    uint32_t magic, version, id, size_max, status, irq, generation;
    uint64_t offered, accepted;
    uint32_t features_sel, driver_sel, queue_size, ready, notified;
    uint64_t desc, avail, used;
    uint32_t resets, polls_until_reset;
    bool refuse, restless, needs_reset;
    uint8_t config[16];
    char order[32]; /* status bits in the order in which they were set */
} fake;

static _Alignas(16) uint8_t dma_memory[DMA_SIZE];
static uint32_t registers[1];

static uint32_t *half(uint64_t *word, uint32_t high)
{
    return (uint32_t *)(void *)word + high;
}

uint32_t virtio_reg_read32(const volatile uint32_t *regs, uint32_t off)
{
    assert_ptr_equal(regs, registers);
    switch (off) {
    case 0x00:
        return fake.magic;
    case 0x04:
        return fake.version;
    case 0x08:
        return fake.id;
    case 0x10:
        return *half(&fake.offered, fake.features_sel);
    case 0x34:
        return fake.size_max;
    case 0x44:
        return fake.ready;
    case 0x60:
        return fake.irq;
    case 0x70:
        if (fake.polls_until_reset > 0) {
            fake.polls_until_reset--;
            return 1;
        }
        return fake.status | (fake.needs_reset ? 64 : 0);
    case 0xfc:
        return fake.restless ? fake.generation++ : fake.generation;
    default:
        fail_msg("read of register 0x%x", off);
        return 0;
    }
}

uint8_t virtio_reg_read8(const volatile uint32_t *regs, uint32_t off)
{
    assert_ptr_equal(regs, registers);
    assert_in_range(off, 0x100, 0x10f);
    return fake.config[off - 0x100];
}

static void write_status(uint32_t value)
{
    size_t at = strlen(fake.order);

    if (value == 0) {
        fake.resets++;
        fake.status = 0;
        fake.ready = 0;
        return;
    }
    if ((value & 8) != 0 && fake.refuse) {
        value &= ~8u;
    }
    fake.order[at] = (value & 128) != 0 ? 'F'
                     : (value & 4) != 0 ? 'o'
                     : (value & 8) != 0 ? 'f'
                     : (value & 2) != 0 ? 'd'
                                        : 'a';
    fake.status = value;
}

void virtio_reg_write32(volatile uint32_t *regs, uint32_t off, uint32_t value)
{
    assert_ptr_equal(regs, registers);
    switch (off) {
    case 0x14:
        fake.features_sel = value;
        break;
    case 0x20:
        *half(&fake.accepted, fake.driver_sel) = value;
        break;
    case 0x24:
        fake.driver_sel = value;
        break;
    case 0x30:
        break;
    case 0x38:
        fake.queue_size = value;
        break;
    case 0x44:
        fake.ready = value;
        break;
    case 0x50:
        fake.notified++;
        break;
    case 0x64:
        fake.irq &= ~value;
        break;
    case 0x70:
        write_status(value);
        break;
    case 0x80:
    case 0x84:
        *half(&fake.desc, (off - 0x80) / 4) = value;
        break;
    case 0x90:
    case 0x94:
        *half(&fake.avail, (off - 0x90) / 4) = value;
        break;
    case 0xa0:
    case 0xa4:
        *half(&fake.used, (off - 0xa0) / 4) = value;
        break;
    default:
        fail_msg("write of register 0x%x", off);
    }
}

static struct virtio_mmio dev;
static struct virtq queue;
static struct virtq_slot slots[SIZE];
static struct virtio_dma dma;

static int new_device(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    memset(dma_memory, 0xa5, sizeof(dma_memory));
    fake.magic = 0x74726976;
    fake.version = 2;
    fake.id = VIRTIO_ID_RNG;
    fake.size_max = SIZE;
    fake.offered = VIRTIO_F_VERSION_1 | VIRTIO_FEATURE(3) | VIRTIO_FEATURE(5);
    dma = (struct virtio_dma){.base = dma_memory, .paddr = DMA_PADDR, .size = DMA_SIZE};
    return 0;
}

static enum virtio_err open_device(uint64_t required, uint64_t optional)
{
    return virtio_mmio_open(&dev, registers, VIRTIO_ID_RNG, required, optional);
}

static int new_queue(void **state)
{
    new_device(state);
    assert_int_equal(open_device(0, 0), VIRTIO_OK);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_OK);
    virtio_mmio_driver_ok(&dev);
    return 0;
}

static int new_event_queue(void **state)
{
    new_device(state);
    fake.offered |= VIRTIO_F_EVENT_IDX;
    assert_int_equal(open_device(0, VIRTIO_F_EVENT_IDX), VIRTIO_OK);
    assert_int_equal(virtio_mmio_queue(&dev, 0, &queue, slots, SIZE, &dma), VIRTIO_OK);
    return 0;
}

/* The device's view of the rings, by the addresses that it was given. */
static uint16_t *avail_words(void)
{
    return (uint16_t *)(void *)(dma_memory + (fake.avail - DMA_PADDR));
}

static uint16_t *used_words(void)
{
    return (uint16_t *)(void *)(dma_memory + (fake.used - DMA_PADDR));
}

static void device_uses(uint16_t position, uint32_t id, uint32_t length)
{
    uint32_t *entry = (uint32_t *)(void *)(used_words() + 2) + 2 * (position % SIZE);

    entry[0] = id;
    entry[1] = length;
    used_words()[1] = (uint16_t)(position + 1);
}

static enum virtq_result push(uint32_t token, size_t parts)
{
    static const struct virtq_part part[4] = {{DMA_PADDR + 0x800, 4, false},
                                              {DMA_PADDR + 0x810, 8, true},
                                              {DMA_PADDR + 0x820, 16, true},
                                              {DMA_PADDR + 0x840, 32, true}};

    return virtq_push(&queue, part, parts, token);
}

#endif
