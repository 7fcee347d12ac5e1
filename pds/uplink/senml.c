/* SPDX-License-Identifier: BSD-2-Clause */
/* The SenML writer. */
#include "senml.h"
#include <string.h>

#define EXPONENT_MAX 18
#define DIGITS_MAX   20

/* Appends to the pack; once something did not fit, `fits` stays false and nothing more is written. */
struct cursor {
    char *at;
    char *end;
    bool fits;
};

static void put(struct cursor *c, const char *text, size_t len)
{
    if (!c->fits || len > (size_t)(c->end - c->at)) {
        c->fits = false;
        return;
    }
    memcpy(c->at, text, len);
    c->at += len;
}

static void put_text(struct cursor *c, const char *text)
{
    put(c, text, strlen(text));
}

/* Decimal digits of `value`, right-aligned in `digits`; returns the index of the first. */
static size_t digits_of(uint64_t value, char digits[DIGITS_MAX])
{
    size_t first = DIGITS_MAX;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return first;
}

static void put_u64(struct cursor *c, uint64_t value)
{
    char digits[DIGITS_MAX];
    size_t first = digits_of(value, digits);
    put(c, digits + first, DIGITS_MAX - first);
}

static void put_decimal(struct cursor *c, int64_t value, int exponent)
{
    static const char zeros[] = "0.00000000000000000"; /* "0." and the most zeros that can follow it */
    char digits[DIGITS_MAX];
    uint64_t magnitude = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
    size_t first = digits_of(magnitude, digits);
    size_t count = DIGITS_MAX - first;
    size_t decimals = exponent < 0 ? (size_t)-exponent : 0;
    if (value < 0) {
        put(c, "-", 1);
    }
    if (decimals >= count) {
        put(c, zeros, 2 + decimals - count);
        put(c, digits + first, count);
        return;
    }
    put(c, digits + first, count - decimals);
    if (decimals != 0) {
        put(c, ".", 1);
        put(c, digits + DIGITS_MAX - decimals, decimals);
    } else if (exponent > 0 && value != 0) {
        static const char powers[] = "000000000000000000";
        put(c, powers, (size_t)exponent);
    }
}

/* Seconds with three decimals. */
static void put_time(struct cursor *c, uint64_t ns)
{
    char digits[DIGITS_MAX];
    uint64_t ms = ns / 1000000;
    put_u64(c, ms / 1000);
    size_t first = digits_of(1000 + ms % 1000, digits);
    digits[first] = '.';
    put(c, digits + first, DIGITS_MAX - first);
}

bool senml_name_valid(const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        char ch = name[i];
        bool alphanumeric = (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
        bool mark = ch == '-' || ch == ':' || ch == '.' || ch == '/' || ch == '_';
        if (!alphanumeric && (!mark || i == 0)) {
            return false;
        }
    }
    return name[0] != '\0';
}

void senml_begin(struct senml *s, char *text, size_t capacity, const char *base_name, uint64_t base_time_ns)
{
    *s = (struct senml){
        .text = text, .capacity = capacity, .base_name = base_name, .base_time_ns = base_time_ns};
}

bool senml_add(struct senml *s, const struct senml_record *record)
{
    size_t room = s->capacity > s->length ? s->capacity - s->length - 1 : 0;
    struct cursor c = {s->text + s->length, s->text + s->length + room, true};
    if (record->exponent < -EXPONENT_MAX || record->exponent > EXPONENT_MAX) {
        return false;
    }
    if (s->records == 0) {
        put_text(&c, "[{\"bn\":\"");
        put_text(&c, s->base_name);
        put_text(&c, "\",\"bt\":");
        put_time(&c, s->base_time_ns);
        put_text(&c, ",\"n\":\"");
    } else {
        put_text(&c, ",{\"n\":\"");
    }
    put_text(&c, record->name);
    put_text(&c, "\",\"u\":\"");
    put_text(&c, record->unit);
    put_text(&c, "\",\"v\":");
    put_decimal(&c, record->value, record->exponent);
    put_text(&c, ",\"seq\":");
    put_u64(&c, record->seq);
    put(&c, "}", 1);
    if (!c.fits) {
        return false;
    }
    s->length = (size_t)(c.at - s->text);
    s->records++;
    return true;
}

size_t senml_end(struct senml *s)
{
    if (s->records == 0) {
        return 0;
    }
    s->text[s->length++] = ']';
    return s->length;
}
