/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collecting, sorting and printing diagnostics.
 */
#include "diag.h"

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

/* The beginning of a line of a known file, or NULL. */
static const char *find_line(const struct diag *diag, struct place place)
{
    for (size_t i = 0; i < diag->sources.count; i++) {
        if (place.file == NULL || strcmp(diag->sources.at[i].file, place.file) != 0) {
            continue;
        }
        const char *at = diag->sources.at[i].text;
        for (unsigned line = 1; at != NULL && line < place.line; line++) {
            at = strchr(at, '\n');
            at = at == NULL ? NULL : at + 1;
        }
        return at;
    }
    return NULL;
}

/* Quote the offending line with a mark under the column; tabs become single blanks so that the mark stays
 * true. */
static void quote(const struct diag *diag, struct place place, FILE *out)
{
    const char *line = place.line == 0 ? NULL : find_line(diag, place);
    if (line == NULL) {
        return;
    }
    (void)fputs("    ", out);
    for (const char *at = line; *at != '\0' && *at != '\n' && *at != '\r'; at++) {
        unsigned char byte = (unsigned char)*at;
        (void)fputc(byte < 0x20 || byte == 0x7f ? ' ' : byte, out);
    }
    (void)fprintf(out, "\n    %*s\n", (int)place.column, "^");
}

static void print_note(const struct diag *diag, const struct diag_note *note, FILE *out)
{
    struct place place = note->place;
    if (place.file != NULL && place.line != 0) {
        (void)fprintf(out, "%s:%u:%u: ", place.file, place.line, place.column);
    } else if (place.file != NULL) {
        (void)fprintf(out, "%s: ", place.file);
    }
    (void)fprintf(out, "%s: %s", note->warning ? "warning" : "error", note->text);
    (void)fprintf(out, note->rule == NULL ? "\n" : " [%s]\n", note->rule);
    quote(diag, place, out);
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
    for (size_t i = 0; i < diag->notes.count; i++) {
        print_note(diag, &diag->notes.at[i], out);
    }
}

void diag_free(struct diag *diag)
{
    free(diag->notes.at);
    free(diag->sources.at);
    arena_free(&diag->arena);
    *diag = (struct diag){0};
}
