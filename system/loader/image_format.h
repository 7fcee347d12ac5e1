/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image file: the loader's flat binary, then struct image_header, its entries, and the bytes that they
 * place. Written by the composer, read by the loader and by the composer's checker. All numbers are
 * little-endian.
 */
#ifndef POSTERN_IMAGE_FORMAT_H
#define POSTERN_IMAGE_FORMAT_H

#include <stdint.h>

#include <postern/boot.h>

#define IMAGE_LOADER_MAGIC  0x3144414f4c4e5450 /* "PTNLOAD1" */
#define IMAGE_LOADER_OFFSET 8 /* of struct image_loader in the loader's binary, behind its first jump */
#define IMAGE_MAGIC         0x313047414d495450 /* "PTIMAG01" */
#define IMAGE_MAX_SIZE      0x8000000          /* bytes behind the loader */
#define IMAGE_MAX_ENTRIES   4096
#define IMAGE_ALIGN         8

/* In the loader: where it expects the header, from its own first byte. */
struct image_loader {
    uint64_t magic;
    uint64_t header_offset;
};

struct image_header {
    uint64_t magic;
    uint64_t size; /* of everything behind the loader: header, entries, bytes; multiple of IMAGE_ALIGN */
    uint32_t crc;  /* CRC-32 (ISO-HDLC) of the `size` bytes with this field as 0 */
    uint32_t entry_count;
    uint64_t image_base; /* physical address of the loader's first byte */
    uint64_t ram_paddr;  /* RAM that the image was composed for; the device tree must have it */
    uint64_t ram_size;
    struct pn_boot_system system; /* handed to the kernel as it is */
};

/* Place file_size bytes at paddr and clear the rest of mem_size. Entries ascend and do not overlap; paddr,
 * offset and both sizes are multiples of IMAGE_ALIGN. */
struct image_entry {
    uint64_t paddr;
    uint64_t mem_size;
    uint64_t offset; /* from the header's first byte */
    uint64_t file_size;
};

#endif
