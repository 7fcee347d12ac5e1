/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checking trees against the grammar's tables.
 */
#include "shape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

static void check_element(struct diag *diag, struct element *element, const struct element_shape *shape);

bool shape_is_name(const char *text)
{
    size_t length = strlen(text);
    bool first = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') || text[0] == '_';
    size_t good = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return first && good == length && length <= 63;
}

void shape_names(struct arena *arena, const char *text, struct name_list *list)
{
    while (*(text += strspn(text, " \t\r\n")) != '\0') {
        size_t length = strcspn(text, " \t\r\n");
        *LIST_PUSH(&list->names) = arena_copy(arena, text, length);
        text += length;
    }
}

static bool is_choice(const char *choices, const char *value)
{
    size_t length = strlen(value);
    for (const char *at = choices; at != NULL; at = strchr(at, '|'), at = at == NULL ? NULL : at + 1) {
        size_t width = strcspn(at, "|");
        if (width == length && memcmp(at, value, length) == 0) {
            return true;
        }
    }
    return false;
}

enum { MOST_WORDS = 32, LONGEST_WORD = 32 };

/* Hint the nearest of the words separated by |, whatever the case of the letters. */
static void suggest_choice(struct diag *diag, const char *value, const char *choices)
{
    char words[MOST_WORDS][LONGEST_WORD], lower[LONGEST_WORD];
    const char *known[MOST_WORDS];
    size_t count = 0;
    (void)snprintf(lower, sizeof lower, "%s", value);
    for (char *at = lower; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    for (const char *at = choices; at != NULL && count < MOST_WORDS;
         at = strchr(at, '|'), at = at == NULL ? NULL : at + 1) {
        (void)snprintf(words[count], LONGEST_WORD, "%.*s", (int)strcspn(at, "|"), at);
        known[count] = words[count];
        count++;
    }
    diag_suggest(diag, lower, known, count);
}

static void check_number(struct diag *diag, const struct element *element, const struct attribute *attribute)
{
    uint64_t value;
    enum number_error error = number_parse(attribute->value, &value);
    if (error == NUMBER_OK) {
        return;
    }
    diag_error(diag, "number", attribute->place, "'%s' of attribute '%s' on element '%s' %s",
               attribute->value, attribute->name, element->name, number_error_text(error));
    if (strncmp(attribute->value, "0X", 2) == 0) {
        diag_hint(diag, "hexadecimal begins with a small 0x");
    } else if (attribute->value[0] == '-') {
        diag_hint(diag, "numbers are not negative");
    }
}

static void check_value(struct diag *diag, const struct element *element, const struct attribute *attribute,
                        const struct attribute_shape *shape)
{
    const char *value = attribute->value;
    if (shape->refusal != NULL) {
        diag_error(diag, "not-applicable", attribute->place, "attribute '%s' on element '%s': %s",
                   shape->name, element->name, shape->refusal);
    } else if (shape->type == SHAPE_NUMBER) {
        check_number(diag, element, attribute);
    } else if (shape->type == SHAPE_BOOL && !is_choice("true|false", value)) {
        diag_error(diag, "boolean", attribute->place,
                   "'%s' of attribute '%s' on element '%s' is not true or false", value, shape->name,
                   element->name);
        suggest_choice(diag, value, "true|false");
    } else if (shape->type == SHAPE_CHOICE && !is_choice(shape->choices, value)) {
        diag_error(diag, "choice", attribute->place,
                   "'%s' of attribute '%s' on element '%s' is not one of %s", value, shape->name,
                   element->name, shape->choices);
        suggest_choice(diag, value, shape->choices);
    } else if (shape->type == SHAPE_NAME && !shape_is_name(value)) {
        diag_error(diag, "name", attribute->place,
                   "'%s' of attribute '%s' on element '%s' is not a name of at most 63 letters, digits and _",
                   value, shape->name, element->name);
    } else if (shape->type == SHAPE_NAMES && value[strspn(value, " \t\r\n")] == '\0') {
        diag_error(diag, "name", attribute->place, "attribute '%s' on element '%s' names nothing",
                   shape->name, element->name);
    }
}

static const struct attribute_shape *find_attribute(const struct element_shape *shape, const char *name)
{
    for (const struct attribute_shape *at = shape->attributes; at->name != NULL; at++) {
        if (strcmp(at->name, name) == 0) {
            return at;
        }
    }
    return NULL;
}

static void report_attribute(struct diag *diag, const struct element *element,
                             const struct attribute *attribute, const struct element_shape *shape)
{
    const char *known[MOST_WORDS];
    size_t count = 0;
    for (const struct attribute_shape *at = shape->attributes; at->name != NULL && count < MOST_WORDS; at++) {
        known[count++] = at->name;
    }
    diag_error(diag, "attribute-unknown", attribute->place, "invalid attribute '%s' on element '%s'",
               attribute->name, element->name);
    diag_suggest(diag, attribute->name, known, count);
}

static void check_attributes(struct diag *diag, const struct element *element,
                             const struct element_shape *shape)
{
    for (size_t i = 0; i < element->attributes.count; i++) {
        const struct attribute *attribute = &element->attributes.at[i];
        const struct attribute_shape *known = find_attribute(shape, attribute->name);
        if (known != NULL) {
            check_value(diag, element, attribute, known);
        } else if (!shape->any_attributes) {
            report_attribute(diag, element, attribute, shape);
        }
    }
    for (const struct attribute_shape *at = shape->attributes; at->name != NULL; at++) {
        if (at->required && element_attribute(element, at->name) == NULL) {
            diag_error(diag, "attribute-missing", element->place, "missing attribute '%s' on element '%s'",
                       at->name, element->name);
        }
    }
}

static void report_child(struct diag *diag, const struct element *child, const struct element *parent,
                         const struct element_shape *shape)
{
    const char *known[MOST_WORDS];
    size_t count = 0;
    if (shape->any_elements) {
        diag_warning(diag, "element-ignored", child->place, "element '%s' in '%s' has no effect", child->name,
                     parent->name);
        return;
    }
    for (size_t i = 0; shape->children != NULL && shape->children[i] != NULL && count < MOST_WORDS; i++) {
        known[count++] = shape->children[i]->name;
    }
    diag_error(diag, "element-unknown", child->place, "invalid element '%s' in '%s'", child->name,
               parent->name);
    diag_suggest(diag, child->name, known, count);
}

static bool is_repeated(const struct element *parent, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(parent->children.at[i]->name, parent->children.at[index]->name) == 0) {
            return true;
        }
    }
    return false;
}

