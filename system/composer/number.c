/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parser of Microkit's number form.
 */
#include "number.h"

#include <stdbool.h>
#include <stddef.h>

static const char *skip_underscores(const char *at)
{
    while (*at == '_') {
        at++;
    }
    return at;
}

/* Step over a prefix that may be interleaved with underscores; NULL when it is not there. */
static const char *skip_prefix(const char *at, const char *prefix)
{
    for (; *prefix != '\0'; prefix++) {
        at = skip_underscores(at);
        if (*at != *prefix) {
            return NULL;
        }
        at++;
    }
    return at;
}

static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (unsigned)(c - 'a') + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return (unsigned)(c - 'A') + 10;
    }
    return 16;
}

enum number_error number_parse(const char *text, uint64_t *value)
{
    const char *at = skip_prefix(text, "0x");
    unsigned base = at != NULL ? 16 : 10;
    at = at != NULL ? at : text;
    const char *sign = skip_prefix(at, "+");
    at = skip_underscores(sign != NULL ? sign : at);
    if (*at == '\0') {
        return NUMBER_EMPTY;
    }
    uint64_t result = 0;
    bool overflow = false;
    for (; *at != '\0'; at = skip_underscores(at + 1)) {
        unsigned digit = digit_value(*at);
        if (digit >= base) {
            return NUMBER_DIGIT;
        }
        overflow = overflow || result > (UINT64_MAX - digit) / base;
        result = overflow ? 0 : result * base + digit;
    }
    *value = result;
    return overflow ? NUMBER_TOO_LARGE : NUMBER_OK;
}

const char *number_error_text(enum number_error error)
{
    static const char *const texts[] = {
        [NUMBER_OK] = "is a number",
        [NUMBER_EMPTY] = "has no digits",
        [NUMBER_DIGIT] = "is not a decimal or 0x hexadecimal number",
        [NUMBER_TOO_LARGE] = "does not fit in 64 bits",
    };
    return texts[error];
}
