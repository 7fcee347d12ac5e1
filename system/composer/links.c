/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resolving wildcards in connections.
 */
#include "links.h"

#include <stdlib.h>

static void add(struct links *links, struct arena *arena, const struct product *product,
                const struct connection *connection, size_t from)
{
    const char *name = connection->name;
    const char *component = product->components.at[from].name;
    struct link *link = LIST_PUSH(&links->all);
    link->connection = connection;
    link->from = from;
    link->to = connection->to;
    bool by_component = connection->every || connection->kind == CONNECTION_SHARE;
    link->region = by_component ? arena_print(arena, "%s.%s", name, component) : name;
    link->from_symbol = name;
    bool one_of_many = connection->every || connection->kind == CONNECTION_CALL;
    link->to_symbol = one_of_many ? arena_print(arena, "%s_%s", name, component) : name;
}

void links_make(struct links *links, struct arena *arena, const struct product *product)
{
    for (size_t i = 0; i < product->connections.count; i++) {
        const struct connection *connection = &product->connections.at[i];
        if (!connection->every) {
            add(links, arena, product, connection, connection->from);
            continue;
        }
        for (size_t from = 0; from < product->components.count; from++) {
            if (from != connection->to) {
                add(links, arena, product, connection, from);
            }
        }
    }
}

void links_free(struct links *links)
{
    free(links->all.at);
    *links = (struct links){0};
}
