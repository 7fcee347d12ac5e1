/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places of start tags, attributes and stray text in the source of an XML file. libxml2 decides what the
 * document means; this scan only finds where things are, in document order, since libxml2 keeps no column of
 * an attribute.
 */
#ifndef COMPOSER_SCAN_H
#define COMPOSER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "list.h"

enum { SCAN_STRIDE = 256 };

struct scan_attribute {
    size_t offset; /* of the name in the source */
    size_t length;
};

struct scan_tag {
    size_t offset;      /* of the opening bracket */
    size_t text_offset; /* first non-blank text directly inside, NO_INDEX: none */
    LIST(struct scan_attribute) attributes;
};

struct scan_mark {
    unsigned line, column;
};

struct scan {
    const char *text;
    size_t length;
    LIST(struct scan_tag) tags;
    LIST(struct scan_mark) marks; /* the position of every SCAN_STRIDEth byte */
    size_t doctype;               /* offset of a document type declaration, NO_INDEX: none */
};

/* Scan a whole text. Stops quietly where the text is not well formed. */
void scan_text(struct scan *scan, const char *text, size_t length);

/* Line and column (both from 1, columns in characters) of an offset. */
void scan_position(const char *text, size_t offset, unsigned *line, unsigned *column);

/* The same for a text that was scanned, in constant time. offset: up to the length of the text. */
void scan_locate(const struct scan *scan, size_t offset, unsigned *line, unsigned *column);

void scan_free(struct scan *scan);

#endif
