/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers and queues of the fake device. */
#include "virtio_fake.h"

#include <assert.h>
#include <string.h>
#include "virtio_reg.h"

struct fake_device fake;

void fake_power_on(uint32_t device_id, uint64_t features)
{
    memset(&fake, 0, sizeof(fake));
    fake.device_id = device_id;
    fake.offered = features;
}

uint8_t *fake_memory(uint64_t paddr, size_t size)
{
    assert(paddr >= FAKE_DMA_PADDR && paddr - FAKE_DMA_PADDR <= FAKE_DMA_SIZE - size);
    return fake.dma + (paddr - FAKE_DMA_PADDR);
}

static uint16_t load16(uint64_t paddr)
{
    uint16_t v;
    memcpy(&v, fake_memory(paddr, 2), 2);
    return v;
}

static void store(uint64_t paddr, const void *data, size_t size)
{
    memcpy(fake_memory(paddr, size), data, size);
}

static uint64_t *queue_address(struct fake_queue *q, uint32_t reg)
{
    return reg < 0x90 ? &q->desc : reg < 0xa0 ? &q->avail : &q->used;
}

uint32_t virtio_reg_read32(const volatile uint32_t *regs, uint32_t off)
{
    (void)regs;
    switch (off) {
    case 0x000:
        return 0x74726976;
    case 0x004:
        return 2;
    case 0x008:
        return fake.device_id;
    case 0x010:
        return (uint32_t)(fake.offered >> (32 * fake.feature_sel));
    case 0x034:
        return 256;
    case 0x044:
        return fake.queue[fake.queue_sel & 1].ready;
    case 0x060:
        return fake.irq;
    case 0x070:
        return fake.status;
    default:
        return 0;
    }
}

uint8_t virtio_reg_read8(const volatile uint32_t *regs, uint32_t off)
{
    (void)regs;
    return off >= 0x100 && off < 0x100 + sizeof fake.config ? fake.config[off - 0x100] : 0;
}

static void write_status(uint32_t value)
{
    fake.status = value;
    if (value == 0) {
        fake.resets++;
        memset(fake.queue, 0, sizeof(fake.queue));
        fake.irq = 0;
    }
}

void virtio_reg_write32(volatile uint32_t *regs, uint32_t off, uint32_t value)
{
    struct fake_queue *q = &fake.queue[fake.queue_sel & 1];
    (void)regs;
    if (off == 0x024 || off == 0x014) {
        fake.feature_sel = value;
    } else if (off == 0x020) {
        fake.accepted |= (uint64_t)value << (32 * fake.feature_sel);
    } else if (off == 0x030) {
        fake.queue_sel = value;
    } else if (off == 0x038) {
        q->size = value;
    } else if (off == 0x044) {
        q->ready = value;
    } else if (off == 0x050) {
        fake.kicks[value & 1]++;
    } else if (off == 0x064) {
        fake.irq &= ~value;
    } else if (off == 0x070) {
        write_status(value);
    } else if (off >= 0x080 && off <= 0x0a4) {
        uint64_t *address = queue_address(q, off);
        *address = (off & 4) != 0 ? (*address & UINT32_MAX) | (uint64_t)value << 32 : value;
    }
}

struct fake_desc fake_descriptor(unsigned queue, uint16_t id)
{
    struct fake_desc desc;
    memcpy(&desc, fake_memory(fake.queue[queue].desc + 16u * id, 16), 16);
    return desc;
}

bool fake_take(unsigned queue, uint16_t *id, struct fake_desc *desc)
{
    struct fake_queue *q = &fake.queue[queue];
    if (q->ready == 0 || load16(q->avail + 2) == q->taken) {
        return false;
    }
    *id = load16(q->avail + 4 + 2u * (q->taken % q->size));
    q->taken++;
    *desc = fake_descriptor(queue, *id);
    return true;
}

void fake_push_used(unsigned queue, uint32_t id, uint32_t length)
{
    struct fake_queue *q = &fake.queue[queue];
    uint32_t entry[2] = {id, length};
    store(q->used + 4 + 8u * (q->given % q->size), entry, 8);
    fake_set_used_index(queue, (uint16_t)(q->given + 1));
}

void fake_set_used_index(unsigned queue, uint16_t index)
{
    fake.queue[queue].given = index;
    store(fake.queue[queue].used + 2, &index, 2);
    fake.irq |= 1;
}
