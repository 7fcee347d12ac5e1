/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules of a product description that look at more than one element or at a number's range.
 */
#include <string.h>

#include "product.h"

enum { LARGEST_RING = 0x10000000 };

static struct place at(const struct element *element, const char *attribute)
{
    return element_place(element, attribute, element->place);
}

static void check_component_names(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        if (product_find(product, component->name) != i) {
            diag_error(diag, "component-unique", at(component->source, "name"),
                       "component '%s' is described twice", component->name);
        }
    }
}

/* Follow the parents upwards; more steps than components means a circle. */
static void check_parents(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        size_t at_component = i, steps = 0;
        while (at_component != NO_INDEX && steps <= product->components.count) {
            at_component = product->components.at[at_component].parent;
            steps++;
        }
        if (at_component != NO_INDEX) {
            diag_error(diag, "component-parent", at(product->components.at[i].source, "parent"),
                       "component '%s' is, through its parents, a parent of itself",
                       product->components.at[i].name);
        }
    }
}

static void check_needs(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *component = &product->components.at[i];
        for (size_t j = 0; j < component->configs.count; j++) {
            for (size_t k = 0; k < j; k++) {
                if (strcmp(component->configs.at[j].name, component->configs.at[k].name) == 0) {
                    diag_error(diag, "config-unique", at(component->configs.at[j].source, "name"),
                               "component '%s' has two configs called '%s'", component->name,
                               component->configs.at[j].name);
                }
            }
        }
        for (size_t j = 0; j < component->devices.count; j++) {
            const struct element *source = component->devices.at[j].source;
            if (element_attribute(source, "dma_size") != NULL && component->devices.at[j].dma_size == 0) {
                diag_error(diag, "device-dma-size", at(source, "dma_size"), "a DMA region cannot be empty");
            }
        }
    }
}

static bool has_no_region(const struct connection *connection)
{
    return connection->kind == CONNECTION_CALL || connection->kind == CONNECTION_SIGNAL;
}

/* Rings and shares name regions, so their names are unique; a call's name may be used once by each client. */
static void check_connection_names(const struct product *product, struct diag *diag)
{
    for (size_t i = 0; i < product->connections.count; i++) {
        const struct connection *a = &product->connections.at[i];
        for (size_t j = 0; j < i; j++) {
            const struct connection *b = &product->connections.at[j];
            bool calls = a->kind == CONNECTION_CALL && b->kind == CONNECTION_CALL;
            bool mixed = a->kind != b->kind && (has_no_region(a) || has_no_region(b));
            if (a->source != b->source && strcmp(a->name, b->name) == 0 && !mixed &&
                (!calls || a->from == b->from)) {
                diag_error(diag, "connection-unique", at(a->source, "name"),
                           "the name '%s' is already used in line %u", a->name, b->source->place.line);
                break;
            }
        }
    }
}

static void check_ends(const struct connection *connection, struct diag *diag)
{
    if (connection->from == connection->to && connection->to != NO_INDEX) {
        diag_error(diag, "connection-self", at(connection->source, product_to_attribute(connection->kind)),
                   "'%s' connects a component to itself", connection->name);
    }
}

static void check_ring(const struct connection *ring, struct diag *diag)
{
    if (ring->slots == 0 || (ring->slots & (ring->slots - 1)) != 0 || ring->slots > LARGEST_RING) {
        diag_error(diag, "ring-slots", at(ring->source, "slots"), "the slots of a ring are a power of two");
        return;
    }
    if (ring->slot_size == 0 || ring->slot_size % 8 != 0 || ring->slot_size > LARGEST_RING / ring->slots) {
        diag_error(diag, "ring-slot-size", at(ring->source, "slot_size"),
                   "a slot has a multiple of 8 bytes, and a ring at most 256 MiB");
    }
}

static void check_share(const struct connection *share, struct diag *diag)
{
    if (share->size == 0 || share->size > LARGEST_RING) {
        diag_error(diag, "share-size", at(share->source, "size"), "a share has 1 byte to 256 MiB");
    }
}

void product_check(const struct product *product, struct diag *diag)
{
    check_component_names(product, diag);
    check_parents(product, diag);
    check_needs(product, diag);
    check_connection_names(product, diag);
    for (size_t i = 0; i < product->connections.count; i++) {
        const struct connection *connection = &product->connections.at[i];
        check_ends(connection, diag);
        if (connection->kind == CONNECTION_RING) {
            check_ring(connection, diag);
        } else if (connection->kind == CONNECTION_SHARE && !connection->further) {
            check_share(connection, diag);
        }
    }
}
