/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio GPIO device's lines (virtio 1.2, section 5.18) and the sensor wired to four of them. */
#ifndef POSTERN_SIM_GPIO_BANK_H
#define POSTERN_SIM_GPIO_BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bme280_wire.h"

#define GPIO_LINES 8u

/* Which line is which pin; the rest are not connected. */
enum gpio_pin { GPIO_SCLK, GPIO_MOSI, GPIO_MISO, GPIO_CSB0 };

struct gpio_bank {
    struct bme280_wire *wire;
    uint8_t direction[GPIO_LINES];
    uint8_t value[GPIO_LINES]; /* what the driver wants on an output */
};

/* Longest answer: status and the names of all lines. */
#define GPIO_RESPONSE_MAX 64u

void gpio_bank_init(struct gpio_bank *bank, struct bme280_wire *wire);

/* All lines back to "no direction", as after a device reset. */
void gpio_bank_reset(struct gpio_bank *bank);

/* Bytes of the block of line names that GET_NAMES returns. */
size_t gpio_bank_names_size(void);

/*
 * Answer one request of `size` bytes. `response` has room for GPIO_RESPONSE_MAX bytes.
 * Returns the number of response bytes (at least the status).
 */
size_t gpio_bank_request(struct gpio_bank *bank, const uint8_t *request, size_t size, uint8_t *response);

#endif
