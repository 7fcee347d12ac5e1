/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collected diagnostics: every stage reports here and goes on, so that one run shows all errors of a
 * description, each with its place, the offending line and, where one is known, a hint.
 */
#ifndef COMPOSER_DIAG_H
#define COMPOSER_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "model.h"
#include "arena.h"

enum { DIAG_COMPARISONS = 1000000 };

struct diag_note {
    struct place place;
    bool warning;
    const char *rule; /* identifier of the broken rule, or NULL */
    const char *text;
    const char *hint; /* or NULL */
    size_t order;
};

struct diag_source {
    const char *file;
    const char *text;
};

/* Zero-initialise; arena owns everything that the notes point to. */
struct diag {
    LIST(struct diag_note) notes;
    LIST(struct diag_source) sources;
    struct arena arena;
    size_t errors, warnings;
    size_t compared; /* words that were compared for suggestions */
};

/* Make the text of a file known, so that notes can quote it. Both are copied. */
void diag_source(struct diag *diag, const char *file, const char *text);

/* Record an error or a warning. rule may be NULL; a place with line 0 means the whole file, file NULL none.
 */
void diag_error(struct diag *diag, const char *rule, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warning(struct diag *diag, const char *rule, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_verror(struct diag *diag, const char *rule, struct place place, const char *format,
                 va_list arguments) __attribute__((format(printf, 4, 0)));
void diag_vwarning(struct diag *diag, const char *rule, struct place place, const char *format,
                   va_list arguments) __attribute__((format(printf, 4, 0)));

/* Attach a hint to the note recorded last. */
void diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Hint "did you mean 'x'?" when a candidate is close to the word that was written. No more hints after
 * DIAG_COMPARISONS words were compared, so that a file full of errors cannot hold up the composer.
 */
void diag_suggest(struct diag *diag, const char *word, const char *const *candidates, size_t count);

/* Put the notes into the order of their places. */
void diag_sort(struct diag *diag);

/* Write all notes, sorted by place, in the form file:line:column: error: text. */
void diag_print(struct diag *diag, FILE *out);

void diag_free(struct diag *diag);

#endif
