/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving frames between device and rings. */
#include "bridge.h"

#include <string.h>
#include <postern/protocol/eth.h>

_Static_assert(VIRTIO_NET_FRAME_MAX == ETH_FRAME_MAX, "device and stack agree on the longest frame");
_Static_assert(VIRTIO_NET_FRAME_MIN == ETH_FRAME_MIN, "device and stack agree on the shortest frame");

#define SOURCE_MAC 6 /* offset in a frame */

void bridge_init(struct bridge *bridge, struct virtio_net *device, struct ring *to_stack,
                 struct ring *from_stack)
{
    *bridge =
        (struct bridge){.device = device, .to_stack = to_stack, .from_stack = from_stack, .info_due = true};
}

void bridge_info(struct bridge *bridge)
{
    bridge->info_due = true;
}

static void send_info(struct bridge *bridge)
{
    struct eth_info info = {.link_up = bridge->device->link_up ? 1 : 0};

    memcpy(info.mac, bridge->device->mac, sizeof(info.mac));
    for (unsigned tries = 0; tries < 2 && bridge->info_due; tries++) {
        bridge->info_due = ring_push(bridge->to_stack, ETH_INFO, &info, sizeof(info)) != RING_OK;
    }
}

static void receive(struct bridge *bridge)
{
    const uint8_t *frame;
    uint32_t length;

    while ((frame = virtio_net_receive(bridge->device, &length)) != NULL) {
        enum ring_status status = ring_push(bridge->to_stack, ETH_FRAME, frame, length);
        bridge->resets_in_a_row = 0;
        if (status == RING_RESTARTED) {
            bridge->info_due = true;
            send_info(bridge);
            status = ring_push(bridge->to_stack, ETH_FRAME, frame, length);
        }
        if (status != RING_OK) {
            bridge->counters.rx_full++;
        }
    }
    virtio_net_receive_done(bridge->device);
}

/* One message from the stack, already in `frame`. */
static void forward(struct bridge *bridge, uint32_t kind, const uint8_t *frame, uint32_t length)
{
    if (kind == ETH_INFO && length == 0) {
        bridge->info_due = true;
    } else if (kind != ETH_FRAME || length < ETH_FRAME_MIN) {
        bridge->counters.tx_bad++;
    } else if (memcmp(frame + SOURCE_MAC, bridge->device->mac, sizeof(bridge->device->mac)) != 0) {
        bridge->counters.tx_spoofed++;
    } else if (!bridge->device->running) {
        bridge->counters.tx_no_device++;
    } else {
        virtio_net_transmit(bridge->device, length);
    }
}

static void transmit(struct bridge *bridge)
{
    static uint8_t discarded[ETH_FRAME_MAX];
    uint32_t kind;
    uint32_t length;

    for (uint32_t i = 0; i < ring_batch(bridge->from_stack); i++) {
        uint8_t *frame = bridge->device->running ? virtio_net_transmit_buffer(bridge->device) : discarded;
        bridge->tx_waiting = frame == NULL;
        if (frame == NULL) {
            break;
        }
        enum ring_status status = ring_pop(bridge->from_stack, &kind, frame, ETH_FRAME_MAX, &length);
        if (status == RING_OK) {
            forward(bridge, kind, frame, length);
        } else if (status == RING_RESTARTED) {
            bridge->info_due = true;
        } else if (status != RING_TOO_LONG) {
            break;
        }
    }
    virtio_net_transmit_done(bridge->device);
}

static enum bridge_event repair(struct bridge *bridge)
{
    if (!virtio_net_failed(bridge->device)) {
        return BRIDGE_NOTHING;
    }
    bridge->info_due = true;
    bridge->tx_waiting = false;
    if (++bridge->resets_in_a_row > BRIDGE_RESET_LIMIT) {
        virtio_net_stop(bridge->device);
        return BRIDGE_GIVEN_UP;
    }
    return virtio_net_reopen(bridge->device) == VIRTIO_OK ? BRIDGE_RESET : BRIDGE_GIVEN_UP;
}

enum bridge_event bridge_poll(struct bridge *bridge)
{
    enum bridge_event event;

    if (bridge->tx_waiting) {
        (void)virtio_net_transmit_irq(bridge->device, false);
    }
    send_info(bridge);
    receive(bridge);
    transmit(bridge);
    event = repair(bridge);
    send_info(bridge);
    return event;
}

bool bridge_has_more(struct bridge *bridge)
{
    bool more = bridge->info_due && ring_producer_has_space(bridge->to_stack);

    if (bridge->tx_waiting) {
        return virtio_net_transmit_irq(bridge->device, true) || more;
    }
    return ring_consumer_has_more(bridge->from_stack) || more;
}
