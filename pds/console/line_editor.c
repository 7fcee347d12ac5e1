/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line editing.
 */
#include <string.h>
#include "line_editor.h"

#define CTRL_C    0x03
#define BACKSPACE 0x08
#define CTRL_U    0x15
#define DELETE    0x7f

void line_editor_clear(struct line_editor *editor)
{
    editor->length = 0;
    editor->line[0] = '\0';
}

static enum line_event insert(struct line_editor *editor, uint8_t byte, char echo[4])
{
    if (byte < 0x20 || byte > 0x7e || editor->length == LINE_EDITOR_MAX) {
        memcpy(echo, "\a", sizeof "\a");
        return LINE_NONE;
    }
    editor->line[editor->length++] = (char)byte;
    editor->line[editor->length] = '\0';
    echo[0] = (char)byte;
    echo[1] = '\0';
    return LINE_NONE;
}

static enum line_event erase(struct line_editor *editor, char echo[4])
{
    if (editor->length > 0) {
        editor->line[--editor->length] = '\0';
        memcpy(echo, "\b \b", sizeof "\b \b");
    }
    return LINE_NONE;
}

enum line_event line_editor_byte(struct line_editor *editor, uint8_t byte, char echo[4])
{
    bool after_return = editor->after_return;

    echo[0] = '\0';
    editor->after_return = byte == '\r';
    switch (byte) {
    case '\n':
        if (after_return) {
            return LINE_NONE;
        }
        return LINE_DONE;
    case '\r':
        return LINE_DONE;
    case CTRL_C:
    case CTRL_U:
        line_editor_clear(editor);
        return LINE_CANCELLED;
    case BACKSPACE:
    case DELETE:
        return erase(editor, echo);
    default:
        return insert(editor, byte, echo);
    }
}
