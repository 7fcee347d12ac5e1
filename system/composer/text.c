/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growing text and its way to disk: a temporary file beside the target, then a rename; what is no regular
 * file (a device, a link) is written to instead.
 */
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

static void add_byte(struct text *text, char byte)
{
    *LIST_PUSH(&text->bytes) = byte;
    *LIST_PUSH(&text->bytes) = '\0';
    text->bytes.count--;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *buffer = length < 0 ? NULL : malloc((size_t)length + 1);
    if (buffer == NULL) {
        (void)fputs("out of memory\n", stderr);
        exit(1);
    }
    (void)vsnprintf(buffer, (size_t)length + 1, format, arguments);
    va_end(arguments);
    for (int i = 0; i < length; i++) {
        add_byte(text, buffer[i]);
    }
    free(buffer);
}

void text_add_upper(struct text *text, const char *word)
{
    for (; *word != '\0'; word++) {
        add_byte(text, (char)toupper((unsigned char)*word));
    }
}

const char *text_get(const struct text *text)
{
    return text->bytes.count == 0 ? "" : text->bytes.at;
}

bool text_write(const struct text *text, struct diag *diag, const char *path)
{
    bool in_place = files_is_special(path);
    const char *temporary = in_place ? path : arena_print(&diag->arena, "%s.part", path);
    FILE *file = fopen(temporary, "wb");
    bool written = file != NULL && fwrite(text_get(text), 1, text->bytes.count, file) == text->bytes.count;
    bool closed = file != NULL && fclose(file) == 0;
    if (!written || !closed || (!in_place && rename(temporary, path) != 0)) {
        diag_error(diag, "output", (struct place){path, 0, 0}, "cannot write the file: %s", strerror(errno));
        if (file != NULL) {
            files_remove(temporary);
        }
        return false;
    }
    return true;
}

void text_free(struct text *text)
{
    free(text->bytes.at);
    *text = (struct text){0};
}
