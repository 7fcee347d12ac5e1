/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SenML in JSON.
 */
#include <string.h>
#include "senml.h"

#define NS_PER_MS      1000000u
#define MS_PER_S       1000u
#define DECIMAL_DIGITS 20

static void put(struct senml *pack, const char *text, size_t length)
{
    if (pack->failed || length > pack->room - pack->used) {
        pack->failed = true;
        return;
    }
    memcpy(pack->text + pack->used, text, length);
    pack->used += length;
}

static void put_text(struct senml *pack, const char *text)
{
    put(pack, text, strlen(text));
}

/* At least `width` digits, with leading zeros. */
static void put_number(struct senml *pack, uint64_t number, size_t width)
{
    char digits[DECIMAL_DIGITS];
    size_t at = sizeof digits;

    while (number != 0 || sizeof digits - at < width) {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    put(pack, digits + at, sizeof digits - at);
}

static void put_string(struct senml *pack, const char *string)
{
    const char *c;

    for (c = string; *c; c++) {
        if (*c < 0x20 || *c > 0x7e || *c == '"' || *c == '\\') {
            pack->failed = true;
        }
    }
    put_text(pack, "\"");
    put_text(pack, string);
    put_text(pack, "\"");
}

static void put_decimal(struct senml *pack, int64_t value, int exponent)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t scale = 1;
    int digits;

    if (exponent < -9 || exponent > 0) {
        pack->failed = true;
        return;
    }
    for (digits = exponent; digits < 0; digits++) {
        scale *= 10;
    }
    if (value < 0) {
        put_text(pack, "-");
    }
    put_number(pack, magnitude / scale, 1);
    if (exponent < 0) {
        put_text(pack, ".");
        put_number(pack, magnitude % scale, (size_t)-exponent);
    }
}

void senml_begin(struct senml *pack, char *text, size_t room, const char *base_name, uint64_t base_time_ns)
{
    uint64_t ms = base_time_ns / NS_PER_MS;

    *pack = (struct senml){.text = text, .room = room, .first = true};
    put_text(pack, "[{\"bn\":");
    put_string(pack, base_name);
    put_text(pack, ",\"bt\":");
    put_number(pack, ms / MS_PER_S, 1);
    put_text(pack, ".");
    put_number(pack, ms % MS_PER_S, 3);
}

void senml_record(struct senml *pack, const char *name, const char *unit, int64_t value, int exponent,
                  uint64_t seq)
{
    put_text(pack, pack->first ? ",\"n\":" : ",{\"n\":");
    pack->first = false;
    put_string(pack, name);
    put_text(pack, ",\"u\":");
    put_string(pack, unit);
    put_text(pack, ",\"v\":");
    put_decimal(pack, value, exponent);
    put_text(pack, ",\"seq\":");
    put_number(pack, seq, 1);
    put_text(pack, "}");
}

size_t senml_end(struct senml *pack)
{
    if (pack->first) {
        pack->failed = true;
    }
    put_text(pack, "]");
    return pack->failed ? 0 : pack->used;
}
