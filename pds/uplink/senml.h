/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes SenML packs (RFC 8428, JSON) without floating point into a buffer of fixed size. Extension fields:
 * "seq" of each record is the 64-bit sequence number of its reading; in the first record, and like a base
 * field valid for the whole pack, "bhist":true says that its readings are historical (replayed, not live),
 * "bclk" says what the stamps come from, if that is not the gateway's real-time clock, and "bcor":true that
 * the clock was not yet as good as that when they were taken: they were corrected.
 */
#ifndef POSTERN_SENML_H
#define POSTERN_SENML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pack being written. After a record that did not fit, the pack is as it was before it. */
struct senml {
    char *text;
    size_t capacity;
    size_t length;
    unsigned records;
    const char *base_name;
    uint64_t base_time_ns;
    const char *clock;
    bool historical;
    bool corrected; /* false after senml_begin; may be set before the first record */
};

struct senml_record {
    const char *name; /* appended to the base name; both together satisfy senml_name_valid */
    const char *unit; /* from the registry of RFC 8428 section 12.1 */
    int64_t value;    /* the quantity is value * 10^exponent */
    int8_t exponent;  /* -18..18 */
    uint64_t seq;
    uint64_t time_ns; /* since 1970-01-01 UTC; not before the pack's base time */
};

/* May `name` be a name, or the beginning of one (section 4.5.1: A-Z a-z 0-9 - : . / _, starting with a letter
 * or digit)? Such names need no escaping. */
bool senml_name_valid(const char *name);

/* Starts a pack in `text`. Base name and base time (nanoseconds since 1970-01-01 UTC, written in seconds with
 * three decimals, cut) go into its first record, and so do "bhist" if `historical` and "bclk" unless `clock`
 * is NULL. The texts are not copied. */
void senml_begin(struct senml *s, char *text, size_t capacity, const char *base_name, uint64_t base_time_ns,
                 bool historical, const char *clock);

/* Appends a record. False: it does not fit (one byte is kept for the end), or the exponent is out of
 * range; the pack is then unchanged. */
bool senml_add(struct senml *s, const struct senml_record *record);

/* Ends the pack. Returns its length; 0 if it has no record. There is no terminator. */
size_t senml_end(struct senml *s);

#endif
