/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress of components: reading, checking, and handing it to the parent's program.
 */
#include "product_progress.h"

#include <stdlib.h>
#include <string.h>

#include "product_restart.h"
#include "shape.h"

enum { SHORTEST_MS = 100, LONGEST_MS = 3600000, MOST_COUNTERS = 4 };

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

void product_progress_parse(struct progress_watch *watch, const struct element *element)
{
    watch->share = element_text(element, "share", "");
    watch->counters = element_text(element, "counters", "");
    watch->deadline_ms = element_number(element, "deadline_ms", LONGEST_MS);
    watch->source = element;
}

static size_t count_names(const char *text)
{
    struct arena arena = {0};
    struct name_list list = {0};
    shape_names(&arena, text, &list);
    size_t count = list.names.count;
    free(list.names.at);
    arena_free(&arena);
    return count;
}

void product_progress_check(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        const struct progress_watch *watch = &component->progress;
        if (watch->source == NULL) {
            continue;
        }
        if (element_attribute(component->source, "parent") == NULL) {
            diag_error(diag, "progress-parent", watch->source->place,
                       "component '%s' has no parent that could watch it", component->name);
            continue;
        }
        if (!product_owns_share(product, i, watch->share)) {
            diag_error(diag, "progress-share", at(watch->source, "share"), "'%s' owns no share '%s'",
                       component->name, watch->share);
        }
        if (watch->deadline_ms < SHORTEST_MS || watch->deadline_ms > LONGEST_MS) {
            diag_error(diag, "progress-range", at(watch->source, "deadline_ms"), "deadline_ms is %d to %d",
                       SHORTEST_MS, LONGEST_MS);
        }
        if (count_names(watch->counters) > MOST_COUNTERS) {
            diag_error(diag, "progress-range", at(watch->source, "counters"), "at most %d counters",
                       MOST_COUNTERS);
        }
    }
}

const struct link *product_progress_link(const struct product *product, const struct links *links,
                                         size_t component)
{
    const struct progress_watch *watch = &product->components.at[component].progress;
    if (watch->source == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < links->all.count; i++) {
        const struct link *link = &links->all.at[i];
        if (link->connection->kind == CONNECTION_SHARE && link->from == component &&
            strcmp(link->connection->name, watch->share) == 0) {
            return link;
        }
    }
    return NULL;
}

void product_progress_constants(struct text *out, const struct product *product, size_t component)
{
    bool children = false;
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        if (child->parent != component) {
            continue;
        }
        text_add(out, "%s", children ? "" : "#define CHILD_PROGRESS(X)");
        children = true;
        if (child->progress.source != NULL) {
            text_add(out, " X(%zu, %s, \"%s\", %llu)", product_child_id(product, i), child->name,
                     child->progress.counters, (unsigned long long)child->progress.deadline_ms);
        }
    }
    text_add(out, "%s", children ? "\n" : "");
}
