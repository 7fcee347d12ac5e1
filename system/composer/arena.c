/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owner of text and small objects: a list of heap blocks.
 */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *arena_room(struct arena *arena, size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    if (block == NULL) {
        (void)fputs("out of memory\n", stderr);
        exit(1);
    }
    *LIST_PUSH(&arena->blocks) = block;
    return block;
}

const char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_room(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

const char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        return "";
    }
    char *text = arena_room(arena, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

const char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprint(arena, format, arguments);
    va_end(arguments);
    return text;
}

void arena_free(struct arena *arena)
{
    for (size_t i = 0; i < arena->blocks.count; i++) {
        free(arena->blocks.at[i]);
    }
    free(arena->blocks.at);
    *arena = (struct arena){0};
}
