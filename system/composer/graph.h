/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture of a system: protection domains and what flows between them, as SVG with a layout of our own
 * and as text for Graphviz. Integer arithmetic only, so that the output is the same everywhere.
 */
#ifndef COMPOSER_GRAPH_H
#define COMPOSER_GRAPH_H

#include "report.h"

enum graph_kind { GRAPH_DATA, GRAPH_CALL, GRAPH_SIGNAL };

struct graph_label {
    const char *text;
    enum graph_kind kind;
    bool forward; /* from the edge's first node to the second */
    bool both;    /* written by both sides, or signals both ways */
};

/* Everything between one pair of domains; a < b. */
struct graph_edge {
    size_t a, b;
    LIST(struct graph_label) labels;
};

struct graph_node {
    const char *name;
    const char *details[3]; /* lines below the name, NULL: none */
    bool driver;            /* maps device memory */
    int column, row;        /* filled by the layout */
};

struct graph {
    struct arena arena;
    LIST(struct graph_node) nodes;
    LIST(struct graph_edge) edges;
    int columns, rows;
};

/* Collect nodes and edges. */
void graph_build(struct graph *graph, const struct report *report);

/* Place the nodes on a grid: short edges, few crossings, no edge through a node. */
void graph_layout(struct graph *graph);

void graph_svg(struct text *out, const struct graph *graph, const struct report *report);
void graph_dot(struct text *out, const struct graph *graph);

void graph_free(struct graph *graph);

#endif
