/* SPDX-License-Identifier: BSD-2-Clause */
/* A virtio disk for tests: it does requests when told to, in any order, and keeps what was written apart from
 * what was flushed. */
#ifndef TEST_BLK_FAKE_H
#define TEST_BLK_FAKE_H

#include "virtio_fake.h"

#define DISK_SIZE 65536u

enum disk_answer { DISK_HONEST, DISK_IO_ERROR, DISK_UNSUPPORTED, DISK_NO_STATUS, DISK_SHORT };

struct disk {
    uint8_t data[DISK_SIZE];    /* what a read sees */
    uint8_t durable[DISK_SIZE]; /* what a power cut leaves */
    unsigned done;
    unsigned flushes;
    enum disk_answer next; /* how the next request is answered */
    struct {
        uint16_t id;
    } taken[16]; /* requests that the device has seen and not done */
    unsigned taken_count;
};

extern struct disk disk;

#define DISK_FLUSH    (UINT64_C(1) << 9)
#define DISK_RO       (UINT64_C(1) << 5)
#define DISK_BLK_SIZE (UINT64_C(1) << 6)

/* Power-on state with the features of QEMU's device and block size `unit` (0: not told). */
void disk_reset(uint64_t features, uint32_t unit);

/* Sees what the driver has published; returns how many requests are to be done. */
unsigned disk_look(void);

/* Does the request that is at `position` among those to be done. */
void disk_do(unsigned position);

/* Sees and does everything. */
void disk_do_all(void);

#endif
