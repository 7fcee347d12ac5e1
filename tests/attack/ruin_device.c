/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices: registers and descriptors that no driver would write. No descriptor names RAM beyond the
 * component's own DMA region: nothing confines a bus master on this board, and what it could do then is
 * known.
 */
#include "act.h"
#include "ruin.h"

enum virtio_register {
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
};
enum { ACKNOWLEDGED = 3, FEATURES_OK = 8, DRIVER_OK = 4, VERSION_1 = 1 };
enum { QUEUE_SIZE = 8, DESCRIPTORS = 0, AVAILABLE = 0x400, USED = 0x800 };

/* A split queue's descriptor and available ring (virtio 1.1, section 2.6). */
struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
struct available {
    uint16_t flags, index, ring[QUEUE_SIZE];
};

static void set(const struct attack_device *device, uint64_t offset, uint64_t value)
{
    *(volatile uint32_t *)(uintptr_t)(device->regs + offset) = (uint32_t)value;
}

static void set_address(const struct attack_device *device, uint64_t offset, uint64_t address)
{
    set(device, offset, address);
    set(device, offset + 4, address >> 32);
}

/* Far outside RAM, wherever in 64 bits. */
static uint64_t nowhere(void)
{
    return act_random() | UINT64_C(1) << 40;
}

static void absurd_descriptors(const struct attack_device *device, unsigned number)
{
    static const uint32_t length[] = {0, 1, 4096, UINT32_MAX};
    volatile struct descriptor *table = (volatile struct descriptor *)(uintptr_t)(device->dma + DESCRIPTORS);
    volatile struct available *available = (volatile struct available *)(uintptr_t)(device->dma + AVAILABLE);

    for (unsigned i = 0; i < QUEUE_SIZE; i++) {
        table[i].address = nowhere();
        table[i].length = length[(i + number) % 4];
        table[i].flags = (uint16_t)((number + i) % 8); /* next, writable, indirect */
        table[i].next = (uint16_t)(number % 3 == 0 ? i : number % 3 == 1 ? 0xffff : (i + 1) % QUEUE_SIZE);
        available->ring[i] = (uint16_t)(number % 4 == 3 ? 0x7fff : i);
    }
    available->flags = 0;
    available->index = (uint16_t)(number % 5 == 4 ? 0xfff0 : QUEUE_SIZE);
}

/* The device is made ready anew, with a queue in the own DMA region (or nowhere) that holds nonsense. */
static void absurd_queue(const struct attack_device *device, unsigned number)
{
    static const uint32_t size[] = {QUEUE_SIZE, QUEUE_SIZE, 3, 0, 0xffff, UINT32_MAX};
    bool here = number % 2 == 0;

    set(device, STATUS, 0);
    set(device, STATUS, ACKNOWLEDGED);
    set(device, DRIVER_FEATURES_SEL, 1);
    set(device, DRIVER_FEATURES, VERSION_1);
    set(device, STATUS, ACKNOWLEDGED | FEATURES_OK);
    absurd_descriptors(device, number);
    for (unsigned queue = 0; queue < 2; queue++) {
        set(device, QUEUE_SEL, queue);
        set(device, QUEUE_NUM, size[number % 6]);
        set_address(device, QUEUE_DESC, here ? device->dma_paddr + DESCRIPTORS : nowhere());
        set_address(device, QUEUE_DRIVER, here ? device->dma_paddr + AVAILABLE : nowhere());
        set_address(device, QUEUE_DEVICE, here ? device->dma_paddr + USED : nowhere());
        set(device, QUEUE_READY, 1);
    }
    set(device, STATUS, ACKNOWLEDGED | FEATURES_OK | DRIVER_OK);
    set(device, QUEUE_NOTIFY, number % 2);
    set(device, QUEUE_NOTIFY, 0xffff);
}

static void ruin_virtio(const struct attack_device *device, unsigned number)
{
    if (device->dma_size < USED + 0x400) {
        return;
    }
    if (number % 4 != 0) {
        absurd_queue(device, number);
        return;
    }
    /* What the honest driver left, spoilt under the device's hands. */
    absurd_descriptors(device, number);
    set(device, QUEUE_NOTIFY, 0);
    set(device, QUEUE_NOTIFY, 1);
}

/* All but the transmitter, so that the console's text stays legible: 16550A registers 1..4 and 7. */
static void ruin_uart(const struct attack_device *device)
{
    static const uint8_t offset[] = {3, 1, 2, 4, 7, 3};

    for (unsigned i = 0; i < sizeof offset; i++) {
        *(volatile uint8_t *)(uintptr_t)(device->regs + offset[i]) = (uint8_t)act_random();
    }
}

/* Alarms (goldfish RTC registers 0x08..0x1c); the time itself is the timer's to give. */
static void ruin_rtc(const struct attack_device *device)
{
    for (uint64_t offset = 0x08; offset <= 0x1c; offset += 4) {
        set(device, offset, act_random());
    }
}

void ruin_device(const struct attack_device *device, unsigned number)
{
    if (device->kind == DEVICE_VIRTIO) {
        ruin_virtio(device, number);
    } else if (device->kind == DEVICE_UART) {
        ruin_uart(device);
    } else if (device->kind == DEVICE_RTC) {
        ruin_rtc(device);
    }
}
