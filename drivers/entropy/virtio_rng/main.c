/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entropy driver for virtio-rng: keeps one request with the device, tests what comes back, and keeps every
 * client's ring full of seeds. Nothing is delivered after a failed health test or a device that breaks the
 * protocol.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/entropy.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>

#include "ports.h"
#include "stock.h"
#include "virtio_mmio.h"

#define QUEUE_SIZE 2
#define CLIENTS    3

/* A device that gives nothing for so long is reported (it may still answer). */
#define PATIENCE_NS UINT64_C(2000000000)

/* Steps of one activation: enough to fill all rings from an idle start. */
#define STEPS 64

struct client {
    struct ring ring;
    uint64_t channel;
};

static struct virtio_mmio device;
static struct virtq queue;
static struct virtq_slot slots[QUEUE_SIZE];
static uint8_t *buffer; /* STOCK_SIZE bytes that the device writes */
static uint64_t buffer_paddr;
static bool waiting; /* a request is with the device */
static bool broken;
static uint64_t late_ns; /* when a request that is with the device counts as late */
static struct stock stock;
static struct client clients[CLIENTS];
static unsigned next_client;
static uint64_t *metric_seeds, *metric_bytes, *metric_failures, *metric_late, *metric_device_errors;

static void stop(void)
{
    broken = true;
    waiting = false;
    virtio_mmio_stop(&device);
    stock_start(&stock);
    stock_wipe(buffer, buffer != NULL ? STOCK_SIZE : 0);
}

static void device_failed(const char *what)
{
    log_error("virtio-rng: %s; no more seeds", what);
    metric_add(metric_device_errors, 1);
    stop();
}

static bool open_device(void)
{
    struct virtio_dma dma = {
        .base = (uint8_t *)(uintptr_t)rng_dma, .paddr = rng_dma_paddr, .size = rng_dma_size};
    enum virtio_err error = virtio_mmio_open(&device, (volatile uint32_t *)(uintptr_t)rng_regs, VIRTIO_ID_RNG,
                                             0, VIRTIO_F_EVENT_IDX);
    if (error == VIRTIO_OK) {
        error = virtio_mmio_queue(&device, 0, &queue, slots, QUEUE_SIZE, &dma);
    }
    if (error == VIRTIO_OK) {
        buffer = virtio_dma_take(&dma, STOCK_SIZE, 16, &buffer_paddr);
        error = buffer == NULL ? VIRTIO_ERR_MEMORY : VIRTIO_OK;
    }
    if (error != VIRTIO_OK) {
        device_failed(virtio_err_text(error));
        return false;
    }
    virtio_mmio_driver_ok(&device);
    return true;
}

static void request(void)
{
    const struct virtq_part part = {
        .paddr = buffer_paddr, .len = (uint32_t)stock_space(&stock), .device_writes = true};
    if (virtq_push(&queue, &part, 1, 0) != VIRTQ_OK) {
        device_failed("the queue takes no request");
        return;
    }
    waiting = true;
    (void)virtio_mmio_kick(&device, &queue);
    late_ns = clock_ns() + PATIENCE_NS;
    (void)timer_set(timer_id, late_ns);
}

/* Copies what the device wrote, so that it cannot change after the test. */
static void accept(uint32_t written)
{
    uint8_t copy[STOCK_SIZE];
    const volatile uint8_t *shared = buffer;
    for (uint32_t i = 0; i < written && i < sizeof(copy); i++) {
        copy[i] = shared[i];
    }
    stock_wipe(buffer, STOCK_SIZE);
    metric_add(metric_bytes, written);
    if (stock_add(&stock, copy, written < sizeof(copy) ? written : sizeof(copy)) != HEALTH_OK) {
        log_error("noise source: %s; no more seeds", health_text(stock.health.result));
        metric_add(metric_failures, 1);
        stop();
    }
    stock_wipe(copy, sizeof(copy));
}

/* Takes the answer to the request; true if there was one. */
static bool collect(void)
{
    uint32_t token;
    uint32_t written;
    enum virtq_result result = virtq_pop(&queue, &token, &written);
    if (result == VIRTQ_EMPTY) {
        return virtq_irq_on(&queue);
    }
    if (result != VIRTQ_OK) {
        device_failed("it broke the queue's protocol");
        return false;
    }
    waiting = false;
    timer_cancel(timer_id);
    if (written == 0) {
        device_failed("it answered without a single byte");
        return false;
    }
    accept(written);
    return true;
}

/* Gives one seed to the next client with room; false if none has any. */
static bool deliver(void)
{
    uint8_t seed[ENTROPY_SEED_SIZE];
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client *client = &clients[next_client];
        next_client = (next_client + 1) % CLIENTS;
        if (ring_space(&client->ring) == 0 && !ring_producer_has_space(&client->ring)) {
            continue;
        }
        stock_take(&stock, seed);
        if (ring_push(&client->ring, ENTROPY_SEED, seed, sizeof(seed)) == RING_OK) {
            ring_notify(&client->ring, client->channel);
            metric_add(metric_seeds, 1);
        }
        stock_wipe(seed, sizeof(seed));
        return true;
    }
    return false;
}

/* One step; false if there is nothing to do until somebody notifies. */
static bool step(void)
{
    if (waiting) {
        return collect();
    }
    if (stock_has_seed(&stock)) {
        return deliver();
    }
    request();
    return true;
}

static void serve(void)
{
    unsigned steps = 0;
    while (!broken && steps < STEPS && step()) {
        steps++;
    }
    if (steps == STEPS) {
        (void)timer_set(timer_id, 0);
    }
}

static void start_clients(void)
{
    RING_PRODUCER(&clients[0].ring, entropy_crypto, ENTROPY_CRYPTO);
    RING_PRODUCER(&clients[1].ring, entropy_net, ENTROPY_NET);
    RING_PRODUCER(&clients[2].ring, entropy_uplink, ENTROPY_UPLINK);
    clients[0].channel = entropy_crypto_id;
    clients[1].channel = entropy_net_id;
    clients[2].channel = entropy_uplink_id;
}

void init(void)
{
    LOG_START();
    metrics_start(metrics);
    metric_seeds = metrics_add("seeds");
    metric_bytes = metrics_add("device.bytes");
    metric_failures = metrics_add("health.failures");
    metric_late = metrics_add("device.late");
    metric_device_errors = metrics_add("device.errors");
    start_clients();
    stock_start(&stock);
    if (open_device()) {
        serve();
    }
}

/* A wake-up that comes early, because the timer was asked for another reason or started anew, asks again. */
static void look_at_the_clock(void)
{
    if (clock_ns() >= late_ns) {
        log_warn("virtio-rng: no answer for %u s", (unsigned)(PATIENCE_NS / 1000000000U));
        metric_add(metric_late, 1);
        late_ns = clock_ns() + PATIENCE_NS;
    }
    (void)timer_set(timer_id, late_ns);
}

void notified(microkit_channel ch)
{
    if (ch == rng_irq && !broken) {
        (void)virtio_mmio_irq_take(&device);
    }
    if (ch == timer_id && waiting) {
        look_at_the_clock();
    }
    serve();
    ring_metrics_update();
    if (ch == rng_irq) {
        irq_ack_soon(ch);
    }
}
