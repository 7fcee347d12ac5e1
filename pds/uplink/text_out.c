/* SPDX-License-Identifier: BSD-2-Clause */
/* The text writer. */
#include "text_out.h"
#include <string.h>

void text_out_bytes(struct text_out *o, const char *text, size_t len)
{
    if (!o->fits || len > (size_t)(o->end - o->at)) {
        o->fits = false;
        return;
    }
    memcpy(o->at, text, len);
    o->at += len;
}

void text_out(struct text_out *o, const char *text)
{
    text_out_bytes(o, text, strlen(text));
}

size_t text_out_digits(uint64_t value, char digits[TEXT_OUT_DIGITS])
{
    size_t first = TEXT_OUT_DIGITS;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return first;
}

void text_out_u64(struct text_out *o, uint64_t value)
{
    char digits[TEXT_OUT_DIGITS];
    size_t first = text_out_digits(value, digits);
    text_out_bytes(o, digits + first, TEXT_OUT_DIGITS - first);
}
