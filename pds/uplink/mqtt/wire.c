/* SPDX-License-Identifier: BSD-2-Clause */
/* The data types of MQTT that need a loop: variable byte integers and UTF-8 strings. */
#include "wire.h"

uint32_t mqtt_read_varint(struct mqtt_reader *r)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint8_t byte = mqtt_read_u8(r);
        if (r->err != MQTT_OK) {
            return 0;
        }
        value |= (uint32_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            if (byte == 0 && i > 0) {
                break;
            }
            return value;
        }
    }
    mqtt_read_fail(r, MQTT_ERR_REMAINING_LENGTH);
    return 0;
}

/* Length of the well-formed sequence at `at`, 0 if there is none (Unicode 15, table 3-7). */
static size_t sequence(const uint8_t *at, size_t left)
{
    uint8_t lead = at[0];
    if (lead < 0x80) {
        return lead != 0;
    }
    size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || len > left) {
        return 0;
    }
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

bool mqtt_utf8_valid(const uint8_t *at, size_t len)
{
    size_t i = 0;
    while (i < len) {
        size_t step = sequence(at + i, len - i);
        if (step == 0) {
            return false;
        }
        i += step;
    }
    return true;
}

struct mqtt_bytes mqtt_read_string(struct mqtt_reader *r)
{
    struct mqtt_bytes b = mqtt_read_binary(r);
    if (!mqtt_utf8_valid(b.at, b.len)) {
        mqtt_read_fail(r, MQTT_ERR_STRING);
        b.len = 0;
    }
    return b;
}

uint8_t *mqtt_put_varint(uint8_t *at, uint32_t value)
{
    while (value >= 128) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}
