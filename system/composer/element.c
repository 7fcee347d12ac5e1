/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building and reading trees of elements.
 */
#include "element.h"

#include <stdlib.h>
#include <string.h>

#include "number.h"

struct element *element_new(struct arena *arena, const char *name, struct place place)
{
    struct element *element = arena_room(arena, sizeof *element);
    element->name = name;
    element->place = place;
    return element;
}

struct element *element_add(struct arena *arena, struct element *parent, const char *name, struct place place)
{
    struct element *child = element_new(arena, name, place);
    *LIST_PUSH(&parent->children) = child;
    return child;
}

void element_set(struct element *element, const char *name, const char *value, struct place place)
{
    *LIST_PUSH(&element->attributes) = (struct attribute){name, value, place};
}

const struct attribute *element_attribute(const struct element *element, const char *name)
{
    for (size_t i = 0; element != NULL && i < element->attributes.count; i++) {
        if (strcmp(element->attributes.at[i].name, name) == 0) {
            return &element->attributes.at[i];
        }
    }
    return NULL;
}

const char *element_text(const struct element *element, const char *name, const char *default_value)
{
    const struct attribute *attribute = element_attribute(element, name);
    return attribute == NULL ? default_value : attribute->value;
}

uint64_t element_number(const struct element *element, const char *name, uint64_t default_value)
{
    const struct attribute *attribute = element_attribute(element, name);
    uint64_t value;
    return attribute != NULL && number_parse(attribute->value, &value) == NUMBER_OK ? value : default_value;
}

bool element_bool(const struct element *element, const char *name, bool default_value)
{
    const char *text = element_text(element, name, "");
    return strcmp(text, "true") == 0 || (strcmp(text, "false") != 0 && default_value);
}

struct place element_place(const struct element *element, const char *name, struct place fallback)
{
    const struct attribute *attribute = element_attribute(element, name);
    if (attribute != NULL) {
        return attribute->place;
    }
    return element != NULL ? element->place : fallback;
}

void element_free(struct element *element)
{
    if (element == NULL) {
        return;
    }
    for (size_t i = 0; i < element->children.count; i++) {
        element_free(element->children.at[i]);
    }
    free(element->children.at);
    free(element->attributes.at);
    element->children.at = NULL;
    element->attributes.at = NULL;
    element->children.count = element->attributes.count = 0;
}
