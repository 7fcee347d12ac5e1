/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of a description as tables: which attributes and children an element may have and what form
 * their values take. One check reports every deviation; the parsers then read trees that are known to be in
 * shape.
 */
#ifndef COMPOSER_SHAPE_H
#define COMPOSER_SHAPE_H

#include "diag.h"
#include "element.h"

enum attribute_type {
    SHAPE_TEXT,   /* anything */
    SHAPE_NAME,   /* C identifier of at most 63 bytes */
    SHAPE_NAMES,  /* names, numbers of them separated by blanks; dots allowed, or "*" */
    SHAPE_NUMBER, /* number.h */
    SHAPE_BOOL,   /* true or false */
    SHAPE_CHOICE, /* one of choices, separated by | */
};

struct attribute_shape {
    const char *name;
    enum attribute_type type;
    bool required;
    const char *choices; /* SHAPE_CHOICE */
    const char *refusal; /* not NULL: known, but not on this machine, and why */
};

/* One row of an attribute table. */
#define REQUIRED(attribute, form)                             \
    {                                                         \
        .name = (attribute), .type = (form), .required = true \
    }
#define OPTIONAL(attribute, form)           \
    {                                       \
        .name = (attribute), .type = (form) \
    }

struct element_shape {
    const char *name;
    const struct attribute_shape *attributes;    /* ends with name NULL */
    const struct element_shape *const *children; /* ends with NULL; NULL: none */
    bool once;                                   /* at most one in its parent */
    bool any_attributes;                         /* unknown attributes are ignored */
    bool any_elements;                           /* unknown elements are ignored with a warning */
    bool any_text;                               /* text is ignored with a warning */
    const char *refusal;                         /* not NULL: known, but not on this machine, and why */
};

/*
 * Check a tree against the shape of its root; false if the root is another element. Everything else that is
 * wrong is reported and marked in the tree (broken), so that the parser can go on with the rest.
 */
bool shape_check(struct diag *diag, struct element *root, const struct element_shape *shape);

/* The names in a blank-separated list; element i of the result is valid as long as the arena. */
struct name_list {
    LIST(const char *) names;
};
void shape_names(struct arena *arena, const char *text, struct name_list *list);

/* True for a C identifier of at most 63 bytes. */
bool shape_is_name(const char *text);

#endif
