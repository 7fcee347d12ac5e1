/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Last words of components: reading, checking, and handing them to the programs of both sides.
 */
#include "product_postmortem.h"

#include <string.h>

#include "product_restart.h"

void product_postmortem_parse(struct postmortem *postmortem, const struct element *element)
{
    postmortem->share = element_text(element, "share", "");
    postmortem->secret = strcmp(element_text(element, "secret", "false"), "true") == 0;
    postmortem->source = element;
}

void product_postmortem_check(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        const struct element *source = component->postmortem.source;
        if (source == NULL) {
            continue;
        }
        if (element_attribute(component->source, "parent") == NULL) {
            diag_error(diag, "postmortem-parent", source->place,
                       "component '%s' has no parent that could keep its last words", component->name);
        } else if (!product_owns_share(product, i, component->postmortem.share)) {
            diag_error(diag, "postmortem-share", element_place(source, "share", source->place),
                       "'%s' owns no share '%s'", component->name, component->postmortem.share);
        }
    }
}

const struct link *product_postmortem_link(const struct product *product, const struct links *links,
                                           size_t component)
{
    const struct postmortem *postmortem = &product->components.at[component].postmortem;
    for (size_t i = 0; postmortem->source != NULL && i < links->all.count; i++) {
        const struct link *link = &links->all.at[i];
        if (link->connection->kind == CONNECTION_SHARE && link->from == component &&
            strcmp(link->connection->name, postmortem->share) == 0) {
            return link;
        }
    }
    return NULL;
}

static void add_words(struct text *out, const struct product *product, const struct links *links,
                      size_t component)
{
    const struct link *words = product_postmortem_link(product, links, component);
    text_add(out, "#define PORTS_LAST_WORDS(X)");
    if (words != NULL) {
        text_add(out, " X(%s, %llu, %d)", words->from_symbol, (unsigned long long)words->connection->size,
                 product->components.at[component].postmortem.secret);
    }
    text_add(out, "\n#define PORTS_RINGS(X)");
    for (size_t i = 0; i < links->all.count; i++) {
        const struct link *link = &links->all.at[i];
        if (link->connection->kind == CONNECTION_RING && (link->from == component || link->to == component)) {
            bool producer = link->from == component;
            text_add(out, " X(%s, %s, %llu, %llu)", producer ? link->from_symbol : link->to_symbol,
                     producer ? "PRODUCER" : "CONSUMER", (unsigned long long)link->connection->slots,
                     (unsigned long long)link->connection->slot_size);
        }
    }
    text_add(out, "\n");
}

void product_postmortem_constants(struct text *out, const struct product *product, const struct links *links,
                                  size_t component)
{
    bool children = false;
    add_words(out, product, links, component);
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        const struct link *words = product_postmortem_link(product, links, i);
        if (child->parent != component) {
            continue;
        }
        text_add(out, "%s", children ? "" : "#define CHILD_POSTMORTEM(X)");
        children = true;
        if (words != NULL) {
            text_add(out, " X(%zu, %s, %llu, %d)", product_child_id(product, i), child->name,
                     (unsigned long long)words->connection->size, child->postmortem.secret);
        }
    }
    text_add(out, "%s", children ? "\n" : "");
}
