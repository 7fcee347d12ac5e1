/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A product's connections with the wildcards resolved: exactly one producer and one consumer each, with the
 * names that regions and symbols get. Expansion and generated headers both follow it, so they cannot
 * disagree.
 */
#ifndef COMPOSER_LINKS_H
#define COMPOSER_LINKS_H

#include "product.h"

struct link {
    const struct connection *connection;
    size_t from, to;         /* components */
    const char *region;      /* name of the region, or what .prod and .cons are appended to */
    const char *from_symbol; /* what _own, _peer, _id are appended to in each program */
    const char *to_symbol;
};

struct links {
    LIST(struct link) all;
};

/* Resolve every connection, in the order of the description. The strings are owned by the arena. */
void links_make(struct links *links, struct arena *arena, const struct product *product);

void links_free(struct links *links);

#endif
