/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line editing for the operator: echo, backspace, Ctrl-U, Ctrl-C; a bounded line. Pure: bytes in, text to
 * echo out.
 */
#ifndef LINE_EDITOR_H
#define LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_EDITOR_MAX 80

struct line_editor {
    char line[LINE_EDITOR_MAX + 1]; /* NUL-terminated */
    size_t length;
    bool after_return; /* a newline that follows a carriage return is part of it */
};

enum line_event { LINE_NONE, LINE_DONE, LINE_CANCELLED };

/* Take one byte; *echo gets a NUL-terminated text of at most 3 characters to show. LINE_DONE: `line` is
 * complete; the caller resets length to 0 (line_editor_clear) afterwards. Bytes that are not printable or do
 * not fit are ignored, with a bell. */
enum line_event line_editor_byte(struct line_editor *editor, uint8_t byte, char echo[4]);

void line_editor_clear(struct line_editor *editor);

#endif
