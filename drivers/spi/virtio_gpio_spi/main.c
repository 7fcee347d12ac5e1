/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPI bus driver: takes transfer requests from its client's ring, one at a time, and answers each. The bus
 * is bit-banged over a virtio GPIO device.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/spi.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>
#include <string.h>

#include "controller.h"
#include "ports.h"

/* A request with its data, as it comes out of the ring. */
struct message {
    struct spi_request request;
    uint8_t data[SPI_MAX_LENGTH];
};

static struct spi_controller controller;
static struct ring requests, responses;

/* The answer that is being made or waits for space, if `owed`. */
static struct spi_response answer;
static bool owed;       /* a request was taken and not answered yet */
static bool ready;      /* its answer is complete */
static bool unfinished; /* requests may wait in the ring though nothing will tell us */

static uint64_t armed_ns = SPI_NO_DEADLINE; /* when the timer will notify us */
static enum spi_fault reported;
static uint64_t *metric_transfers, *metric_bytes, *metric_errors, *metric_timeouts, *metric_bad,
    *metric_state;

static const char *fault_text(const struct spi_controller *spi)
{
    switch (spi->fault) {
    case SPI_FAULT_NONE:
        return "ready";
    case SPI_FAULT_OPEN:
        return virtio_err_text(spi->open_error);
    case SPI_FAULT_LINES:
        return "device lacks the line SCLK, MOSI, MISO or a chip select";
    case SPI_FAULT_SILENT:
        return "device does not answer";
    case SPI_FAULT_REFUSED:
        return "device refuses a line request";
    case SPI_FAULT_PROTOCOL:
        return "device broke the queue protocol";
    }
    return "unknown fault";
}

/* Say once what changed. */
static void report(void)
{
    metric_set(metric_state, controller.state);
    if (controller.fault == reported) {
        return;
    }
    reported = controller.fault;
    if (reported == SPI_FAULT_NONE) {
        log_info("spi bus: ready again");
    } else {
        log_error("spi bus: %s", fault_text(&controller));
    }
}

static void finish(enum spi_status status, uint16_t length)
{
    answer.status = (uint16_t)status;
    answer.length = status == SPI_OK ? length : 0;
    ready = true;
    switch (status) {
    case SPI_OK:
        metric_add(metric_transfers, 1);
        metric_add(metric_bytes, length);
        break;
    case SPI_TIMEOUT:
        metric_add(metric_timeouts, 1);
        break;
    case SPI_BUS_ERROR:
        metric_add(metric_errors, 1);
        break;
    case SPI_BAD_REQUEST:
    case SPI_NO_SUCH_CS:
        metric_add(metric_bad, 1);
        break;
    }
}

/* Deliver the answer that is owed. False: no space, and we shall be notified when there is. */
static bool deliver(void)
{
    for (unsigned attempt = 0; attempt < 3; attempt++) {
        enum ring_status status =
            ring_push2(&responses, SPI_DONE, &answer, sizeof(answer), controller.rx, answer.length);

        if (status == RING_OK) {
            owed = false;
            ready = false;
            ring_notify(&responses, spi_rsp_id);
            return true;
        }
        if (status != RING_RESTARTED && !ring_producer_has_space(&responses)) {
            return false;
        }
    }
    return false;
}

static void take(uint32_t kind, const struct message *message, uint32_t length)
{
    enum spi_status status = spi_check(&message->request, length);

    owed = true;
    answer = (struct spi_response){.id = length >= sizeof(answer.id) ? message->request.id : 0};
    if (kind != SPI_TRANSFER) {
        status = SPI_BAD_REQUEST;
    } else if (status == SPI_OK && controller.state == SPI_DOWN) {
        status = SPI_BUS_ERROR;
    }
    if (status != SPI_OK) {
        finish(status, 0);
        return;
    }
    spi_controller_start(&controller, &message->request, message->data, clock_ns());
}

/* Take the next request if there is one. False: none, and we shall be notified. */
static bool take_next(void)
{
    struct message message;
    uint32_t kind;
    uint32_t length;
    enum ring_status status;

    memset(&message, 0, sizeof(message));
    status = ring_pop(&requests, &kind, &message, sizeof(message), &length);
    switch (status) {
    case RING_OK:
        take(kind, &message, length);
        /* Our index has moved: a client that waits for space wants to know. */
        ring_notify(&requests, spi_req_id);
        return true;
    case RING_TOO_LONG:
        metric_add(metric_bad, 1);
        return true;
    case RING_RESTARTED:
        return true;
    default:
        return ring_consumer_has_more(&requests);
    }
}

/* Do what can be done now; at most a ring full of requests in one activation. */
static void work(void)
{
    unfinished = false;
    for (uint32_t i = 0; i <= ring_batch(&requests); i++) {
        if (owed && (!ready || !deliver())) {
            return;
        }
        if (controller.state != SPI_IDLE && controller.state != SPI_DOWN) {
            return;
        }
        if (!take_next()) {
            return;
        }
    }
    /* More than an honest client can have sent: others first, then on. */
    unfinished = true;
}

/* The timer is asked only if it would not wake us by the deadline anyway. */
static void arm_timer(void)
{
    uint64_t at = unfinished ? 0 : controller.deadline_ns;

    if (at < armed_ns && timer_set(timer_id, at)) {
        armed_ns = at;
    }
}

void notified(microkit_channel ch)
{
    bool done = false;

    if (ch == gpio_irq) {
        done = spi_controller_interrupt(&controller, clock_ns());
        irq_ack_soon(ch);
    } else if (ch == timer_id) {
        armed_ns = SPI_NO_DEADLINE;
    }
    if (!done) {
        done = spi_controller_tick(&controller, clock_ns());
    }
    if (done) {
        finish(controller.status, controller.length);
    }
    work();
    report();
    arm_timer();
    ring_metrics_update();
}

void init(void)
{
    const struct virtio_dma dma = {
        .base = (uint8_t *)gpio_dma, .paddr = gpio_dma_paddr, .size = GPIO_DMA_SIZE};

    LOG_START();
    metrics_start(metrics);
    metric_transfers = metrics_add("transfers");
    metric_bytes = metrics_add("bytes");
    metric_errors = metrics_add("bus_errors");
    metric_timeouts = metrics_add("timeouts");
    metric_bad = metrics_add("bad_requests");
    metric_state = metrics_add("state");
    RING_CONSUMER(&requests, spi_req, SPI_REQ);
    RING_PRODUCER(&responses, spi_rsp, SPI_RSP);
    spi_controller_init(&controller, (volatile uint32_t *)gpio_regs, dma, clock_ns());
    work();
    report();
    arm_timer();
}
