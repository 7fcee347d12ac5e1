/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SenML packs in JSON (RFC 8428) without floating point: values are decimal fractions, times nanoseconds.
 * Pure text building in a caller's buffer; once something does not fit, the pack stays invalid.
 */
#ifndef SENML_H
#define SENML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct senml {
    char *text;
    size_t room, used;
    bool failed;
    bool first;
};

/* Begin a pack: base name (RFC 8428 section 4.5.1 characters) and base time in ns since 1970, written in
 * seconds with three decimals, cut. */
void senml_begin(struct senml *pack, char *text, size_t room, const char *base_name, uint64_t base_time_ns);

/* One record: n, u, v = value * 10^exponent (-9..0), and the sequence number as the extension field "seq". A
 * name or unit with characters that JSON would have to escape, or an exponent out of range, makes the pack
 * invalid. */
void senml_record(struct senml *pack, const char *name, const char *unit, int64_t value, int exponent,
                  uint64_t seq);

/* End the pack: its length without terminator, or 0 if it did not fit or is invalid. */
size_t senml_end(struct senml *pack);

#endif
