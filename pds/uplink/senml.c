/* SPDX-License-Identifier: BSD-2-Clause */
/* The SenML writer. */
#include "senml.h"
#include "text_out.h"

#define EXPONENT_MAX 18

static void put_decimal(struct text_out *c, int64_t value, int exponent)
{
    static const char zeros[] = "0.00000000000000000"; /* "0." and the most zeros that can follow it */
    char digits[TEXT_OUT_DIGITS];
    uint64_t magnitude = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
    size_t first = text_out_digits(magnitude, digits);
    size_t count = TEXT_OUT_DIGITS - first;
    size_t decimals = exponent < 0 ? (size_t)-exponent : 0;
    if (value < 0) {
        text_out_bytes(c, "-", 1);
    }
    if (decimals >= count) {
        text_out_bytes(c, zeros, 2 + decimals - count);
        text_out_bytes(c, digits + first, count);
        return;
    }
    text_out_bytes(c, digits + first, count - decimals);
    if (decimals != 0) {
        text_out_bytes(c, ".", 1);
        text_out_bytes(c, digits + TEXT_OUT_DIGITS - decimals, decimals);
    } else if (exponent > 0 && value != 0) {
        static const char powers[] = "000000000000000000";
        text_out_bytes(c, powers, (size_t)exponent);
    }
}

/* Seconds with three decimals. */
static void put_time(struct text_out *c, uint64_t ns)
{
    char digits[TEXT_OUT_DIGITS];
    uint64_t ms = ns / 1000000;
    text_out_u64(c, ms / 1000);
    size_t first = text_out_digits(1000 + ms % 1000, digits);
    digits[first] = '.';
    text_out_bytes(c, digits + first, TEXT_OUT_DIGITS - first);
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

void senml_begin(struct senml *s, char *text, size_t capacity, const char *base_name, uint64_t base_time_ns,
                 bool historical, const char *clock)
{
    *s = (struct senml){.text = text,
                        .capacity = capacity,
                        .base_name = base_name,
                        .base_time_ns = base_time_ns,
                        .clock = clock,
                        .historical = historical};
}

static void put_base(struct text_out *c, const struct senml *s)
{
    text_out_literal(c, "[{\"bn\":\"");
    text_out(c, s->base_name);
    text_out_literal(c, "\",\"bt\":");
    put_time(c, s->base_time_ns);
    if (s->historical) {
        text_out_literal(c, ",\"bhist\":true");
    }
    if (s->corrected) {
        text_out(c, ",\"bcor\":true");
    }
    if (s->clock != NULL) {
        text_out_literal(c, ",\"bclk\":\"");
        text_out(c, s->clock);
        text_out_literal(c, "\"");
    }
    text_out_literal(c, ",\"n\":\"");
}

bool senml_add(struct senml *s, const struct senml_record *record)
{
    size_t room = s->capacity > s->length ? s->capacity - s->length - 1 : 0;
    struct text_out c = {s->text + s->length, s->text + s->length + room, true};
    if (record->exponent < -EXPONENT_MAX || record->exponent > EXPONENT_MAX ||
        record->time_ns < s->base_time_ns) {
        return false;
    }
    if (s->records == 0) {
        put_base(&c, s);
    } else {
        text_out_literal(&c, ",{\"n\":\"");
    }
    text_out(&c, record->name);
    text_out_literal(&c, "\",\"u\":\"");
    text_out(&c, record->unit);
    text_out_literal(&c, "\",\"v\":");
    put_decimal(&c, record->value, record->exponent);
    /* Both cut to milliseconds: base time and time together are the stamp, cut. */
    uint64_t later_ms = record->time_ns / 1000000 - s->base_time_ns / 1000000;
    if (later_ms != 0) {
        text_out_literal(&c, ",\"t\":");
        put_time(&c, later_ms * 1000000);
    }
    text_out_literal(&c, ",\"seq\":");
    text_out_u64(&c, record->seq);
    text_out_bytes(&c, "}", 1);
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
