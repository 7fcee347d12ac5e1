/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block driver component: interrupts, notifications, the watch over the device's time, and metrics around
 * the server.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>

#include "ports.h"
#include "server.h"

_Static_assert(BLK_REQ_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct server_message),
               "a write fits its slot");
_Static_assert(BLK_RSP_SLOT_SIZE - RING_SLOT_HEADER >= sizeof(struct block_response) + BLOCK_MAX_LENGTH,
               "what was read fits its slot");

static struct virtio_blk device;
static struct server server;
static struct ring requests, answers;
static uint64_t armed_ns = UINT64_MAX;

static struct {
    uint64_t *size, *reads, *writes, *flushes, *errors, *bad_requests, *resets;
} metric;

static void add_metrics(void)
{
    metrics_start(metrics);
    metric.size = metrics_add("size");
    metric.reads = metrics_add("reads");
    metric.writes = metrics_add("writes");
    metric.flushes = metrics_add("flushes");
    metric.errors = metrics_add("device_errors");
    metric.bad_requests = metrics_add("bad_requests");
    metric.resets = metrics_add("device_resets");
}

static void update_metrics(void)
{
    metric_set(metric.size, device.size);
    metric_set(metric.reads, server.counters.reads);
    metric_set(metric.writes, server.counters.writes);
    metric_set(metric.flushes, server.counters.flushes);
    metric_set(metric.errors, server.counters.errors);
    metric_set(metric.bad_requests, server.counters.bad_requests);
    metric_set(metric.resets, device.resets);
    ring_metrics_update();
}

static void report(enum server_event event)
{
    if (event == SERVER_RESET) {
        log_warn("disk broke the virtio protocol or did not answer: reset");
    } else if (event == SERVER_GIVEN_UP) {
        log_error("disk does not work: switched off");
    }
}

/* An alarm too early costs less than one call for each request. */
static void arm(void)
{
    uint64_t deadline = server_deadline(&server);
    if (deadline < armed_ns && timer_set(timer_id, deadline)) {
        armed_ns = deadline;
    }
}

static void run(void)
{
    uint64_t errors = server.counters.errors;
    do {
        report(server_poll(&server, clock_ns()));
        ring_notify(&answers, blk_rsp_id);
        ring_notify(&requests, blk_req_id);
    } while (server_has_more(&server));
    if (errors == 0 && server.counters.errors != 0) {
        log_warn("the disk has reported its first error");
    }
    arm();
    update_metrics();
}

void notified(microkit_channel ch)
{
    if (ch == blk_irq) {
        virtio_blk_irq(&device);
    }
    if (ch == timer_id) {
        armed_ns = UINT64_MAX;
    }
    run();
    if (ch == blk_irq) {
        irq_ack_soon(ch);
    }
}

void init(void)
{
    LOG_START();
    add_metrics();
    RING_CONSUMER(&requests, blk_req, BLK_REQ);
    RING_PRODUCER(&answers, blk_rsp, BLK_RSP);
    enum virtio_err err = virtio_blk_open(&device, (volatile uint32_t *)(uintptr_t)blk_regs,
                                          (uint8_t *)(uintptr_t)blk_dma, blk_dma_paddr, blk_dma_size);
    if (err == VIRTIO_OK) {
        log_info("disk of %llu KiB in units of %u bytes%s", (unsigned long long)(device.size / 1024),
                 (unsigned)device.unit, device.read_only ? ", read-only" : "");
    } else {
        log_warn("no disk: %s", virtio_err_text(err));
    }
    server_init(&server, &device, &requests, &answers);
    microkit_notify((microkit_channel)blk_rsp_id);
    microkit_notify((microkit_channel)blk_req_id);
    run();
}
