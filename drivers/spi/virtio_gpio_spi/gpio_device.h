/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio GPIO device (virtio 1.2, section 5.18) used in batches: many line requests go into the queue,
 * one notification out, and the device serves them in order.
 */
#ifndef POSTERN_SPI_GPIO_DEVICE_H
#define POSTERN_SPI_GPIO_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../virtio/virtio_mmio.h"

#define GPIO_QUEUE_SIZE 256u
#define GPIO_BATCH_MAX  (GPIO_QUEUE_SIZE / 2u) /* a request and its response take a descriptor each */
#define GPIO_NAMES_MAX  256u

enum gpio_request_type {
    GPIO_GET_NAMES = 1,
    GPIO_SET_DIRECTION = 3,
    GPIO_GET_VALUE = 4,
    GPIO_SET_VALUE = 5,
};

enum gpio_direction { GPIO_OUT = 1, GPIO_IN = 2 };

enum gpio_progress {
    GPIO_PENDING,  /* the batch is not complete */
    GPIO_COMPLETE, /* every request was answered with "ok" and a sane value */
    GPIO_REFUSED,  /* all answered, but not all well */
    GPIO_BROKEN,   /* the device broke the queue protocol: open it again */
};

/* Private to gpio_device.c, but for `lines`. */
struct gpio_device {
    uint16_t lines; /* how many the device has */
    uint32_t names_size;
    struct virtio_mmio mmio;
    struct virtq queue;
    struct virtq_slot slots[GPIO_QUEUE_SIZE];
    uint8_t *requests, *responses; /* DMA */
    uint64_t requests_paddr, responses_paddr;
    uint16_t count, answered; /* of the running batch */
    bool refused;
    uint8_t values[GPIO_BATCH_MAX]; /* private copies of the answers */
};

/* Reset and open the device; `dma` is used from its start. The device is quiet unless VIRTIO_OK. */
enum virtio_err gpio_open(struct gpio_device *gpio, volatile uint32_t *regs, struct virtio_dma *dma);

/* Stop the device: no more DMA. */
void gpio_stop(struct gpio_device *gpio);

/* Begin a new batch; the previous one must be complete. */
void gpio_batch(struct gpio_device *gpio);

/* Append a line request. Returns its number in the batch, or -1 if the batch is full. */
int gpio_add(struct gpio_device *gpio, enum gpio_request_type type, uint16_t line, uint32_t value);

/* Append the request for all line names (alone in its batch). False if the device has none or too many. */
bool gpio_add_names(struct gpio_device *gpio);

/* Hand the batch to the device. */
void gpio_submit(struct gpio_device *gpio);

/* After an interrupt, or to look: take what the device has answered. */
enum gpio_progress gpio_collect(struct gpio_device *gpio);

/* Answer of request `number` of a complete batch: 0 or 1 for GPIO_GET_VALUE. */
static inline uint8_t gpio_value(const struct gpio_device *gpio, unsigned number)
{
    return gpio->values[number];
}

/* After a complete names batch: the line called `name` (1.. characters), or -1. */
int gpio_find(const struct gpio_device *gpio, const char *name);

#endif
