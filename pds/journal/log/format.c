/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers to bytes and back. */
#include "format.h"
#include <postern/crc32.h>
#include <string.h>

#define SEGMENT_MAGIC UINT32_C(0x4c4a5350) /* "PSJL" */
#define FRAME_MAGIC   UINT32_C(0x4d524650) /* "PFRM" */

/* Offsets of a segment's header; its checksum ends it. */
enum {
    S_MAGIC = 0,
    S_LAYOUT = 4,
    S_UNIT = 8,
    S_SIZE = 12,
    S_ID = 16,
    S_SERIAL = 32,
    S_FIRST = 40,
    S_LIFE = 48,
    S_COUNT = 56
};
#define S_CRC (FORMAT_HEADER_SIZE - 4)

/* Offsets of a frame's header; the checksum covers the header without itself and the payload. */
enum { F_MAGIC = 0, F_LENGTH = 4, F_ID = 8, F_SERIAL = 24, F_FIRST = 32, F_LAST = 40, F_LIFE = 48 };
#define F_CRC (FORMAT_HEADER_SIZE - 4)

static void put(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t get(const uint8_t *in, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)in[i] << (8 * i);
    }
    return value;
}

static bool number_valid(uint64_t number)
{
    return number != 0 && number < FORMAT_NUMBER_MAX;
}

static bool only(const uint8_t *bytes, size_t length, uint8_t what)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != what) {
            return false;
        }
    }
    return true;
}

bool format_erased(const uint8_t *bytes, size_t length)
{
    return only(bytes, length, 0xff);
}

void segment_header_write(uint8_t *out, const struct segment_header *h)
{
    memset(out, 0, FORMAT_HEADER_SIZE);
    put(out + S_MAGIC, SEGMENT_MAGIC, 4);
    put(out + S_LAYOUT, FORMAT_LAYOUT, 4);
    put(out + S_UNIT, h->unit, 4);
    memcpy(out + S_ID, h->id, FORMAT_ID_SIZE);
    put(out + S_SERIAL, h->serial, 8);
    put(out + S_FIRST, h->first_seq, 8);
    put(out + S_LIFE, h->life, 8);
    put(out + S_SIZE, h->segment_size, 4);
    put(out + S_COUNT, h->segments, 4);
    put(out + S_CRC, crc32_update(0, out, S_CRC), 4);
}

enum format_result segment_header_read(const uint8_t *unit, size_t length, struct segment_header *h,
                                       uint32_t *layout)
{
    if (length < FORMAT_HEADER_SIZE) {
        return FORMAT_INVALID;
    }
    if (only(unit, length, 0) || only(unit, length, 0xff)) {
        return FORMAT_BLANK;
    }
    if (get(unit + S_MAGIC, 4) != SEGMENT_MAGIC || get(unit + S_CRC, 4) != crc32_update(0, unit, S_CRC)) {
        return FORMAT_INVALID;
    }
    *layout = (uint32_t)get(unit + S_LAYOUT, 4);
    if (*layout != FORMAT_LAYOUT) {
        return FORMAT_OTHER_LAYOUT;
    }
    memcpy(h->id, unit + S_ID, FORMAT_ID_SIZE);
    h->unit = (uint32_t)get(unit + S_UNIT, 4);
    h->serial = get(unit + S_SERIAL, 8);
    h->first_seq = get(unit + S_FIRST, 8);
    h->life = get(unit + S_LIFE, 8);
    h->segment_size = (uint32_t)get(unit + S_SIZE, 4);
    h->segments = (uint32_t)get(unit + S_COUNT, 4);
    return number_valid(h->serial) && number_valid(h->first_seq) ? FORMAT_OK : FORMAT_INVALID;
}

void frame_header_write(uint8_t *out, const struct frame_header *h, const uint8_t *id, const uint8_t *payload)
{
    memset(out, 0, FORMAT_HEADER_SIZE);
    put(out + F_MAGIC, FRAME_MAGIC, 4);
    put(out + F_LENGTH, h->length, 4);
    memcpy(out + F_ID, id, FORMAT_ID_SIZE);
    put(out + F_SERIAL, h->serial, 8);
    put(out + F_FIRST, h->first_seq, 8);
    put(out + F_LAST, h->last_seq, 8);
    put(out + F_LIFE, h->life, 8);
    put(out + F_CRC, crc32_update(crc32_update(0, out, F_CRC), payload, h->length), 4);
}

enum format_result frame_header_read(const uint8_t *bytes, size_t length, struct frame_header *h, uint8_t *id)
{
    if (length < FORMAT_HEADER_SIZE || get(bytes + F_MAGIC, 4) != FRAME_MAGIC) {
        return FORMAT_INVALID;
    }
    h->length = (uint32_t)get(bytes + F_LENGTH, 4);
    if (h->length > FORMAT_FRAME_MAX - FORMAT_HEADER_SIZE) {
        return FORMAT_TORN;
    }
    if (h->length > length - FORMAT_HEADER_SIZE) {
        return FORMAT_SHORT;
    }
    uint32_t crc = crc32_update(crc32_update(0, bytes, F_CRC), bytes + FORMAT_HEADER_SIZE, h->length);
    if (get(bytes + F_CRC, 4) != crc) {
        return FORMAT_TORN;
    }
    memcpy(id, bytes + F_ID, FORMAT_ID_SIZE);
    h->serial = get(bytes + F_SERIAL, 8);
    h->first_seq = get(bytes + F_FIRST, 8);
    h->last_seq = get(bytes + F_LAST, 8);
    h->life = get(bytes + F_LIFE, 8);
    bool sane = number_valid(h->serial) && number_valid(h->first_seq) && h->last_seq < FORMAT_NUMBER_MAX &&
                h->last_seq >= h->first_seq - 1;
    return sane ? FORMAT_OK : FORMAT_INVALID;
}
