/* SPDX-License-Identifier: BSD-2-Clause */
/* Text into a buffer of fixed size; once something did not fit, nothing more is written. */
#ifndef POSTERN_TEXT_OUT_H
#define POSTERN_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_OUT_DIGITS 20 /* of the largest number */

struct text_out {
    char *at;
    char *end;
    bool fits;
};

void text_out_bytes(struct text_out *o, const char *text, size_t len);
void text_out(struct text_out *o, const char *text);

/* The same for a text between quotation marks, whose length is known. */
#define text_out_literal(o, text) text_out_bytes((o), (text), sizeof(text) - 1)

/* In decimal. */
void text_out_u64(struct text_out *o, uint64_t value);

/* Decimal digits of `value`, right-aligned in `digits`; returns the index of the first. */
size_t text_out_digits(uint64_t value, char digits[TEXT_OUT_DIGITS]);

#endif
