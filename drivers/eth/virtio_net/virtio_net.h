/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio network device (virtio 1.2, section 5.1) as a source and sink of Ethernet frames. The device is
 * hostile: lengths come from the virtqueue library, which bounds them, and everything else it says is only
 * data.
 *
 * No offload is negotiated: the device neither computes nor vouches for checksums; the network stack does, in
 * software. EVENT_IDX is not negotiated either: with plain interrupt flags every completion after
 * virtio_net_irq raises the interrupt again, so that receiving needs no second look before it sleeps.
 */
#ifndef POSTERN_DRIVERS_VIRTIO_NET_H
#define POSTERN_DRIVERS_VIRTIO_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "virtio_mmio.h"

#define VIRTIO_NET_RX_BUFFERS 32u
#define VIRTIO_NET_TX_BUFFERS 32u
#define VIRTIO_NET_HEADER     12u   /* struct virtio_net_hdr of virtio 1.x */
#define VIRTIO_NET_STRIDE     1536u /* DMA memory of one buffer: header and frame */
#define VIRTIO_NET_FRAME_MAX  1514u /* without VLAN tag and frame check sequence */
#define VIRTIO_NET_FRAME_MIN  14u   /* the Ethernet header */
#define VIRTIO_NET_FRAME_PAD  60u   /* shorter frames are padded with zeroes when sent */

struct virtio_net_counters {
    uint64_t rx_frames;
    uint64_t rx_bytes;
    uint64_t rx_bad_length; /* shorter than an Ethernet header, or longer than a frame */
    uint64_t tx_frames;
    uint64_t tx_bytes;
    uint64_t resets; /* times the device broke the protocol and was opened again */
};

struct virtio_net {
    volatile uint32_t *regs;
    struct virtio_dma dma;
    struct virtio_mmio dev;
    struct virtq rx;
    struct virtq tx;
    struct virtq_slot rx_slots[VIRTIO_NET_RX_BUFFERS];
    struct virtq_slot tx_slots[VIRTIO_NET_TX_BUFFERS];
    uint8_t *rx_memory;
    uint8_t *tx_memory;
    uint64_t rx_paddr;
    uint64_t tx_paddr;
    uint32_t
        rx_taken[VIRTIO_NET_RX_BUFFERS]; /* buffers handed to the caller, to be given back to the device */
    uint32_t rx_taken_count;
    uint32_t tx_free[VIRTIO_NET_TX_BUFFERS]; /* stack of idle transmit buffers */
    uint32_t tx_free_count;
    uint8_t mac[6];
    bool link_up;
    bool running; /* false: the device could not be opened; nothing is sent or received */
    struct virtio_net_counters counters;
};

/*
 * Opens the device at `regs` with the DMA memory `base`/`paddr`/`size` and posts all receive buffers.
 * Counters start at zero. On an error the device is stopped and `running` is false; the other calls are then
 * harmless.
 */
enum virtio_err virtio_net_open(struct virtio_net *net, volatile uint32_t *regs, uint8_t *base,
                                uint64_t paddr, uint64_t size);

/* Resets the device after it broke the protocol and opens it again; keeps the counters. */
enum virtio_err virtio_net_reopen(struct virtio_net *net);

/* True if the device broke the protocol or asked for a reset: call virtio_net_reopen or virtio_net_stop. */
bool virtio_net_failed(const struct virtio_net *net);

/* Resets the device for good: `running` and `link_up` become false. */
void virtio_net_stop(struct virtio_net *net);

/* Takes the interrupt. True if MAC or link state may have changed: `mac` and `link_up` are then read anew. */
bool virtio_net_irq(struct virtio_net *net);

/*
 * The next received frame, in DMA memory that stays valid until virtio_net_receive_done: *length bytes,
 * VIRTIO_NET_FRAME_MIN..VIRTIO_NET_FRAME_MAX. NULL if there is none. Frames of other lengths are counted and
 * skipped. Between two calls of virtio_net_receive_done at most VIRTIO_NET_RX_BUFFERS frames come, whatever
 * the device does.
 */
const uint8_t *virtio_net_receive(struct virtio_net *net, uint32_t *length);

/* Gives all received buffers back to the device. */
void virtio_net_receive_done(struct virtio_net *net);

/* An idle transmit buffer with room for VIRTIO_NET_FRAME_MAX bytes, or NULL while all are on their way. */
uint8_t *virtio_net_transmit_buffer(struct virtio_net *net);

/* Sends `length` bytes (VIRTIO_NET_FRAME_MIN..VIRTIO_NET_FRAME_MAX) of the buffer that
 * virtio_net_transmit_buffer just returned. The device sees it after virtio_net_transmit_done. */
void virtio_net_transmit(struct virtio_net *net, uint32_t length);

/* Tells the device about all frames sent so far. */
void virtio_net_transmit_done(struct virtio_net *net);

/* Asks for an interrupt when a transmit buffer comes back (`wanted`), or for none. True if one is already
 * back. */
bool virtio_net_transmit_irq(struct virtio_net *net, bool wanted);

#endif
