/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing text, and writing it to a file in one step (a failed build leaves no half-written output).
 */
#ifndef COMPOSER_TEXT_H
#define COMPOSER_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "diag.h"
#include "list.h"

/* Zero-initialise; bytes.at is always terminated once something was added. */
struct text {
    LIST(char) bytes;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append upper case letters of a word. */
void text_add_upper(struct text *text, const char *word);

/* The text so far, never NULL. */
const char *text_get(const struct text *text);

/* Replace a file by the text, or write it to a device, a pipe or behind a link; false after an error was
 * reported. */
bool text_write(const struct text *text, struct diag *diag, const char *path);

void text_free(struct text *text);

#endif
