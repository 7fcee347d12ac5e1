/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass over the source of an XML file that notes where tags, attributes and text begin.
 */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

struct scanner {
    struct scan *scan;
    size_t at;
    LIST(size_t) open; /* tags whose end was not seen yet */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool looking_at(const struct scanner *scanner, const char *what)
{
    size_t length = strlen(what);
    size_t left = scanner->scan->length - scanner->at;
    return length <= left && memcmp(scanner->scan->text + scanner->at, what, length) == 0;
}

/* Step behind the next occurrence of what; false at the end of the text. */
static bool skip_behind(struct scanner *scanner, const char *what)
{
    while (scanner->at < scanner->scan->length) {
        if (looking_at(scanner, what)) {
            scanner->at += strlen(what);
            return true;
        }
        scanner->at++;
    }
    return false;
}

static void skip_blanks(struct scanner *scanner)
{
    while (scanner->at < scanner->scan->length && is_blank(scanner->scan->text[scanner->at])) {
        scanner->at++;
    }
}

static void note_text(struct scanner *scanner, size_t offset)
{
    if (scanner->open.count > 0) {
        struct scan_tag *tag = &scanner->scan->tags.at[scanner->open.at[scanner->open.count - 1]];
        tag->text_offset = tag->text_offset == NO_INDEX ? offset : tag->text_offset;
    }
}

/* One attribute: name, '=', quoted value. */
static bool scan_attribute(struct scanner *scanner, struct scan_tag *tag)
{
    const char *text = scanner->scan->text;
    size_t start = scanner->at, end = scanner->scan->length;
    while (scanner->at < end && !is_blank(text[scanner->at]) &&
           strchr("=<>/\"'", text[scanner->at]) == NULL) {
        scanner->at++;
    }
    if (scanner->at == start) {
        return false;
    }
    *LIST_PUSH(&tag->attributes) = (struct scan_attribute){start, scanner->at - start};
    skip_blanks(scanner);
    if (!looking_at(scanner, "=")) {
        return false;
    }
    scanner->at++;
    skip_blanks(scanner);
    const char *quote = looking_at(scanner, "\"") ? "\"" : "'";
    if (!looking_at(scanner, quote)) {
        return false;
    }
    scanner->at++;
    return skip_behind(scanner, quote);
}

/* A start tag, from its bracket to its end. */
static bool scan_start_tag(struct scanner *scanner)
{
    struct scan *scan = scanner->scan;
    size_t index = scan->tags.count;
    *LIST_PUSH(&scan->tags) = (struct scan_tag){.offset = scanner->at, .text_offset = NO_INDEX};
    while (scanner->at < scan->length && !is_blank(scan->text[scanner->at]) &&
           scan->text[scanner->at] != '>' && scan->text[scanner->at] != '/') {
        scanner->at++;
    }
    for (;;) {
        skip_blanks(scanner);
        if (looking_at(scanner, "/>")) {
            scanner->at += 2;
            return true;
        }
        if (looking_at(scanner, ">")) {
            scanner->at++;
            *LIST_PUSH(&scanner->open) = index;
            return true;
        }
        if (!scan_attribute(scanner, &scan->tags.at[index])) {
            return false;
        }
    }
}

/* Text in brackets of its own; blanks count as little here as outside. */
static bool scan_cdata(struct scanner *scanner)
{
    size_t start = scanner->at;
    scanner->at += strlen("<![CDATA[");
    skip_blanks(scanner);
    if (!looking_at(scanner, "]]>")) {
        note_text(scanner, start);
    }
    return skip_behind(scanner, "]]>");
}

/* Anything that begins with '<'. */
static bool scan_markup(struct scanner *scanner)
{
    if (looking_at(scanner, "<!--")) {
        scanner->at += 4;
        return skip_behind(scanner, "-->");
    }
    if (looking_at(scanner, "<![CDATA[")) {
        return scan_cdata(scanner);
    }
    if (looking_at(scanner, "<?")) {
        return skip_behind(scanner, "?>");
    }
    if (looking_at(scanner, "<!")) {
        scanner->scan->doctype = scanner->at;
        return false;
    }
    if (looking_at(scanner, "</")) {
        scanner->open.count -= scanner->open.count > 0 ? 1 : 0;
        return skip_behind(scanner, ">");
    }
    return scan_start_tag(scanner);
}

static void step(struct scan_mark *mark, char c)
{
    if (c == '\n') {
        mark->line++;
        mark->column = 1;
    } else if (((unsigned char)c & 0xc0) != 0x80) {
        mark->column++;
    }
}

static void mark_positions(struct scan *scan)
{
    struct scan_mark mark = {1, 1};
    for (size_t i = 0; i <= scan->length; i++) {
        if (i % SCAN_STRIDE == 0) {
            *LIST_PUSH(&scan->marks) = mark;
        }
        if (i < scan->length) {
            step(&mark, scan->text[i]);
        }
    }
}

void scan_text(struct scan *scan, const char *text, size_t length)
{
    *scan = (struct scan){.text = text, .length = length, .doctype = NO_INDEX};
    mark_positions(scan);
    struct scanner scanner = {.scan = scan};
    bool sound = true;
    while (sound && scanner.at < length) {
        if (text[scanner.at] == '<') {
            sound = scan_markup(&scanner);
        } else {
            if (!is_blank(text[scanner.at])) {
                note_text(&scanner, scanner.at);
            }
            scanner.at++;
        }
    }
    free(scanner.open.at);
}

void scan_position(const char *text, size_t offset, unsigned *line, unsigned *column)
{
    struct scan_mark mark = {1, 1};
    for (size_t i = 0; i < offset; i++) {
        step(&mark, text[i]);
    }
    *line = mark.line;
    *column = mark.column;
}

void scan_locate(const struct scan *scan, size_t offset, unsigned *line, unsigned *column)
{
    struct scan_mark mark = scan->marks.at[offset / SCAN_STRIDE];
    for (size_t i = offset - offset % SCAN_STRIDE; i < offset; i++) {
        step(&mark, scan->text[i]);
    }
    *line = mark.line;
    *column = mark.column;
}

void scan_free(struct scan *scan)
{
    for (size_t i = 0; i < scan->tags.count; i++) {
        free(scan->tags.at[i].attributes.at);
    }
    free(scan->tags.at);
    free(scan->marks.at);
    *scan = (struct scan){0};
}
