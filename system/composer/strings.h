/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and small objects that live as long as the composer's model: one owner, freed all at once.
 */
#ifndef COMPOSER_STRINGS_H
#define COMPOSER_STRINGS_H

#include <stdarg.h>
#include <stddef.h>

#include "list.h"

/* Zero-initialise; everything handed out stays valid until strings_free. */
struct strings {
    LIST(void *) blocks;
};

/* Zeroed memory of the given size; exits with a message when memory runs out. */
void *strings_room(struct strings *strings, size_t size);

/* A copy of length bytes, terminated. */
const char *strings_copy(struct strings *strings, const char *text, size_t length);

/* Formatted text. */
const char *strings_print(struct strings *strings, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *strings_vprint(struct strings *strings, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

void strings_free(struct strings *strings);

#endif
