/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio network device: two queues of fixed buffers, one descriptor a frame. */
#include "virtio_net.h"

#include <string.h>

#define FEATURE_MAC    VIRTIO_FEATURE(5)
#define FEATURE_STATUS VIRTIO_FEATURE(16)

#define QUEUE_RX 0u
#define QUEUE_TX 1u

#define CONFIG_MAC     0u
#define CONFIG_STATUS  6u
#define STATUS_LINK_UP 1u
#define MAC_GROUP      1u /* no single device has such an address */

_Static_assert(VIRTIO_NET_HEADER + VIRTIO_NET_FRAME_MAX <= VIRTIO_NET_STRIDE, "a frame fits its buffer");
_Static_assert(VIRTIO_NET_HEADER + VIRTIO_NET_FRAME_MAX >= 1526,
               "the least receive buffer that virtio 1.2 allows");

/* The buffers' device side; the queue library's tokens are buffer numbers. */
static struct virtq_part rx_part(const struct virtio_net *net, uint32_t buffer)
{
    return (struct virtq_part){.paddr = net->rx_paddr + (uint64_t)buffer * VIRTIO_NET_STRIDE,
                               .len = VIRTIO_NET_STRIDE,
                               .device_writes = true};
}

static void post_rx(struct virtio_net *net, uint32_t buffer)
{
    struct virtq_part part = rx_part(net, buffer);

    (void)virtq_push(&net->rx, &part, 1, buffer);
}

static enum virtio_err read_config(struct virtio_net *net)
{
    uint8_t status[2] = {STATUS_LINK_UP, 0};
    enum virtio_err err = virtio_mmio_config(&net->dev, CONFIG_MAC, net->mac, sizeof(net->mac));

    if (err == VIRTIO_OK && (net->dev.features & FEATURE_STATUS) != 0) {
        err = virtio_mmio_config(&net->dev, CONFIG_STATUS, status, sizeof(status));
    }
    if (err == VIRTIO_OK && (net->mac[0] & MAC_GROUP) != 0) {
        err = VIRTIO_ERR_CONFIG;
    }
    net->link_up = err == VIRTIO_OK && (status[0] & STATUS_LINK_UP) != 0;
    return err;
}

static enum virtio_err set_up_buffers(struct virtio_net *net)
{
    net->rx_memory =
        virtio_dma_take(&net->dma, (size_t)VIRTIO_NET_RX_BUFFERS * VIRTIO_NET_STRIDE, 64, &net->rx_paddr);
    net->tx_memory =
        virtio_dma_take(&net->dma, (size_t)VIRTIO_NET_TX_BUFFERS * VIRTIO_NET_STRIDE, 64, &net->tx_paddr);
    if (net->rx_memory == NULL || net->tx_memory == NULL) {
        return VIRTIO_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < VIRTIO_NET_RX_BUFFERS; i++) {
        post_rx(net, i);
    }
    for (uint32_t i = 0; i < VIRTIO_NET_TX_BUFFERS; i++) {
        net->tx_free[i] = VIRTIO_NET_TX_BUFFERS - 1u - i;
    }
    net->rx_taken_count = 0;
    net->tx_free_count = VIRTIO_NET_TX_BUFFERS;
    return VIRTIO_OK;
}

static enum virtio_err start(struct virtio_net *net)
{
    enum virtio_err err;

    net->dma.taken = 0;
    err = virtio_mmio_open(&net->dev, net->regs, VIRTIO_ID_NET, FEATURE_MAC, FEATURE_STATUS);
    if (err == VIRTIO_OK) {
        err = read_config(net);
    }
    if (err == VIRTIO_OK) {
        err =
            virtio_mmio_queue(&net->dev, QUEUE_RX, &net->rx, net->rx_slots, VIRTIO_NET_RX_BUFFERS, &net->dma);
    }
    if (err == VIRTIO_OK) {
        err =
            virtio_mmio_queue(&net->dev, QUEUE_TX, &net->tx, net->tx_slots, VIRTIO_NET_TX_BUFFERS, &net->dma);
    }
    if (err == VIRTIO_OK) {
        err = set_up_buffers(net);
    }
    return err;
}

static enum virtio_err restart(struct virtio_net *net)
{
    enum virtio_err err = start(net);

    net->running = err == VIRTIO_OK;
    if (!net->running) {
        virtio_net_stop(net);
        return err;
    }
    (void)virtio_net_transmit_irq(net, false);
    virtio_mmio_driver_ok(&net->dev);
    (void)virtio_mmio_kick(&net->dev, &net->rx);
    return VIRTIO_OK;
}

