/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Storage, disk or NOR flash: a client sends requests (struct block_request; a write's data behind it) and
 * gets one answer each (struct block_response; a read's data behind it), not necessarily in order: `id`
 * tells.
 *
 * What was written or erased survives a power cut after a later BLOCK_FLUSH has been answered with BLOCK_OK,
 * or a later BLOCK_WRITE_THROUGH that was asked for when nothing else was under way. A flush waits for all
 * requests before it, and those behind it wait for the flush. An error is told for the request that had it;
 * what it has left on the medium is not known.
 */
#ifndef POSTERN_PROTOCOL_BLOCK_H
#define POSTERN_PROTOCOL_BLOCK_H

#include <stdint.h>

#define BLOCK_MAX_LENGTH 4096

enum block_request_kind {
    BLOCK_INFO = 1, /* answered by BLOCK_INFO_IS; once unasked when the driver starts */
    BLOCK_READ = 2,
    BLOCK_WRITE = 3, /* NOR: only units that were erased and not written since */
    BLOCK_ERASE = 4, /* NOR: whole erase blocks become 0xff; others: BLOCK_BAD_REQUEST */
    BLOCK_FLUSH = 5,
    BLOCK_WRITE_THROUGH =
        6 /* a write and the flush of it in one: others do not wait for it, nor it for them */
};

enum block_answer_kind { BLOCK_DONE = 1, BLOCK_INFO_IS = 2 };

enum block_status {
    BLOCK_OK,
    BLOCK_BAD_REQUEST, /* kind, length, offset or alignment out of range */
    BLOCK_IO_ERROR,    /* the device reported an error */
    BLOCK_TIMEOUT,     /* the device did not answer in time and was reset */
    BLOCK_READ_ONLY,
    BLOCK_NO_DEVICE
};

/* offset and length: bytes, multiples of the unit (erase: of the erase block), inside the medium; length at
 * most BLOCK_MAX_LENGTH but for an erase; both 0 for INFO and FLUSH. */
struct block_request {
    uint32_t id; /* returned in the answer */
    uint32_t length;
    uint64_t offset;
};

struct block_response {
    uint32_t id;
    uint32_t status; /* enum block_status */
};

struct block_info {
    uint32_t id;     /* of the request, 0 unasked */
    uint32_t status; /* BLOCK_OK, BLOCK_NO_DEVICE: the rest is 0 */
    uint64_t size;   /* bytes, a multiple of the unit */
    uint32_t unit;   /* bytes, a power of two, 512..BLOCK_MAX_LENGTH; NOR: 64..BLOCK_MAX_LENGTH */
    uint32_t erase;  /* NOR: size of an erase block in bytes, a power of two; 0: writes overwrite */
    uint32_t read_only;
    uint32_t reserved;
};

#endif
