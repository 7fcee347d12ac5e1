/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootable image: loader, header, entries, and the bytes that are not zero.
 */
#ifndef COMPOSER_IMAGE_H
#define COMPOSER_IMAGE_H

#include "../loader/image_format.h"
#include "../initialiser/capdist_format.h"
#include "alloc.h"

/* A loader's flat binary. */
struct image_source {
    const char *path;
    const uint8_t *bytes;
    size_t size;
};

/* Is it a loader that this composer understands? False after reporting. */
bool image_check_loader(const struct image_source *loader, struct backend_report *report);

/* Upper bound of the image's size, known before anything is placed. */
uint64_t image_bound(const struct image_source *loader, const struct layout *layout);

/* Build the image of a placed plan: malloc'ed, *size bytes. NULL after reporting. */
uint8_t *image_build(const struct image_source *loader, const struct layout *layout, uint64_t image_base,
                     uint64_t root_entry, size_t *size, struct backend_report *report);

/* CRC-32 (ISO-HDLC) of the bytes with struct image_header's crc taken as 0. */
uint32_t image_crc(const uint8_t *header, size_t size);

/* CRC-32 (ISO-HDLC) of all the bytes. */
uint32_t image_crc_all(const uint8_t *bytes, size_t size);

#endif
