/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serialising trees of elements as XML.
 */
#include "system_text.h"

static void add_escaped(struct text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        switch (*value) {
        case '&':
            text_add(out, "&amp;");
            break;
        case '<':
            text_add(out, "&lt;");
            break;
        case '"':
            text_add(out, "&quot;");
            break;
        case '\t':
        case '\n':
        case '\r':
            text_add(out, "&#%d;", *value);
            break;
        default:
            text_add(out, "%c", *value);
        }
    }
}

static void add_element(struct text *out, const struct element *element, int depth)
{
    text_add(out, "%*s<%s", depth * 4, "", element->name);
    for (size_t i = 0; i < element->attributes.count; i++) {
        text_add(out, " %s=\"", element->attributes.at[i].name);
        add_escaped(out, element->attributes.at[i].value);
        text_add(out, "\"");
    }
    if (element->children.count == 0) {
        text_add(out, " />\n");
        return;
    }
    text_add(out, ">\n");
    for (size_t i = 0; i < element->children.count; i++) {
        add_element(out, element->children.at[i], depth + 1);
    }
    text_add(out, "%*s</%s>\n", depth * 4, "", element->name);
}

void system_text(struct text *out, const struct element *root)
{
    text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add_element(out, root, 0);
}
