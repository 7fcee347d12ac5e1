/* SPDX-License-Identifier: BSD-2-Clause */
/* Request decoding, and line levels: a line that nobody drives is pulled up. */
#include "gpio_bank.h"

#include <linux/virtio_gpio.h>
#include <string.h>

/* One name a line, each ended by a NUL. */
static const char names[] = "SCLK\0MOSI\0MISO\0CSB0\0\0\0\0";

_Static_assert(sizeof(names) + 1 <= GPIO_RESPONSE_MAX, "names fit a response");

void gpio_bank_init(struct gpio_bank *bank, struct bme280_wire *wire)
{
    *bank = (struct gpio_bank){.wire = wire};
    gpio_bank_reset(bank);
}

void gpio_bank_reset(struct gpio_bank *bank)
{
    memset(bank->direction, VIRTIO_GPIO_DIRECTION_NONE, sizeof(bank->direction));
    memset(bank->value, 0, sizeof(bank->value));
}

size_t gpio_bank_names_size(void)
{
    return sizeof(names);
}

static bool level(const struct gpio_bank *bank, unsigned line)
{
    return bank->direction[line] == VIRTIO_GPIO_DIRECTION_OUT ? bank->value[line] != 0 : true;
}

static void drive(struct gpio_bank *bank)
{
    bme280_wire_drive(bank->wire, level(bank, GPIO_CSB0), level(bank, GPIO_SCLK), level(bank, GPIO_MOSI));
}

static uint8_t read_line(const struct gpio_bank *bank, unsigned line)
{
    if (line == GPIO_MISO && bank->direction[line] != VIRTIO_GPIO_DIRECTION_OUT) {
        return bme280_wire_data(bank->wire) ? 1 : 0;
    }
    return level(bank, line) ? 1 : 0;
}

static uint8_t set_direction(struct gpio_bank *bank, unsigned line, uint32_t direction)
{
    if (direction > VIRTIO_GPIO_DIRECTION_IN) {
        return VIRTIO_GPIO_STATUS_ERR;
    }
    bank->direction[line] = (uint8_t)direction;
    drive(bank);
    return VIRTIO_GPIO_STATUS_OK;
}

static uint8_t set_value(struct gpio_bank *bank, unsigned line, uint32_t value)
{
    if (value > 1) {
        return VIRTIO_GPIO_STATUS_ERR;
    }
    bank->value[line] = (uint8_t)value;
    drive(bank);
    return VIRTIO_GPIO_STATUS_OK;
}

static uint8_t line_request(struct gpio_bank *bank, const struct virtio_gpio_request *request, uint8_t *value)
{
    if (request->gpio >= GPIO_LINES) {
        return VIRTIO_GPIO_STATUS_ERR;
    }
    switch (request->type) {
    case VIRTIO_GPIO_MSG_GET_DIRECTION:
        *value = bank->direction[request->gpio];
        return VIRTIO_GPIO_STATUS_OK;
    case VIRTIO_GPIO_MSG_SET_DIRECTION:
        return set_direction(bank, request->gpio, request->value);
    case VIRTIO_GPIO_MSG_GET_VALUE:
        *value = read_line(bank, request->gpio);
        return VIRTIO_GPIO_STATUS_OK;
    case VIRTIO_GPIO_MSG_SET_VALUE:
        return set_value(bank, request->gpio, request->value);
    default:
        return VIRTIO_GPIO_STATUS_ERR;
    }
}

size_t gpio_bank_request(struct gpio_bank *bank, const uint8_t *request, size_t size, uint8_t *response)
{
    struct virtio_gpio_request copy;

    response[0] = VIRTIO_GPIO_STATUS_ERR;
    response[1] = 0;
    if (size != sizeof(copy)) {
        return 2;
    }
    memcpy(&copy, request, sizeof(copy));
    if (copy.type == VIRTIO_GPIO_MSG_GET_NAMES) {
        response[0] = VIRTIO_GPIO_STATUS_OK;
        memcpy(response + 1, names, sizeof(names));
        return 1 + sizeof(names);
    }
    response[0] = line_request(bank, &copy, &response[1]);
    return 2;
}
