/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded readers and writers of MQTT's data types (1.5). Both are sticky: after the first error every
 * further call is harmless, so that a decoder checks once at its end. */
#ifndef POSTERN_MQTT_WIRE_H
#define POSTERN_MQTT_WIRE_H

#include "types.h"
#include <stdbool.h>
#include <string.h>

struct mqtt_reader {
    const uint8_t *at;
    size_t left;
    enum mqtt_error err;
};

/* Records the first error and empties the reader. */
static inline void mqtt_read_fail(struct mqtt_reader *r, enum mqtt_error err)
{
    if (r->err == MQTT_OK) {
        r->err = err;
    }
    r->left = 0;
}

/* The next `len` bytes, or an empty slice and MQTT_ERR_TRUNCATED. */
static inline struct mqtt_bytes mqtt_read_bytes(struct mqtt_reader *r, size_t len)
{
    struct mqtt_bytes b = {r->at, 0};
    if (len > r->left) {
        mqtt_read_fail(r, MQTT_ERR_TRUNCATED);
        return b;
    }
    b.len = len;
    r->at += len;
    r->left -= len;
    return b;
}

static inline uint8_t mqtt_read_u8(struct mqtt_reader *r)
{
    struct mqtt_bytes b = mqtt_read_bytes(r, 1);
    return b.len == 1 ? b.at[0] : 0;
}

static inline uint16_t mqtt_read_u16(struct mqtt_reader *r)
{
    struct mqtt_bytes b = mqtt_read_bytes(r, 2);
    return (uint16_t)(b.len == 2 ? b.at[0] << 8 | b.at[1] : 0);
}

static inline uint32_t mqtt_read_u32(struct mqtt_reader *r)
{
    uint32_t high = mqtt_read_u16(r);
    return high << 16 | mqtt_read_u16(r);
}

/* Length-prefixed binary data (1.5.6). */
static inline struct mqtt_bytes mqtt_read_binary(struct mqtt_reader *r)
{
    return mqtt_read_bytes(r, mqtt_read_u16(r));
}

/* Variable byte integer (1.5.5), refused unless minimal. */
uint32_t mqtt_read_varint(struct mqtt_reader *r);

/* Length-prefixed string (1.5.4), refused unless well-formed UTF-8 without U+0000. */
struct mqtt_bytes mqtt_read_string(struct mqtt_reader *r);

/* True for well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF) without U+0000. */
bool mqtt_utf8_valid(const uint8_t *at, size_t len);

/* Bytes that a variable byte integer takes; `value` at most MQTT_VARINT_MAX. */
static inline size_t mqtt_varint_size(uint32_t value)
{
    return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : 4;
}

/* Writers: the encoder has checked the whole size beforehand, so they only move the pointer. */
static inline uint8_t *mqtt_put_u8(uint8_t *at, uint8_t value)
{
    *at = value;
    return at + 1;
}

static inline uint8_t *mqtt_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static inline uint8_t *mqtt_put_u32(uint8_t *at, uint32_t value)
{
    return mqtt_put_u16(mqtt_put_u16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static inline uint8_t *mqtt_put_raw(uint8_t *at, struct mqtt_bytes b)
{
    if (b.len != 0) {
        memcpy(at, b.at, b.len);
    }
    return at + b.len;
}

static inline uint8_t *mqtt_put_binary(uint8_t *at, struct mqtt_bytes b)
{
    return mqtt_put_raw(mqtt_put_u16(at, (uint16_t)b.len), b);
}

uint8_t *mqtt_put_varint(uint8_t *at, uint32_t value);

#endif
