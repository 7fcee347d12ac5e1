/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collecting, sorting and printing diagnostics.
 */
#include "diag.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

void diag_source(struct diag *diag, const char *file, const char *text)
{
    *LIST_PUSH(&diag->sources) = (struct diag_source){arena_copy(&diag->arena, file, strlen(file)),
                                                      arena_copy(&diag->arena, text, strlen(text))};
}

static void record(struct diag *diag, bool warning, const char *rule, struct place place, const char *format,
                   va_list arguments) __attribute__((format(printf, 5, 0)));

static void record(struct diag *diag, bool warning, const char *rule, struct place place, const char *format,
                   va_list arguments)
{
    size_t order = diag->notes.count;
    struct diag_note *note = LIST_PUSH(&diag->notes);
    *note = (struct diag_note){.place = place, .warning = warning, .rule = rule, .order = order};
    note->text = arena_vprint(&diag->arena, format, arguments);
    diag->errors += warning ? 0 : 1;
    diag->warnings += warning ? 1 : 0;
}

void diag_verror(struct diag *diag, const char *rule, struct place place, const char *format,
                 va_list arguments)
{
    record(diag, false, rule, place, format, arguments);
}

void diag_vwarning(struct diag *diag, const char *rule, struct place place, const char *format,
                   va_list arguments)
{
    record(diag, true, rule, place, format, arguments);
}

void diag_error(struct diag *diag, const char *rule, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(diag, false, rule, place, format, arguments);
    va_end(arguments);
}

void diag_warning(struct diag *diag, const char *rule, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(diag, true, rule, place, format, arguments);
    va_end(arguments);
}

void diag_hint(struct diag *diag, const char *format, ...)
{
    if (diag->notes.count == 0) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    diag->notes.at[diag->notes.count - 1].hint = arena_vprint(&diag->arena, format, arguments);
    va_end(arguments);
}

void diag_suggest(struct diag *diag, const char *word, const char *const *candidates, size_t count)
{
    if (count > DIAG_COMPARISONS - diag->compared) {
        return;
    }
    diag->compared += count;
    const char *best = suggest(word, candidates, count);
    if (best != NULL) {
        diag_hint(diag, "did you mean '%s'?", best);
    }
}

static int compare_places(struct place a, struct place b)
{
    int files = strcmp(a.file == NULL ? "" : a.file, b.file == NULL ? "" : b.file);
    if (files != 0) {
        return files;
    }
    if (a.line != b.line) {
        return a.line < b.line ? -1 : 1;
    }
    return a.column == b.column ? 0 : a.column < b.column ? -1 : 1;
}

static int compare_notes(const void *left, const void *right)
{
    const struct diag_note *a = left, *b = right;
    int places = compare_places(a->place, b->place);
    return places != 0 ? places : a->order < b->order ? -1 : a->order > b->order;
}

/* Where a place was found; notes are printed in the order of their places, so the next one is not far. */
struct cursor {
    const char *file; /* NULL: nothing found yet */
    const char *at;
    unsigned line, column;
};

static bool is_inside(const char *at)
{
    return ((unsigned char)*at & 0xc0) == 0x80;
}

static const char *text_of(const struct diag *diag, const char *file)
{
    for (size_t i = 0; file != NULL && i < diag->sources.count; i++) {
        if (strcmp(diag->sources.at[i].file, file) == 0) {
            return diag->sources.at[i].text;
        }
    }
    return NULL;
}

/* The character at a place of a known file, or NULL; the last one of a line for a column behind its end. */
static const char *find(const struct diag *diag, struct cursor *cursor, struct place place)
{
    bool onward =
        cursor->file != NULL && place.file != NULL && strcmp(cursor->file, place.file) == 0 &&
        (place.line > cursor->line || (place.line == cursor->line && place.column >= cursor->column));
    if (!onward) {
        *cursor = (struct cursor){place.file, text_of(diag, place.file), 1, 1};
    }
    while (cursor->at != NULL && cursor->line < place.line) {
        cursor->at = strchr(cursor->at, '\n');
        cursor->at = cursor->at == NULL ? NULL : cursor->at + 1;
        cursor->line++;
        cursor->column = 1;
    }
    while (cursor->at != NULL && cursor->column < place.column && strchr("\r\n", *cursor->at) == NULL) {
        do {
            cursor->at++;
        } while (is_inside(cursor->at));
        cursor->column++;
    }
    return cursor->at;
}

/*
 * Quote the offending line, or of a long one the part around the column, with a mark under the column; tabs
 * become single blanks so that the mark stays true.
 */
static void quote(const char *mark, unsigned column, FILE *out)
{
    enum { BEFORE = 120, WIDTH = 200 };
    const char *start = mark;
    unsigned before = 0;
    while (before < BEFORE && before + 1 < column) {
        do {
            start--;
        } while (is_inside(start));
        before++;
    }
    char line[WIDTH * 4 + 4];
    size_t length = 0;
    unsigned width = 0;
    const char *at = start;
    for (; strchr("\r\n", *at) == NULL && length < sizeof line - 4; at++) {
        width += is_inside(at) ? 0 : 1;
        if (width > WIDTH) {
            break;
        }
        line[length] = *at;
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            line[length] = ' ';
        }
        length++;
    }
    bool cut = before + 1 < column;
    (void)fprintf(out, "    %s%.*s%s\n    %*s\n", cut ? "..." : "", (int)length, line,
                  width > WIDTH ? "..." : "", (int)before + (cut ? 4 : 1), "^");
}

static void print_note(const struct diag *diag, struct cursor *cursor, const struct diag_note *note,
                       FILE *out)
{
    struct place place = note->place;
    if (place.file != NULL && place.line != 0) {
        (void)fprintf(out, "%s:%u:%u: ", place.file, place.line, place.column);
    } else if (place.file != NULL) {
        (void)fprintf(out, "%s: ", place.file);
    }
    (void)fprintf(out, "%s: %s", note->warning ? "warning" : "error", note->text);
    (void)fprintf(out, note->rule == NULL ? "\n" : " [%s]\n", note->rule);
    const char *mark = place.line == 0 ? NULL : find(diag, cursor, place);
    if (mark != NULL) {
        quote(mark, cursor->column, out);
    }
    if (note->hint != NULL) {
        (void)fprintf(out, "  hint: %s\n", note->hint);
    }
}

void diag_sort(struct diag *diag)
{
    if (diag->notes.count > 1) {
        qsort(diag->notes.at, diag->notes.count, sizeof *diag->notes.at, compare_notes);
    }
}

void diag_print(struct diag *diag, FILE *out)
{
    diag_sort(diag);
    struct cursor cursor = {0};
    for (size_t i = 0; i < diag->notes.count; i++) {
        print_note(diag, &cursor, &diag->notes.at[i], out);
    }
}

void diag_free(struct diag *diag)
{
    free(diag->notes.at);
    free(diag->sources.at);
    arena_free(&diag->arena);
    *diag = (struct diag){0};
}
