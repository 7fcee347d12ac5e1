/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of flattened device trees (devicetree specification 0.4, version 17). The tree is firmware's, but
 * every offset and length is checked before it is used; a malformed tree ends in FDT_BROKEN.
 */
#ifndef LOADER_FDT_H
#define LOADER_FDT_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the tree. */
struct fdt_slice {
    uint32_t offset;
    uint32_t length;
};

struct fdt {
    const uint8_t *bytes;
    uint32_t size;
    struct fdt_slice structure;
    struct fdt_slice strings;
    uint32_t reservations; /* offset of the memory reservation block */
};

enum fdt_token { FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROPERTY, FDT_END, FDT_BROKEN };

struct fdt_item {
    enum fdt_token token;
    struct fdt_slice name;  /* of a node or property, without the final NUL */
    struct fdt_slice value; /* of a property */
};

/* Check the header; 'size' is what may be read. */
/*@ requires \valid(f) && \valid_read(bytes + (0 .. size - 1)); */
bool fdt_open(struct fdt *f, const uint8_t *bytes, uint32_t size);

/* The item at '*cursor' (start with 0), which then points behind it. */
struct fdt_item fdt_next(const struct fdt *f, uint32_t *cursor);

/* Reservation 'i'; false behind the last one. */
bool fdt_reservation(const struct fdt *f, uint32_t i, uint64_t *start, uint64_t *size);

/* Byte 'i' of a slice; 0 outside. */
uint8_t fdt_byte(const struct fdt *f, struct fdt_slice s, uint32_t i);

/* Big-endian cell 'i' of a slice; 0 outside. */
uint32_t fdt_cell(const struct fdt *f, struct fdt_slice s, uint32_t i);

/* 'count' cells (1 or 2) from cell 'i' on as one number; 0 outside. */
uint64_t fdt_number(const struct fdt *f, struct fdt_slice s, uint32_t i, uint32_t count);

/* The slice is exactly this text; begins with it; or is a list of strings with it; or has it somewhere. */
bool fdt_equals(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_starts(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_lists(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_contains(const struct fdt *f, struct fdt_slice s, const char *text);

#endif
