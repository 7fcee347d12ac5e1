/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the log needs of its medium, a disk or a NOR flash: operations one at a time, each complete before the
 * next. A write or erase may be torn or lost by a power cut until a later flush has succeeded.
 */
#ifndef POSTERN_JOURNAL_MEDIA_H
#define POSTERN_JOURNAL_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

struct media_geometry {
    uint64_t size;  /* bytes */
    uint32_t unit;  /* smallest read and write, bytes: a power of two, 64..MEDIA_IO_MAX */
    uint32_t erase; /* NOR: size of an erase block, a power of two, at least `unit`; 0: writes overwrite */
};

/* Largest read or write in bytes. */
#define MEDIA_IO_MAX 4096u

enum media_op_kind {
    MEDIA_READ,  /* length bytes at offset into data */
    MEDIA_WRITE, /* length bytes from data; a unit of a NOR flash is written once between two erases */
    MEDIA_ERASE, /* all bytes of the erase blocks in the range become 0xff */
    MEDIA_FLUSH  /* what was written and erased before survives a power cut */
};

struct media_op {
    enum media_op_kind kind;
    uint64_t offset; /* multiple of the unit (erase: of the erase block) */
    uint32_t length; /* likewise; 0 for a flush */
    uint8_t *data;   /* read and write only */
};

enum media_result { MEDIA_OK, MEDIA_ERROR };

#endif