enum virtio_err virtio_net_open(struct virtio_net *net, volatile uint32_t *regs, uint8_t *base,
                                uint64_t paddr, uint64_t size)
{
    *net = (struct virtio_net){.regs = regs, .dma = {.base = base, .paddr = paddr, .size = size}};
    return restart(net);
}

enum virtio_err virtio_net_reopen(struct virtio_net *net)
{
    net->counters.resets++;
    return restart(net);
}

bool virtio_net_failed(const struct virtio_net *net)
{
    return net->running && (net->rx.broken || net->tx.broken);
}

bool virtio_net_irq(struct virtio_net *net)
{
    if (!net->running || (virtio_mmio_irq_take(&net->dev) & VIRTIO_IRQ_CONFIG) == 0) {
        return false;
    }
    if (virtio_mmio_needs_reset(&net->dev)) {
        net->rx.broken = true;
        return false;
    }
    (void)read_config(net);
    return true;
}

void virtio_net_stop(struct virtio_net *net)
{
    virtio_mmio_stop(&net->dev);
    net->running = false;
    net->link_up = false;
}

static bool frame_length_valid(uint32_t length)
{
    return length >= VIRTIO_NET_FRAME_MIN && length <= VIRTIO_NET_FRAME_MAX;
}

const uint8_t *virtio_net_receive(struct virtio_net *net, uint32_t *length)
{
    uint32_t buffer;
    uint32_t written;

    while (net->running && virtq_pop(&net->rx, &buffer, &written) == VIRTQ_OK) {
        net->rx_taken[net->rx_taken_count++] = buffer;
        if (written < VIRTIO_NET_HEADER || !frame_length_valid(written - VIRTIO_NET_HEADER)) {
            net->counters.rx_bad_length++;
            continue;
        }
        *length = written - VIRTIO_NET_HEADER;
        net->counters.rx_frames++;
        net->counters.rx_bytes += *length;
        return net->rx_memory + (size_t)buffer * VIRTIO_NET_STRIDE + VIRTIO_NET_HEADER;
    }
    return NULL;
}

void virtio_net_receive_done(struct virtio_net *net)
{
    while (net->rx_taken_count > 0) {
        post_rx(net, net->rx_taken[--net->rx_taken_count]);
    }
    if (net->running) {
        (void)virtio_mmio_kick(&net->dev, &net->rx);
    }
}

static void reclaim(struct virtio_net *net)
{
    uint32_t buffer;
    uint32_t written;

    while (net->running && virtq_pop(&net->tx, &buffer, &written) == VIRTQ_OK) {
        net->tx_free[net->tx_free_count++] = buffer;
    }
}

uint8_t *virtio_net_transmit_buffer(struct virtio_net *net)
{
    if (net->tx_free_count == 0) {
        reclaim(net);
    }
    if (!net->running || net->tx_free_count == 0) {
        return NULL;
    }
    return net->tx_memory + (size_t)net->tx_free[net->tx_free_count - 1u] * VIRTIO_NET_STRIDE +
           VIRTIO_NET_HEADER;
}

void virtio_net_transmit(struct virtio_net *net, uint32_t length)
{
    uint32_t buffer;
    uint8_t *memory;
    struct virtq_part part;
    uint32_t padded = length < VIRTIO_NET_FRAME_PAD ? VIRTIO_NET_FRAME_PAD : length;

    if (!net->running || net->tx_free_count == 0 || !frame_length_valid(length)) {
        return;
    }
    buffer = net->tx_free[net->tx_free_count - 1u];
    memory = net->tx_memory + (size_t)buffer * VIRTIO_NET_STRIDE;
    memset(memory, 0, VIRTIO_NET_HEADER);
    memset(memory + VIRTIO_NET_HEADER + length, 0, padded - length);
    part = (struct virtq_part){.paddr = net->tx_paddr + (uint64_t)buffer * VIRTIO_NET_STRIDE,
                               .len = VIRTIO_NET_HEADER + padded};
    if (virtq_push(&net->tx, &part, 1, buffer) == VIRTQ_OK) {
        net->tx_free_count--;
        net->counters.tx_frames++;
        net->counters.tx_bytes += length;
    }
}

void virtio_net_transmit_done(struct virtio_net *net)
{
    if (net->running) {
        (void)virtio_mmio_kick(&net->dev, &net->tx);
    }
}

bool virtio_net_transmit_irq(struct virtio_net *net, bool wanted)
{
    if (!net->running) {
        return false;
    }
    if (!wanted) {
        virtq_irq_off(&net->tx);
        return false;
    }
    return virtq_irq_on(&net->tx);
}
