/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Owner of text and small objects: a list of heap blocks.
 */
#include "strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *strings_room(struct strings *strings, size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    if (block == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    *LIST_PUSH(&strings->blocks) = block;
    return block;
}

const char *strings_copy(struct strings *strings, const char *text, size_t length)
{
    char *copy = strings_room(strings, length + 1);
    memcpy(copy, text, length);
    return copy;
}

const char *strings_vprint(struct strings *strings, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        return "";
    }
    char *text = strings_room(strings, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

const char *strings_print(struct strings *strings, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = strings_vprint(strings, format, arguments);
    va_end(arguments);
    return text;
}

void strings_free(struct strings *strings)
{
    for (size_t i = 0; i < strings->blocks.count; i++) {
        free(strings->blocks.at[i]);
    }
    free(strings->blocks.at);
    *strings = (struct strings){0};
}
