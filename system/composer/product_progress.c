/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress of components: reading, checking, and handing it to the parent's program.
 */
#include "product_progress.h"

#include <stdlib.h>
#include <string.h>

#include "product_restart.h"
#include "shape.h"

enum { SHORTEST_MS = 100, LONGEST_MS = 3600000, MOST_COUNTERS = 8 };

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

void product_progress_parse(struct progress_watch *watch, const struct element *element)
{
    watch->share = element_text(element, "share", "");
    watch->counters = element_text(element, "counters", "");
    watch->demand = element_text(element, "demand", "");
    watch->waits = element_text(element, "waits", "");
    watch->deadline_ms = element_number(element, "deadline_ms", LONGEST_MS);
    watch->source = element;
}

/* Splits COMPONENT.COUNTER: the component, NO_INDEX if it is not one; *counter is what follows the first dot.
 */
static size_t demander(const struct product *product, const char *word, const char **counter)
{
    size_t length = strcspn(word, ".");
    *counter = word + length + (word[length] == '.' ? 1 : 0);
    for (size_t i = 0; i < product->components.count; i++) {
        const char *name = product->components.at[i].name;
        if (strlen(name) == length && memcmp(name, word, length) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

/* Each word of the attribute is a counter that the parent sees, and not the component's own. */
static void check_demand(const struct product *product, struct diag *diag, size_t component,
                         const char *attribute, const char *words)
{
    const struct component *watched = &product->components.at[component];
    struct arena arena = {0};
    struct name_list list = {0};
    shape_names(&arena, words, &list);
    for (size_t i = 0; i < list.names.count; i++) {
        const char *counter;
        size_t other = demander(product, list.names.at[i], &counter);
        if (other == NO_INDEX || *counter == '\0') {
            diag_error(diag, "progress-demand", at(watched->progress.source, attribute),
                       "'%s' is no component and its counter, as in 'net.tx_frames'", list.names.at[i]);
        } else if (other == component || product->components.at[other].progress.source == NULL ||
                   product->components.at[other].parent != watched->parent) {
            diag_error(diag, "progress-demand", at(watched->progress.source, attribute),
                       "the parent of '%s' watches no other component '%s'", watched->name,
                       product->components.at[other].name);
        }
    }
    free(list.names.at);
    arena_free(&arena);
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
        check_demand(product, diag, i, "demand", watch->demand);
        check_demand(product, diag, i, "waits", watch->waits);
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

/* X(child, component, "counter", kind) for each word. */
static void add_demand(struct text *out, const struct product *product, size_t component, const char *words,
                       const char *kind)
{
    struct arena arena = {0};
    struct name_list list = {0};
    shape_names(&arena, words, &list);
    for (size_t i = 0; i < list.names.count; i++) {
        const char *counter;
        size_t other = demander(product, list.names.at[i], &counter);
        if (other != NO_INDEX) {
            text_add(out, " X(%zu, %s, \"%s\", %s)", product_child_id(product, component),
                     product->components.at[other].name, counter, kind);
        }
    }
    free(list.names.at);
    arena_free(&arena);
}

static bool watches(const struct product *product, size_t parent)
{
    for (size_t i = 0; i < product->components.count; i++) {
        if (product->components.at[i].parent == parent) {
            return true;
        }
    }
    return false;
}

void product_progress_constants(struct text *out, const struct product *product, size_t component)
{
    if (!watches(product, component)) {
        return;
    }
    text_add(out, "#define CHILD_PROGRESS(X)");
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        if (child->parent == component && child->progress.source != NULL) {
            text_add(out, " X(%zu, %s, \"%s\", %llu)", product_child_id(product, i), child->name,
                     child->progress.counters, (unsigned long long)child->progress.deadline_ms);
        }
    }
    text_add(out, "\n#define CHILD_DEMANDS(X)");
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        if (child->parent == component && child->progress.source != NULL) {
            add_demand(out, product, i, child->progress.demand, "MOVES");
            add_demand(out, product, i, child->progress.waits, "WAITS");
        }
    }
    text_add(out, "\n");
}
