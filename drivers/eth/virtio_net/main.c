/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Ethernet driver component: interrupts, notifications and metrics around the bridge.
 */
#include <microkit.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/ring_port.h>
#include "bridge.h"
#include "ports.h"

static struct virtio_net device;
static struct bridge bridge;
static struct ring to_stack, from_stack;

static struct {
    uint64_t *link_up, *rx_frames, *rx_bytes, *rx_full, *rx_bad_length;
    uint64_t *tx_frames, *tx_bytes, *tx_bad, *tx_spoofed, *tx_no_device;
    uint64_t *resets, *clamped;
} metric;

static void add_metrics(void)
{
    metric.link_up = metrics_add("link_up");
    metric.rx_frames = metrics_add("rx_frames");
    metric.rx_bytes = metrics_add("rx_bytes");
    metric.rx_full = metrics_add("rx_full");
    metric.rx_bad_length = metrics_add("rx_bad_length");
    metric.tx_frames = metrics_add("tx_frames");
    metric.tx_bytes = metrics_add("tx_bytes");
    metric.tx_bad = metrics_add("tx_bad");
    metric.tx_spoofed = metrics_add("tx_spoofed");
    metric.tx_no_device = metrics_add("tx_no_device");
    metric.resets = metrics_add("device_resets");
    metric.clamped = metrics_add("device_lies");
}

static void update_metrics(void)
{
    metric_set(metric.link_up, device.link_up ? 1 : 0);
    metric_set(metric.rx_frames, device.counters.rx_frames);
    metric_set(metric.rx_bytes, device.counters.rx_bytes);
    metric_set(metric.rx_full, bridge.counters.rx_full);
    metric_set(metric.rx_bad_length, device.counters.rx_bad_length);
    metric_set(metric.tx_frames, device.counters.tx_frames);
    metric_set(metric.tx_bytes, device.counters.tx_bytes);
    metric_set(metric.tx_bad, bridge.counters.tx_bad);
    metric_set(metric.tx_spoofed, bridge.counters.tx_spoofed);
    metric_set(metric.tx_no_device, bridge.counters.tx_no_device);
    metric_set(metric.resets, device.counters.resets);
    metric_set(metric.clamped, device.rx.clamped + device.tx.clamped);
    ring_metrics_update();
}

static void report(enum bridge_event event)
{
    if (event == BRIDGE_RESET) {
        log_warn("device broke the virtio protocol: reset");
    } else if (event == BRIDGE_GIVEN_UP) {
        log_error("device does not work: switched off");
    }
}

static void run(void)
{
    do {
        report(bridge_poll(&bridge));
        ring_notify(&to_stack, eth_rx_id);
        ring_notify(&from_stack, eth_tx_id);
    } while (bridge_has_more(&bridge));
    update_metrics();
}

void notified(microkit_channel ch)
{
    if (ch == eth_irq && virtio_net_irq(&device)) {
        bridge_info(&bridge);
    }
    run();
    if (ch == eth_irq) {
        irq_ack_soon(ch);
    }
}

void init(void)
{
    enum virtio_err err;

    LOG_START();
    metrics_start(metrics);
    add_metrics();
    RING_PRODUCER(&to_stack, eth_rx, ETH_RX);
    RING_CONSUMER(&from_stack, eth_tx, ETH_TX);
    err = virtio_net_open(&device, (volatile uint32_t *)(uintptr_t)eth_regs, (uint8_t *)(uintptr_t)eth_dma,
                          eth_dma_paddr, eth_dma_size);
    if (err == VIRTIO_OK) {
        log_info("virtio-net %02x:%02x:%02x:%02x:%02x:%02x", device.mac[0], device.mac[1], device.mac[2],
                 device.mac[3], device.mac[4], device.mac[5]);
    } else {
        log_error("no network device: %s", virtio_err_text(err));
    }
    bridge_init(&bridge, &device, &to_stack, &from_stack);
    microkit_notify((microkit_channel)eth_rx_id);
    microkit_notify((microkit_channel)eth_tx_id);
    run();
}