static void check_child(struct diag *diag, const struct element *parent, size_t index,
                        const struct element_shape *shape)
{
    struct element *child = parent->children.at[index];
    for (size_t i = 0; shape->children != NULL && shape->children[i] != NULL; i++) {
        const struct element_shape *known = shape->children[i];
        if (strcmp(known->name, child->name) != 0) {
            continue;
        }
        if (known->refusal != NULL) {
            diag_error(diag, "not-applicable", child->place, "element '%s': %s", child->name, known->refusal);
        } else if (known->once && is_repeated(parent, index)) {
            diag_error(diag, "element-repeated", child->place, "element '%s' may be given only once in '%s'",
                       child->name, parent->name);
        } else {
            check_element(diag, child, known);
        }
        return;
    }
    report_child(diag, child, parent, shape);
}

static void check_element(struct diag *diag, struct element *element, const struct element_shape *shape)
{
    size_t before = diag->errors;
    check_attributes(diag, element, shape);
    element->broken = diag->errors != before;
    if (element->text_place.line != 0 && shape->any_text) {
        diag_warning(diag, "text-ignored", element->text_place, "the text in element '%s' has no effect",
                     element->name);
    } else if (element->text_place.line != 0) {
        diag_error(diag, "text", element->text_place, "unexpected text in element '%s'", element->name);
    }
    for (size_t i = 0; i < element->children.count; i++) {
        check_child(diag, element, i, shape);
    }
}

bool shape_check(struct diag *diag, struct element *root, const struct element_shape *shape)
{
    if (strcmp(root->name, shape->name) != 0) {
        diag_error(diag, "root", root->place, "the root element is '%s', not '%s'", root->name, shape->name);
        diag_suggest(diag, root->name, &shape->name, 1);
        return false;
    }
    check_element(diag, root, shape);
    return true;
}
