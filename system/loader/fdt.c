/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens and properties of a flattened device tree, with every access inside the tree. */
#include "fdt.h"

#define FDT_HEADER_SIZE 40u
#define FDT_MAGIC       0xd00dfeedu
#define FDT_VERSION     17u
#define FDT_OLDEST_GOOD 16u

#define TOKEN_BEGIN_NODE 1u
#define TOKEN_END_NODE   2u
#define TOKEN_PROPERTY   3u
#define TOKEN_NOP        4u
#define TOKEN_END        9u

#define MAX_NAME 256u

static uint32_t read32(const uint8_t *bytes, uint32_t size, uint32_t offset)
{
    if (size < 4 || offset > size - 4) {
        return 0;
    }
    return (uint32_t)bytes[offset] << 24 | (uint32_t)bytes[offset + 1] << 16 |
           (uint32_t)bytes[offset + 2] << 8 | bytes[offset + 3];
}

static bool inside(struct fdt_slice s, uint32_t size)
{
    return s.offset <= size && s.length <= size - s.offset;
}

/* What the header claims; 0 if there is none in these bytes. */
static uint32_t total_size(const uint8_t *bytes, uint32_t size)
{
    if (size < FDT_HEADER_SIZE || read32(bytes, size, 0) != FDT_MAGIC) {
        return 0;
    }
    return read32(bytes, size, 4);
}

bool fdt_open(struct fdt *f, const uint8_t *bytes, uint32_t size)
{
    uint32_t total = total_size(bytes, size);
    if (total < FDT_HEADER_SIZE || total > size) {
        return false;
    }
    if (read32(bytes, size, 20) < FDT_VERSION || read32(bytes, size, 24) > FDT_OLDEST_GOOD + 1) {
        return false;
    }
    f->bytes = bytes;
    f->size = total;
    f->structure.offset = read32(bytes, size, 8);
    f->strings.offset = read32(bytes, size, 12);
    f->reservations = read32(bytes, size, 16);
    f->strings.length = read32(bytes, size, 32);
    f->structure.length = read32(bytes, size, 36);
    return inside(f->structure, total) && inside(f->strings, total) && f->structure.offset % 4 == 0;
}

/* Length of the NUL-terminated text at 'offset' that must end before 'end'; MAX_NAME: it does not. */
static uint32_t text_length(const struct fdt *f, uint32_t offset, uint32_t end)
{
    for (uint32_t i = 0; i < MAX_NAME; i++) {
        uint32_t at = offset + i;
        if (at >= end || at >= f->size) {
            return MAX_NAME;
        }
        if (f->bytes[at] == 0) {
            return i;
        }
    }
    return MAX_NAME;
}

static struct fdt_item broken(void)
{
    struct fdt_item item = {FDT_BROKEN, {0, 0}, {0, 0}};
    return item;
}

static struct fdt_item begin_node(const struct fdt *f, uint32_t at, uint32_t end, uint32_t *next)
{
    struct fdt_item item = {FDT_BEGIN_NODE, {at, text_length(f, at, end)}, {0, 0}};
    if (item.name.length == MAX_NAME) {
        return broken();
    }
    *next = at + (item.name.length + 4u) / 4u * 4u;
    return item;
}

static struct fdt_item property(const struct fdt *f, uint32_t at, uint32_t end, uint32_t *next)
{
    if (end - at < 8) {
        return broken();
    }
    uint32_t length = read32(f->bytes, f->size, at);
    uint32_t name = read32(f->bytes, f->size, at + 4);
    if (length > end - at - 8 || name >= f->strings.length) {
        return broken();
    }
    uint32_t start = f->strings.offset + name;
    struct fdt_item item = {FDT_PROPERTY,
                            {start, text_length(f, start, f->strings.offset + f->strings.length)},
                            {at + 8, length}};
    if (item.name.length == MAX_NAME) {
        return broken();
    }
    *next = at + 8 + (length + 3u) / 4u * 4u;
    return item;
}

