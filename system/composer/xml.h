/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading an XML file into a tree of elements. Hostile input is expected: no DTD, no entities of one's own,
 * no network, bounded size and depth; every refusal names its place.
 */
#ifndef COMPOSER_XML_H
#define COMPOSER_XML_H

#include "diag.h"
#include "element.h"

enum { XML_SIZE_LIMIT = 4 * 1024 * 1024, XML_ELEMENT_LIMIT = 32768 };

/*
 * Parse text (length bytes, terminated by a NUL that does not count). file names it in places; text and
 * strings must outlive the tree. NULL after an error was reported.
 */
struct element *xml_parse(struct arena *arena, struct diag *diag, const char *file, const char *text,
                          size_t length);

/* Read a file and parse it. */
struct element *xml_read(struct arena *arena, struct diag *diag, const char *path);

#endif
