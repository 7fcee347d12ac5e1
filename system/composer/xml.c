/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XML by libxml2, joined with the places that our own scan of the source found.
 */
#include "xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "files.h"
#include "scan.h"

struct reader {
    struct arena *arena;
    const char *file;
    const char *text;
    struct scan scan;
    size_t next_tag;
};

static struct place place_of(const struct reader *reader, size_t offset)
{
    struct place place = {reader->file, 0, 0};
    scan_locate(&reader->scan, offset, &place.line, &place.column);
    return place;
}

static const char *keep(struct reader *reader, const xmlChar *text)
{
    const char *bytes = text == NULL ? "" : (const char *)text;
    return arena_copy(reader->arena, bytes, strlen(bytes));
}

/* Offset of the attribute with this local name in the tag, or of the tag itself. */
static size_t attribute_offset(const struct reader *reader, const struct scan_tag *tag, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < tag->attributes.count; i++) {
        const char *written = reader->text + tag->attributes.at[i].offset;
        size_t written_length = tag->attributes.at[i].length;
        const char *colon = memchr(written, ':', written_length);
        size_t prefix = colon == NULL ? 0 : (size_t)(colon - written) + 1;
        bool declaration = prefix == 6 && memcmp(written, "xmlns:", 6) == 0;
        if (!declaration && written_length - prefix == length &&
            memcmp(written + prefix, name, length) == 0) {
            return tag->attributes.at[i].offset;
        }
    }
    return tag->offset;
}

static void read_attributes(struct reader *reader, const xmlNode *node, const struct scan_tag *tag,
                            struct element *element)
{
    for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) {
        const char *name = keep(reader, attribute->name);
        xmlChar *value = xmlNodeListGetString(node->doc, attribute->children, 1);
        struct place place = place_of(reader, attribute_offset(reader, tag, name));
        element_set(element, name, keep(reader, value), place);
        xmlFree(value);
    }
}

/* The tree below one node; NULL if scan and libxml2 disagree (cannot happen for a well-formed document). */
static struct element *read_element(struct reader *reader, const xmlNode *node)
{
    if (reader->next_tag >= reader->scan.tags.count) {
        return NULL;
    }
    const struct scan_tag *tag = &reader->scan.tags.at[reader->next_tag++];
    struct element *element =
        element_new(reader->arena, keep(reader, node->name), place_of(reader, tag->offset));
    read_attributes(reader, node, tag, element);
    if (tag->text_offset != NO_INDEX) {
        element->text_place = place_of(reader, tag->text_offset);
    }
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type != XML_ELEMENT_NODE) {
            continue;
        }
        struct element *below = read_element(reader, child);
        if (below == NULL) {
            element_free(element);
            return NULL;
        }
        *LIST_PUSH(&element->children) = below;
    }
    return element;
}

static void report_syntax(struct diag *diag, const char *file, xmlParserCtxtPtr context)
{
    const xmlError *error = xmlCtxtGetLastError(context);
    struct place place = {file, 0, 0};
    const char *message = "not well formed";
    if (error != NULL) {
        place.line = error->line > 0 ? (unsigned)error->line : 0;
        place.column = error->int2 > 0 ? (unsigned)error->int2 : 1;
        message = error->message != NULL ? error->message : message;
    }
    diag_error(diag, "xml-syntax", place, "the XML is broken: %.*s", (int)strcspn(message, "\n"), message);
}

static struct element *parse_document(struct reader *reader, struct diag *diag)
{
    xmlParserCtxtPtr context = xmlNewParserCtxt();
    if (context == NULL) {
        diag_error(diag, NULL, (struct place){reader->file, 0, 0}, "out of memory");
        return NULL;
    }
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    xmlDocPtr document =
        xmlCtxtReadMemory(context, reader->text, (int)reader->scan.length, reader->file, "UTF-8", options);
    struct element *root = NULL;
    if (document == NULL) {
        report_syntax(diag, reader->file, context);
    } else {
        bool sound = reader->scan.tags.count <= XML_ELEMENT_LIMIT;
        root = sound ? read_element(reader, xmlDocGetRootElement(document)) : NULL;
        if (!sound) {
            diag_error(diag, "xml-limits", (struct place){reader->file, 0, 0},
                       "the file has more than %d elements", XML_ELEMENT_LIMIT);
        } else if (root == NULL) {
            diag_error(diag, "xml-syntax", (struct place){reader->file, 0, 0},
                       "the XML could not be located");
        }
    }
    xmlFreeDoc(document);
    xmlFreeParserCtxt(context);
    return root;
}

/* Whatever is wrong before the text can be read as XML. */
static bool check_bytes(struct diag *diag, const char *file, const char *text, size_t length)
{
    struct place place = {file, 1, 1};
    const char *nul = memchr(text, '\0', length);
    if (length > XML_SIZE_LIMIT) {
        diag_error(diag, "xml-limits", (struct place){file, 0, 0}, "the file is larger than 4 MiB");
        return false;
    }
    if (nul != NULL) {
        scan_position(text, (size_t)(nul - text), &place.line, &place.column);
        diag_error(diag, "xml-limits", place, "the file contains a NUL byte");
        diag_hint(diag, "write the description in UTF-8");
        return false;
    }
    return true;
}

struct element *xml_parse(struct arena *arena, struct diag *diag, const char *file, const char *text,
                          size_t length)
{
    size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    text += mark; /* a byte order mark is not part of the first line */
    length -= mark;
    diag_source(diag, file, text);
    if (!check_bytes(diag, file, text, length)) {
        return NULL;
    }
    struct reader reader = {.arena = arena, .file = file, .text = text};
    scan_text(&reader.scan, text, length);
    struct element *root = NULL;
    if (reader.scan.doctype != NO_INDEX) {
        diag_error(diag, "xml-doctype", place_of(&reader, reader.scan.doctype),
                   "a document type declaration (DTD, entities) is not accepted");
        diag_hint(diag, "remove the declaration; a description needs none");
    } else {
        root = parse_document(&reader, diag);
    }
    scan_free(&reader.scan);
    return root;
}

struct element *xml_read(struct arena *arena, struct diag *diag, const char *path)
{
    const char *text;
    size_t length;
    const char *reason = files_read(arena, path, XML_SIZE_LIMIT, &text, &length);
    if (reason != NULL) {
        diag_error(diag, "xml-limits", (struct place){path, 0, 0}, "%s", reason);
        return NULL;
    }
    return xml_parse(arena, diag, path, text, length);
}
