/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests and responses live in DMA memory at a fixed place for each number in a batch. */
#include "gpio_device.h"

#include <string.h>

#define REQUEST_SIZE    ((size_t)8)
#define RESPONSE_STRIDE ((size_t)8)
#define RESPONSE_SIZE   2u
#define STATUS_OK       0u
#define REQUEST_QUEUE   0u

/* Device configuration: u16 number of lines, 2 bytes unused, u32 size of the names. */
struct gpio_config {
    uint16_t lines;
    uint16_t unused;
    uint32_t names_size;
};

_Static_assert(sizeof(struct gpio_config) == 8, "configuration layout is fixed by the specification");
_Static_assert(RESPONSE_STRIDE *GPIO_BATCH_MAX >= 1 + GPIO_NAMES_MAX, "names fit the response area");

enum virtio_err gpio_open(struct gpio_device *gpio, volatile uint32_t *regs, struct virtio_dma *dma)
{
    struct gpio_config config;
    enum virtio_err err;

    dma->taken = 0;
    gpio->count = 0;
    gpio->answered = 0;
    err = virtio_mmio_open(&gpio->mmio, regs, VIRTIO_ID_GPIO, 0, VIRTIO_F_EVENT_IDX);
    if (err == VIRTIO_OK) {
        err = virtio_mmio_config(&gpio->mmio, 0, &config, sizeof(config));
    }
    if (err == VIRTIO_OK) {
        err = virtio_mmio_queue(&gpio->mmio, REQUEST_QUEUE, &gpio->queue, gpio->slots, GPIO_QUEUE_SIZE, dma);
    }
    if (err != VIRTIO_OK) {
        return err;
    }
    gpio->lines = config.lines;
    gpio->names_size = config.names_size;
    gpio->requests = virtio_dma_take(dma, REQUEST_SIZE * GPIO_BATCH_MAX, REQUEST_SIZE, &gpio->requests_paddr);
    gpio->responses =
        virtio_dma_take(dma, RESPONSE_STRIDE * GPIO_BATCH_MAX, RESPONSE_STRIDE, &gpio->responses_paddr);
    if (gpio->requests == NULL || gpio->responses == NULL) {
        virtio_mmio_stop(&gpio->mmio);
        return VIRTIO_ERR_MEMORY;
    }
    virtio_mmio_driver_ok(&gpio->mmio);
    return VIRTIO_OK;
}

void gpio_stop(struct gpio_device *gpio)
{
    virtio_mmio_stop(&gpio->mmio);
}

void gpio_batch(struct gpio_device *gpio)
{
    gpio->count = 0;
    gpio->answered = 0;
    gpio->refused = false;
}

static int add(struct gpio_device *gpio, enum gpio_request_type type, uint16_t line, uint32_t value,
               uint32_t response_size)
{
    uint16_t number = gpio->count;
    const struct virtq_part parts[2] = {
        {gpio->requests_paddr + number * REQUEST_SIZE, REQUEST_SIZE, false},
        {gpio->responses_paddr + number * RESPONSE_STRIDE, response_size, true},
    };
    const uint16_t head[2] = {(uint16_t)type, line};

    if (number >= GPIO_BATCH_MAX || virtq_push(&gpio->queue, parts, 2, number) != VIRTQ_OK) {
        return -1;
    }
    memcpy(gpio->requests + number * REQUEST_SIZE, head, sizeof(head));
    memcpy(gpio->requests + number * REQUEST_SIZE + sizeof(head), &value, sizeof(value));
    gpio->responses[number * RESPONSE_STRIDE] = UINT8_MAX;
    gpio->count++;
    return number;
}

int gpio_add(struct gpio_device *gpio, enum gpio_request_type type, uint16_t line, uint32_t value)
{
    return add(gpio, type, line, value, RESPONSE_SIZE);
}

bool gpio_add_names(struct gpio_device *gpio)
{
    if (gpio->names_size == 0 || gpio->names_size > GPIO_NAMES_MAX) {
        return false;
    }
    return add(gpio, GPIO_GET_NAMES, 0, 0, 1 + gpio->names_size) == 0;
}

void gpio_submit(struct gpio_device *gpio)
{
    (void)virtq_irq_after(&gpio->queue, gpio->count);
    (void)virtio_mmio_kick(&gpio->mmio, &gpio->queue);
}

/* Copy one answer out of DMA memory and judge it. */
static void take_answer(struct gpio_device *gpio, uint32_t number, uint32_t written)
{
    const volatile uint8_t *response = gpio->responses + number * RESPONSE_STRIDE;
    uint8_t status = response[0];
    uint8_t value = response[1];

    /* Names are longer and no value; a level is 0 or 1. */
    if (status != STATUS_OK || written < RESPONSE_SIZE || (written == RESPONSE_SIZE && value > 1)) {
        gpio->refused = true;
    }
    gpio->values[number] = value & 1u;
    gpio->answered++;
}

/* Take what waits; false if the queue is broken. */
static bool drain(struct gpio_device *gpio)
{
    uint32_t number;
    uint32_t written;
    enum virtq_result result = VIRTQ_OK;

    while (gpio->answered < gpio->count && result == VIRTQ_OK) {
        result = virtq_pop(&gpio->queue, &number, &written);
        if (result == VIRTQ_OK) {
            take_answer(gpio, number, written);
        }
    }
    return !gpio->queue.broken;
}

enum gpio_progress gpio_collect(struct gpio_device *gpio)
{
    bool more = true;

    (void)virtio_mmio_irq_take(&gpio->mmio);
    while (more) {
        if (!drain(gpio)) {
            return GPIO_BROKEN;
        }
        if (gpio->answered == gpio->count) {
            return gpio->refused ? GPIO_REFUSED : GPIO_COMPLETE;
        }
        more = virtq_irq_after(&gpio->queue, (uint16_t)(gpio->count - gpio->answered));
    }
    return GPIO_PENDING;
}

int gpio_find(const struct gpio_device *gpio, const char *name)
{
    char names[GPIO_NAMES_MAX + 1];
    uint32_t at = 0;

    memcpy(names, gpio->responses + 1, gpio->names_size);
    names[gpio->names_size] = '\0';
    for (uint16_t line = 0; line < gpio->lines && at < gpio->names_size; line++) {
        if (strcmp(names + at, name) == 0) {
            return line;
        }
        at += (uint32_t)strlen(names + at) + 1;
    }
    return -1;
}
