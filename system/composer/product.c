/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a product description.
 */
#include "product.h"

#include <stdlib.h>
#include <string.h>

#include "product_boot.h"
#include "product_budget.h"
#include "product_extras.h"
#include "product_postmortem.h"
#include "product_progress.h"
#include "product_restart.h"
#include "product_shape.h"
#include "shape.h"

static const struct {
    const char *element, *from, *to;
} kinds[] = {
    [CONNECTION_RING] = {"ring", "producer", "consumer"},
    [CONNECTION_SHARE] = {"share", "owner", "reader"},
    [CONNECTION_CALL] = {"call", "client", "server"},
    [CONNECTION_SIGNAL] = {"signal", "from", "to"},
};

const char *product_from_attribute(enum connection_kind kind)
{
    return kinds[kind].from;
}

const char *product_to_attribute(enum connection_kind kind)
{
    return kinds[kind].to;
}

size_t product_find(const struct product *product, const char *name)
{
    for (size_t i = 0; i < product->components.count; i++) {
        if (strcmp(product->components.at[i].name, name) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

bool product_owns_share(const struct product *product, size_t component, const char *share)
{
    for (size_t i = 0; i < product->connections.count; i++) {
        const struct connection *connection = &product->connections.at[i];
        if (connection->kind == CONNECTION_SHARE && strcmp(connection->name, share) == 0 &&
            (connection->from == component || (connection->every && connection->to != component))) {
            return true;
        }
    }
    return false;
}

void product_suggest(const struct product *product, struct diag *diag, const char *name)
{
    LIST(const char *) names = {0};
    for (size_t i = 0; i < product->components.count; i++) {
        *LIST_PUSH(&names) = product->components.at[i].name;
    }
    diag_suggest(diag, name, names.at, names.count);
    free(names.at);
}

static void parse_component(struct product *product, const struct element *element)
{
    struct component *component = LIST_PUSH(&product->components);
    component->name = element_text(element, "name", "");
    component->program = element_text(element, "program", "");
    component->driver = strcmp(element_text(element, "kind", ""), "driver") == 0;
    component->parent = NO_INDEX;
    component->source = element;
    for (size_t i = 0; i < element->children.count; i++) {
        const struct element *child = element->children.at[i];
        const char *name = element_text(child, "name", "");
        if (child->broken) {
            continue;
        }
        if (strcmp(child->name, "device") == 0) {
            *LIST_PUSH(&component->devices) = (struct product_device){
                name, element_text(child, "as", ""), element_number(child, "dma_size", 0), child};
        } else if (strcmp(child->name, "config") == 0) {
            *LIST_PUSH(&component->configs) =
                (struct product_config){name, element_text(child, "file", ""), child};
        } else if (strcmp(child->name, "restart") == 0) {
            product_restart_parse(&component->restart, child);
        } else if (strcmp(child->name, "progress") == 0) {
            product_progress_parse(&component->progress, child);
        } else if (strcmp(child->name, "postmortem") == 0) {
            product_postmortem_parse(&component->postmortem, child);
        } else if (strcmp(child->name, "budget") == 0) {
            product_budget_parse(&component->budget, child);
        }
    }
}

/* Resolve a name in an attribute to a component; NO_INDEX after an error. */
static size_t resolve_name(const struct product *product, struct diag *diag, const struct element *element,
                           const char *attribute, const char *name)
{
    size_t index = product_find(product, name);
    if (index == NO_INDEX) {
        diag_error(diag, "component-known", element_place(element, attribute, element->place),
                   "no component is called '%s'", name);
        product_suggest(product, diag, name);
    }
    return index;
}

static size_t resolve(const struct product *product, struct diag *diag, const struct element *element,
                      const char *attribute)
{
    return resolve_name(product, diag, element, attribute, element_text(element, attribute, ""));
}

/* A connection without its far end. */
static struct connection *add_connection(struct product *product, struct diag *diag,
                                         const struct element *element, enum connection_kind kind)
{
    struct connection *connection = LIST_PUSH(&product->connections);
    connection->kind = kind;
    connection->name = element_text(element, "name", "");
    connection->every = (kind == CONNECTION_RING || kind == CONNECTION_SHARE) &&
                        strcmp(element_text(element, kinds[kind].from, ""), "*") == 0;
    connection->from = connection->every ? NO_INDEX : resolve(product, diag, element, kinds[kind].from);
    connection->slots = element_number(element, "slots", 0);
    connection->slot_size = element_number(element, "slot_size", 0);
    connection->size = element_number(element, "size", 0);
    connection->source = element;
    return connection;
}

/* One connection for each reader; without one the share leads nowhere. */
static void parse_share(struct product *product, struct diag *diag, const struct element *element)
{
    const char *attribute = kinds[CONNECTION_SHARE].to;
    struct name_list readers = {0};
    if (element_attribute(element, attribute) == NULL) {
        add_connection(product, diag, element, CONNECTION_SHARE)->to = NO_INDEX;
        return;
    }
    shape_names(&diag->arena, element_text(element, attribute, ""), &readers);
    for (size_t i = 0; i < readers.names.count; i++) {
        size_t to = resolve_name(product, diag, element, attribute, readers.names.at[i]);
        struct connection *share = add_connection(product, diag, element, CONNECTION_SHARE);
        share->to = to;
        share->further = i > 0;
        if (share->every && i == 1) {
            diag_error(diag, "share-readers", element_place(element, attribute, element->place),
                       "a share of every component has one reader");
        }
    }
    free(readers.names.at);
}

static void parse_connection(struct product *product, struct diag *diag, const struct element *element,
                             enum connection_kind kind)
{
    if (kind == CONNECTION_SHARE) {
        parse_share(product, diag, element);
        return;
    }
    size_t to = resolve(product, diag, element, kinds[kind].to);
    add_connection(product, diag, element, kind)->to = to;
}

static void parse_connections(struct product *product, struct diag *diag, const struct element *root)
{
    for (size_t i = 0; i < root->children.count; i++) {
        for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
            if (!root->children.at[i]->broken &&
                strcmp(root->children.at[i]->name, kinds[kind].element) == 0) {
                parse_connection(product, diag, root->children.at[i], (enum connection_kind)kind);
            }
        }
    }
}

static void resolve_parents(struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        struct component *component = &product->components.at[i];
        if (element_attribute(component->source, "parent") != NULL) {
            component->parent = resolve(product, diag, component->source, "parent");
        }
    }
}

bool product_parse(struct product *product, struct diag *diag, struct element *root)
{
    size_t before = diag->errors;
    if (!shape_check(diag, root, &product_shape)) {
        return false;
    }
    product->name = element_text(root, "name", "");
    product->file = root->place.file;
    for (size_t i = 0; i < root->children.count; i++) {
        bool component = strcmp(root->children.at[i]->name, "component") == 0;
        if (component && element_attribute(root->children.at[i], "name") != NULL) {
            parse_component(product, root->children.at[i]);
        } else if (strcmp(root->children.at[i]->name, "policy") == 0) {
            product->policy = root->children.at[i];
        } else if (strcmp(root->children.at[i]->name, "boot") == 0) {
            product->boot = root->children.at[i];
        }
    }
    resolve_parents(product, diag);
    parse_connections(product, diag, root);
    product_check(product, diag);
    product_restart_check(product, diag);
    product_progress_check(product, diag);
    product_postmortem_check(product, diag);
    product_budget_check(product, diag);
    product_extras_check(product, diag);
    product_boot_check(product, diag);
    return diag->errors == before;
}

void product_free(struct product *product)
{
    for (size_t i = 0; i < product->components.count; i++) {
        free(product->components.at[i].devices.at);
        free(product->components.at[i].configs.at);
    }
    free(product->components.at);
    free(product->connections.at);
    *product = (struct product){0};
}
