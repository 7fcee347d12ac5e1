/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A description as a tree of elements and attributes, each with the place where it was written. Both the XML
 * reader and the product's expansion make such trees; the parsers read nothing else.
 */
#ifndef COMPOSER_ELEMENT_H
#define COMPOSER_ELEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "model.h"
#include "arena.h"

struct attribute {
    const char *name;
    const char *value;
    struct place place; /* of the name */
};

struct element {
    const char *name;
    struct place place; /* of the opening bracket */
    LIST(struct attribute) attributes;
    LIST(struct element *) children;
    struct place text_place; /* first text that is not blank directly inside; line 0: none */
    bool broken;             /* the shape check found something wrong with its attributes */
};

/* An empty element; the list memory is released with element_free, the rest with the arena. */
struct element *element_new(struct arena *arena, const char *name, struct place place);

/* Append a new child and return it. */
struct element *element_add(struct arena *arena, struct element *parent, const char *name,
                            struct place place);

/* Append an attribute; name and value must outlive the tree. */
void element_set(struct element *element, const char *name, const char *value, struct place place);

/* Attribute by name, or NULL. A NULL element has none. */
const struct attribute *element_attribute(const struct element *element, const char *name);

/* Value of an attribute, or the default. */
const char *element_text(const struct element *element, const char *name, const char *default_value);

/* Number or boolean of an attribute; the default when it is absent or malformed (the shape check reports
 * that). */
uint64_t element_number(const struct element *element, const char *name, uint64_t default_value);
bool element_bool(const struct element *element, const char *name, bool default_value);

/* Place of an attribute, of the element when it has no such attribute, or the fallback when element is NULL.
 */
struct place element_place(const struct element *element, const char *name, struct place fallback);

/* Release the lists of a whole tree. */
void element_free(struct element *element);

#endif
