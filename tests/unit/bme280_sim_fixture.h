/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_bme280_sim.c works with: device registers whose queue and lines the simulator serves. */
#ifndef BME280_SIM_FIXTURE_H
#define BME280_SIM_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bme280.h"
#include "bme280_formula.h"
#include "bme280_model.h"
#include "bme280_wire.h"
#include "controller.h"
#include "environment.h"
#include "gpio_bank.h"
#include "vhost_ring.h"
#include "virtio_reg.h"

#define ENVIRONMENT "boards/qemu_virt_riscv64/sim/environment.csv"
#define DMA_PADDR   UINT64_C(0x87000000)
#define DMA_SIZE    0x4000u

static uint64_t now_ns;
static struct environment env;
static struct bme280_model model;
static struct bme280_wire wire;
static struct gpio_bank bank;
static struct bme280_delivery last;
static unsigned deliveries;

static uint64_t clock_now(void *context)
{
    (void)context;
    return now_ns;
}

static void on_delivery(void *context, const struct bme280_delivery *delivery)
{
    (void)context;
    last = *delivery;
    deliveries++;
}

/* The virtio device: registers here, queue and lines by the simulator. */
static struct {
    uint32_t status, sel, irq;
    uint64_t address[3]; /* descriptors, available, used */
    struct vhost_ring ring;
    struct vhost_memory memory;
    bool silent;     /* requests are swallowed */
    bool refuse;     /* every request is answered with an error */
    bool forge_used; /* the used index jumps */
    unsigned kicks, resets;
} device;

static _Alignas(4096) uint8_t dma_memory[DMA_SIZE];
static uint32_t registers[1];
static struct spi_controller spi;

uint32_t virtio_reg_read32(const volatile uint32_t *regs, uint32_t off)
{
    (void)regs;
    switch (off) {
    case 0x00:
        return 0x74726976;
    case 0x04:
        return 2;
    case 0x08:
        return 41;
    case 0x10:
        return device.sel; /* word 1, bit 0: VERSION_1 */
    case 0x34:
        return 256;
    case 0x60:
        return device.irq;
    case 0x70:
        return device.status;
    default:
        return 0;
    }
}

uint8_t virtio_reg_read8(const volatile uint32_t *regs, uint32_t off)
{
    uint8_t config[8] = {GPIO_LINES, 0, 0, 0, (uint8_t)gpio_bank_names_size()};

    (void)regs;
    return config[off - 0x100];
}

static size_t answer(void *context, const uint8_t *request, size_t size, uint8_t *response)
{
    size_t length = gpio_bank_request(context, request, size, response);

    response[0] = device.refuse ? 1 : response[0];
    return length;
}

static void serve(void)
{
    device.kicks++;
    if (device.silent) {
        return;
    }
    device.ring.desc_user = device.address[0];
    device.ring.avail_user = device.address[1];
    device.ring.used_user = device.address[2];
    assert_null(vhost_ring_serve(&device.ring, &device.memory, answer, &bank));
    if (device.forge_used) {
        uint16_t *used = (uint16_t *)(void *)(dma_memory + (device.address[2] - DMA_PADDR));

        used[1] = (uint16_t)(used[1] + 200);
    }
    device.irq = 1;
}

void virtio_reg_write32(volatile uint32_t *regs, uint32_t off, uint32_t value)
{
    (void)regs;
    if (off >= 0x80 && off <= 0xa4) {
        uint64_t *word = &device.address[(off - 0x80) / 0x10];

        *word = (off & 4) != 0 ? (*word & UINT32_MAX) | (uint64_t)value << 32 : value;
        return;
    }
    switch (off) {
    case 0x14:
        device.sel = value;
        break;
    case 0x38:
        device.ring.size = (uint16_t)value;
        break;
    case 0x50:
        serve();
        break;
    case 0x64:
        device.irq &= ~value;
        break;
    case 0x70:
        device.status = value;
        if (value == 0) {
            device.resets++;
            device.irq = 0;
            device.ring = (struct vhost_ring){.enabled = true, .kick_fd = -1, .call_fd = -1};
            gpio_bank_reset(&bank);
        }
        break;
    default:
        break;
    }
}

static const struct virtio_dma whole_dma = {.base = dma_memory, .paddr = DMA_PADDR, .size = DMA_SIZE};

/* Deliver interrupts until the controller is idle or stuck. True if a transfer has finished. */
static bool run(void)
{
    bool done = false;

    while (device.irq != 0 && !done) {
        done = spi_controller_interrupt(&spi, now_ns);
    }
    return done;
}

static int new_board(void **state)
{
    (void)state;
    now_ns = 1000000000;
    deliveries = 0;
    memset(&device, 0, sizeof(device));
    device.memory.count = 1;
    device.memory.region[0] = (struct vhost_region){{DMA_PADDR, DMA_SIZE, DMA_PADDR, 0}, dma_memory};
    bme280_model_init(&model, &env, clock_now, on_delivery, NULL);
    bme280_wire_init(&wire, &model, 280);
    gpio_bank_init(&bank, &wire);
    spi_controller_init(&spi, registers, whole_dma, now_ns);
    run();
    assert_int_equal(spi.state, SPI_IDLE);
    now_ns += 10000000;
    return 0;
}

static enum spi_status transfer(const uint8_t *tx, uint16_t length, uint8_t mode)
{
    const struct spi_request request = {.id = 1, .mode = mode, .length = length};

    assert_int_equal(spi_check(&request, (uint32_t)sizeof(request) + length), SPI_OK);
    assert_int_equal(spi.state, SPI_IDLE);
    spi_controller_start(&spi, &request, tx, now_ns);
    while (!run()) {
        if (device.irq == 0) {
            now_ns = spi.deadline_ns;
            if (spi_controller_tick(&spi, now_ns)) {
                break;
            }
        }
    }
    return spi.status;
}

static struct bme280 dev;

static enum bme280_error sample(uint8_t mode)
{
    enum bme280_need need = bme280_start(&dev);

    while (need != BME280_DONE) {
        if (need == BME280_PAUSE) {
            now_ns += (uint64_t)dev.pause_us * 1000;
            need = bme280_paused(&dev);
        } else if (transfer(dev.tx, (uint16_t)dev.length, mode) == SPI_OK) {
            need = bme280_transferred(&dev, spi.rx);
        } else {
            need = bme280_transferred(&dev, NULL);
        }
    }
    return dev.error;
}

static void expect_same_values(void)
{
    assert_int_equal(dev.raw.t, last.raw.t);
    assert_int_equal(dev.raw.p, last.raw.p);
    assert_int_equal(dev.raw.h, last.raw.h);
    assert_int_equal(dev.values.t_centi, last.values.t_centi);
    assert_int_equal(dev.values.p_q24_8, last.values.p_q24_8);
    assert_int_equal(dev.values.h_q22_10, last.values.h_q22_10);
}

#endif
