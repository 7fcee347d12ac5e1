/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration text: lines of `key = value`, blank lines, and comments from # at the start of a line. Keys
 * are [a-z0-9_.]+, values run to the end of the line without surrounding blanks. Errors name the line.
 */
#ifndef POSTERN_KV_H
#define POSTERN_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kv_error {
    KV_OK,
    KV_NO_EQUALS, /* a line without '=' */
    KV_BAD_KEY,   /* characters outside the set, or no key */
    KV_NO_VALUE,
    KV_BAD_BYTE, /* control character or a byte above 0x7e */
    KV_UNKNOWN_KEY,
    KV_DUPLICATE,
    KV_TOO_LONG, /* value does not fit the field */
    KV_NOT_NUMBER,
    KV_OUT_OF_RANGE,
    KV_MISSING /* a required key is absent; line is 0 */
};

enum kv_type { KV_TEXT, KV_NUMBER };

/* What the caller accepts. TEXT: `text` gets the value and a terminator, at most `max` bytes in all. NUMBER:
 * decimal u64 into `number`, min..max. `line` is set to where it was found, 0 if absent. */
struct kv_field {
    const char *key;
    enum kv_type type;
    bool required;
    char *text;
    uint64_t *number;
    uint64_t min, max;
    unsigned line;
};

struct kv_result {
    enum kv_error error;
    unsigned line; /* 1.. */
    char key[48];  /* the key concerned, filtered to printable, cut */
};

/* Parse length bytes (a NUL ends the text early). The first error stops; fields before it are filled. */
struct kv_result kv_parse(const char *text, size_t length, struct kv_field *fields, size_t count);

/* A phrase for people: "line without '='". */
const char *kv_error_text(enum kv_error error);

#endif
