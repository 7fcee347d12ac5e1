/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ethernet frames between a network driver and the network stack. A frame message's payload is the frame from
 * the destination address on, without FCS, 14 to ETH_FRAME_MAX bytes.
 */
#ifndef POSTERN_PROTOCOL_ETH_H
#define POSTERN_PROTOCOL_ETH_H

#include <stdint.h>

#define ETH_FRAME_MIN 14
#define ETH_FRAME_MAX 1514

enum eth_kind {
    ETH_FRAME = 1, /* both directions */
    ETH_INFO = 2   /* driver to stack: struct eth_info; first message, at every change, and when asked.
                    * Stack to driver: no payload; asks for it. */
};

struct eth_info {
    uint8_t mac[6];
    uint8_t link_up; /* 0 or 1 */
    uint8_t reserved;
};

#endif
