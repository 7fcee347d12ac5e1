/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of flattened device trees (devicetree specification 0.4, version 17). The tree is firmware's, but
 * every offset and length is checked before it is used; a malformed tree ends in FDT_BROKEN.
 */
#ifndef KERNEL_BOOT_FDT_H
#define KERNEL_BOOT_FDT_H

#include "types.h"

#define FDT_HEADER_SIZE 40u

/* Bytes of the tree. */
struct fdt_slice {
    u32 offset;
    u32 length;
};

struct fdt {
    const u8 *bytes;
    u32 size;
    struct fdt_slice structure;
    struct fdt_slice strings;
    u32 reservations; /* offset of the memory reservation block */
};

enum fdt_token { FDT_BEGIN_NODE, FDT_END_NODE, FDT_PROPERTY, FDT_END, FDT_BROKEN };

struct fdt_item {
    enum fdt_token token;
    struct fdt_slice name;  /* of a node or property, without the final NUL */
    struct fdt_slice value; /* of a property */
};

/* Total size that the header claims; 0 if there is no header in these bytes. */
/*@ requires \valid_read(bytes + (0 .. size - 1)); assigns \nothing; */
u32 fdt_total_size(const u8 *bytes, u32 size);

/* Check the header; 'size' is what may be read. */
/*@ requires \valid(f) && \valid_read(bytes + (0 .. size - 1)); assigns *f; */
bool fdt_open(struct fdt *f, const u8 *bytes, u32 size);

/* The item at '*cursor' (start with 0), which then points behind it. */
struct fdt_item fdt_next(const struct fdt *f, u32 *cursor);

/* Reservation 'i'; false behind the last one. */
bool fdt_reservation(const struct fdt *f, u32 i, u64 *start, u64 *size);

/* Byte 'i' of a slice; 0 outside. */
u8 fdt_byte(const struct fdt *f, struct fdt_slice s, u32 i);

/* Big-endian cell 'i' of a slice; 0 outside. */
u32 fdt_cell(const struct fdt *f, struct fdt_slice s, u32 i);

/* 'count' cells (1 or 2) from cell 'i' on as one number; 0 outside. */
u64 fdt_number(const struct fdt *f, struct fdt_slice s, u32 i, u32 count);

/* The slice is exactly this text; begins with it; or is a list of strings with it; or has it somewhere. */
bool fdt_equals(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_starts(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_lists(const struct fdt *f, struct fdt_slice s, const char *text);
bool fdt_contains(const struct fdt *f, struct fdt_slice s, const char *text);

#endif