struct fdt_item fdt_next(const struct fdt *f, uint32_t *cursor)
{
    uint32_t end = f->structure.offset + f->structure.length;
    struct fdt_item item = broken();
    /* Padding tokens cannot outnumber the words of the tree. */
    for (uint32_t i = 0; i <= f->structure.length / 4; i++) {
        if (*cursor > f->structure.length || f->structure.length - *cursor < 4) {
            return broken();
        }
        uint32_t at = f->structure.offset + *cursor;
        uint32_t token = read32(f->bytes, f->size, at);
        uint32_t next = at + 4;
        if (token == TOKEN_BEGIN_NODE) {
            item = begin_node(f, at + 4, end, &next);
        } else if (token == TOKEN_PROPERTY) {
            item = property(f, at + 4, end, &next);
        } else if (token == TOKEN_END_NODE) {
            item.token = FDT_END_NODE;
        } else if (token == TOKEN_END) {
            item.token = FDT_END;
        }
        *cursor = next - f->structure.offset;
        if (token != TOKEN_NOP) {
            return item;
        }
    }
    return broken();
}

bool fdt_reservation(const struct fdt *f, uint32_t i, uint64_t *start, uint64_t *size)
{
    if (i > f->size / 16 || f->reservations > f->size || f->size - f->reservations < 16 * (i + 1)) {
        return false;
    }
    struct fdt_slice entry = {f->reservations + 16 * i, 16};
    *start = fdt_number(f, entry, 0, 2);
    *size = fdt_number(f, entry, 2, 2);
    return *start != 0 || *size != 0;
}

uint8_t fdt_byte(const struct fdt *f, struct fdt_slice s, uint32_t i)
{
    uint32_t at = s.offset + i;
    return i < s.length && at < f->size ? f->bytes[at] : 0;
}

uint32_t fdt_cell(const struct fdt *f, struct fdt_slice s, uint32_t i)
{
    if (!inside(s, f->size) || i >= s.length / 4) {
        return 0;
    }
    return read32(f->bytes, f->size, s.offset + 4 * i);
}

uint64_t fdt_number(const struct fdt *f, struct fdt_slice s, uint32_t i, uint32_t count)
{
    if (count == 1) {
        return fdt_cell(f, s, i);
    }
    if (count == 2) {
        return (uint64_t)fdt_cell(f, s, i) << 32 | fdt_cell(f, s, i + 1);
    }
    return 0;
}

/* The text, without its NUL, is at 'offset' of the slice. Answer: its length; MAX_NAME: it is not. */
static uint32_t match(const struct fdt *f, struct fdt_slice s, uint32_t offset, const char *text)
{
    for (uint32_t i = 0; i < MAX_NAME; i++) {
        if (text[i] == 0) {
            return i;
        }
        if (fdt_byte(f, s, offset + i) != (uint8_t)text[i]) {
            return MAX_NAME;
        }
    }
    return MAX_NAME;
}

bool fdt_equals(const struct fdt *f, struct fdt_slice s, const char *text)
{
    uint32_t length = inside(s, f->size) ? match(f, s, 0, text) : MAX_NAME;
    if (length == MAX_NAME) {
        return false;
    }
    /* Values of properties carry their NUL. */
    return length == s.length || (length + 1 == s.length && fdt_byte(f, s, length) == 0);
}

bool fdt_starts(const struct fdt *f, struct fdt_slice s, const char *text)
{
    return inside(s, f->size) && match(f, s, 0, text) != MAX_NAME;
}

bool fdt_lists(const struct fdt *f, struct fdt_slice s, const char *text)
{
    if (!inside(s, f->size)) {
        return false;
    }
    for (uint32_t i = 0; i < s.length; i++) {
        if (i != 0 && fdt_byte(f, s, i - 1) != 0) {
            continue;
        }
        uint32_t length = match(f, s, i, text);
        if (length != MAX_NAME && length < s.length - i && fdt_byte(f, s, i + length) == 0) {
            return true;
        }
    }
    return false;
}

bool fdt_contains(const struct fdt *f, struct fdt_slice s, const char *text)
{
    if (!inside(s, f->size)) {
        return false;
    }
    for (uint32_t i = 0; i < s.length; i++) {
        if (match(f, s, i, text) != MAX_NAME) {
            return true;
        }
    }
    return false;
}
