/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SPI controller: opens the GPIO device, finds its lines by name, runs one transfer at a time, and
 * brings the bus back after errors. Event driven; every wait has a deadline.
 */
#ifndef POSTERN_SPI_CONTROLLER_H
#define POSTERN_SPI_CONTROLLER_H

#include <postern/protocol/spi.h>
#include <stdbool.h>
#include <stdint.h>

#include "bitbang.h"
#include "gpio_device.h"

#define SPI_CHIP_SELECTS 1u
#define SPI_NO_DEADLINE  UINT64_MAX

/* What clients may ask of a chip select. */
struct spi_policy {
    const char *line; /* name of its GPIO line */
    uint8_t modes;    /* bit n: SPI mode n allowed */
};

extern const struct spi_policy spi_policy[SPI_CHIP_SELECTS];

/* The clock is never faster than this; a client whose part is slower is refused. */
#define SPI_FASTEST_HZ 10000000u

enum spi_state {
    SPI_DOWN,     /* the device cannot be used; tried again after a while */
    SPI_NAMING,   /* opened, asking for line names */
    SPI_SETTING,  /* setting directions and idle levels */
    SPI_IDLE,     /* ready for a transfer */
    SPI_BUSY,     /* a transfer is running */
    SPI_CLEARING, /* releasing chip select after an error */
};

/* Why the controller is down. */
enum spi_fault {
    SPI_FAULT_NONE,
    SPI_FAULT_OPEN,     /* virtio set-up failed: see open_error */
    SPI_FAULT_LINES,    /* a line name is missing */
    SPI_FAULT_SILENT,   /* the device does not answer */
    SPI_FAULT_REFUSED,  /* the device refuses a request it must accept */
    SPI_FAULT_PROTOCOL, /* the device broke the queue protocol */
};

struct spi_controller {
    enum spi_state state;
    enum spi_fault fault; /* of the last failure, kept until the bus is idle again */
    enum virtio_err open_error;
    uint64_t deadline_ns;   /* call spi_controller_tick then; SPI_NO_DEADLINE: not needed */
    enum spi_status status; /* of the finished transfer */
    uint16_t length;
    uint8_t tx[SPI_MAX_LENGTH];
    uint8_t rx[SPI_MAX_LENGTH];

    volatile uint32_t *regs;
    struct virtio_dma dma;
    struct gpio_device gpio;
    uint16_t sclk, mosi, miso, cs[SPI_CHIP_SELECTS];
    uint8_t selected;
    struct bitbang bitbang;
    struct bitbang_op next;                /* first operation of the next batch */
    bool more;                             /* there is one */
    uint16_t sample_count;                 /* of the running batch */
    uint8_t sample_number[GPIO_BATCH_MAX]; /* request numbers that sample MISO */
    uint32_t first_sample;                 /* transfer bit of the first of them */
};

/* Take over the device; opening goes on in the background. */
void spi_controller_init(struct spi_controller *spi, volatile uint32_t *regs, struct virtio_dma dma,
                         uint64_t now_ns);

/*
 * Check a request against the policy and what the controller can do. `length` is that of the whole
 * message. SPI_OK, SPI_BAD_REQUEST or SPI_NO_SUCH_CS.
 */
enum spi_status spi_check(const struct spi_request *request, uint32_t length);

/*
 * Start a checked transfer; only in state SPI_IDLE. `request` and `tx` are copied.
 */
void spi_controller_start(struct spi_controller *spi, const struct spi_request *request, const uint8_t *tx,
                          uint64_t now_ns);

/* The device has interrupted. True if the transfer has just finished: see status, length and rx. */
bool spi_controller_interrupt(struct spi_controller *spi, uint64_t now_ns);

/* Time has passed. True as above. */
bool spi_controller_tick(struct spi_controller *spi, uint64_t now_ns);

#endif
