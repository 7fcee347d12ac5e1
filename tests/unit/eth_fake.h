/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtio network device for tests. */
#ifndef TEST_ETH_FAKE_H
#define TEST_ETH_FAKE_H

#include "virtio_fake.h"

struct eth_fake {
    uint8_t sent[64][1600]; /* frames that the driver sent, without header */
    uint32_t sent_length[64];
    unsigned sent_count;
};

extern struct eth_fake eth_fake;

/* Power-on state: the device of QEMU with link up. */
void fake_reset(void);

/* Hands the driver `length` bytes in its next receive buffer and claims `claimed` written bytes. False: no
 * buffer. */
bool fake_receive_raw(const void *data, uint32_t length, uint32_t claimed);

/* A frame behind the 12-byte header. */
bool fake_receive(const void *frame, uint32_t length);

/* Takes what the driver published for sending; up to `limit` buffers. Returns how many. */
unsigned fake_transmit(unsigned limit);

#endif
