/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers as Microkit descriptions write them: decimal or 0x hexadecimal, underscores anywhere, 64 bits
 * unsigned.
 */
#ifndef COMPOSER_NUMBER_H
#define COMPOSER_NUMBER_H

#include <stdint.h>

enum number_error { NUMBER_OK, NUMBER_EMPTY, NUMBER_DIGIT, NUMBER_TOO_LARGE };

/* Parse text; a leading '+' of the digits is accepted, a minus sign, 0X, blanks and suffixes are not. */
enum number_error number_parse(const char *text, uint64_t *value);

/* What is wrong, as the end of a sentence. */
const char *number_error_text(enum number_error error);

#endif
