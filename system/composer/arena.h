/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text and small objects that live as long as the composer's model: one owner, freed all at once.
 */
#ifndef COMPOSER_ARENA_H
#define COMPOSER_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "list.h"

/* Zero-initialise; everything handed out stays valid until arena_free. */
struct arena {
    LIST(void *) blocks;
};

/* Zeroed memory of the given size; exits with a message when memory runs out. */
void *arena_room(struct arena *arena, size_t size);

/* A copy of length bytes, terminated. */
const char *arena_copy(struct arena *arena, const char *text, size_t length);

/* Formatted text. */
const char *arena_print(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

void arena_free(struct arena *arena);

#endif
