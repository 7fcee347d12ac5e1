/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network interface: lwIP's netif over the frame rings of the Ethernet driver.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/ring.h>

struct netif;

struct link_counters {
    uint64_t rx_frames;
    uint64_t rx_bytes;
    uint64_t rx_bad;       /* unknown kind, or a length that no frame has */
    uint64_t rx_no_buffer; /* no packet buffer was free */
    uint64_t tx_frames;
    uint64_t tx_bytes;
    uint64_t tx_full; /* ring full, packet refused; TCP sends it again */
};

/* Adds the interface, down until the driver says otherwise. lwip_init must have been called. The rings stay
 * borrowed. */
void link_start(struct ring *rx, struct ring *tx);

/* Takes at most one batch of messages from the driver and feeds the frames to lwIP. */
void link_poll(void);

/* Before sleeping: true if the driver has sent more meanwhile. */
bool link_has_more(void);

/* True while the cable (as the driver reports it) is in and the driver is alive. */
bool link_up(void);

/* True during link_poll's calls into lwIP: what happens then is the answer to a packet, not to a timer. */
bool link_in_input(void);

/* True once after packets were refused because the transmit ring was full and there is room now. */
bool link_unblocked(void);

struct netif *link_netif(void);
const struct link_counters *link_counters(void);

#endif
