/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout by local search on a grid: nodes move or swap while that makes the picture better, from several
 * fixed starting positions; the best result wins. Everything is integer and seeded, so a system always looks
 * the same.
 */
#include <stdlib.h>

#include "graph_geometry.h"

enum { COST_CROSSING = 90, COST_HIT = 600, COST_UNIT = 10, MOST_STARTS = 40, MOST_SWEEPS = 30 };

struct layout {
    struct graph *graph;
    size_t *cells; /* node in each cell, NO_INDEX: free */
    size_t cell_count;
    uint64_t random;
    long long work; /* cost evaluations left, in comparisons of edges */
};

static void put(struct layout *layout, size_t node, size_t cell)
{
    layout->cells[cell] = node;
    if (node != NO_INDEX) {
        layout->graph->nodes.at[node].column = (int)cell % layout->graph->columns;
        layout->graph->nodes.at[node].row = (int)cell / layout->graph->columns;
    }
}

static size_t cell_of(const struct layout *layout, size_t node)
{
    const struct graph_node *at = &layout->graph->nodes.at[node];
    return (size_t)at->row * (size_t)layout->graph->columns + (size_t)at->column;
}

/* Length, and nodes in the way, of one edge. */
static long long edge_cost(const struct graph *graph, const struct graph_edge *edge)
{
    const struct graph_node *a = &graph->nodes.at[edge->a], *b = &graph->nodes.at[edge->b];
    int dx = a->column - b->column, dy = a->row - b->row;
    long long cost = (long long)COST_UNIT * (dx * dx + dy * dy);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        if (i != edge->a && i != edge->b &&
            graph_line_hits(graph_centre(a), graph_centre(b), graph_box(&graph->nodes.at[i]))) {
            cost += COST_HIT;
        }
    }
    return cost;
}

static long long total_cost(struct layout *layout)
{
    const struct graph *graph = layout->graph;
    long long cost = 0;
    for (size_t i = 0; i < graph->edges.count; i++) {
        const struct graph_edge *edge = &graph->edges.at[i];
        struct point from = graph_centre(&graph->nodes.at[edge->a]),
                     to = graph_centre(&graph->nodes.at[edge->b]);
        cost += edge_cost(graph, edge);
        for (size_t j = 0; j < i; j++) {
            const struct graph_edge *other = &graph->edges.at[j];
            struct point start = graph_centre(&graph->nodes.at[other->a]);
            cost += graph_lines_cross(from, to, start, graph_centre(&graph->nodes.at[other->b]))
                        ? COST_CROSSING
                        : 0;
        }
    }
    layout->work -= (long long)(graph->edges.count * (graph->edges.count / 2 + graph->nodes.count)) + 1;
    return cost;
}

static void swap_cells(struct layout *layout, size_t a, size_t b)
{
    size_t node = layout->cells[a];
    put(layout, layout->cells[b], a);
    put(layout, node, b);
}

/* Move one node to the first cell that makes the picture better. */
static bool improve(struct layout *layout, size_t node, long long *cost)
{
    for (size_t cell = 0; cell < layout->cell_count && layout->work > 0; cell++) {
        size_t home = cell_of(layout, node);
        if (cell == home) {
            continue;
        }
        swap_cells(layout, home, cell);
        long long attempt = total_cost(layout);
        if (attempt < *cost) {
            *cost = attempt;
            return true;
        }
        swap_cells(layout, home, cell);
    }
    return false;
}

static long long descend(struct layout *layout)
{
    long long cost = total_cost(layout);
    bool better = true;
    for (int sweep = 0; sweep < MOST_SWEEPS && better && layout->work > 0; sweep++) {
        better = false;
        for (size_t node = 0; node < layout->graph->nodes.count; node++) {
            better = improve(layout, node, &cost) || better;
        }
    }
    return cost;
}

/* A small generator with a fixed seed; quality does not matter here, sameness does. */
static size_t random_below(struct layout *layout, size_t bound)
{
    layout->random = layout->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(layout->random >> 33) % bound;
}

static void shuffle(struct layout *layout)
{
    for (size_t i = layout->cell_count; i > 1; i--) {
        swap_cells(layout, i - 1, random_below(layout, i));
    }
}

static void search(struct layout *layout, size_t *best)
{
    size_t count = layout->graph->nodes.count;
    long long best_cost = -1;
    for (int start = 0; start < MOST_STARTS && layout->work > 0; start++) {
        if (start > 0) {
            shuffle(layout);
        }
        long long cost = descend(layout);
        if (best_cost < 0 || cost < best_cost) {
            best_cost = cost;
            for (size_t i = 0; i < count; i++) {
                best[i] = cell_of(layout, i);
            }
        }
    }
}

static void choose_grid(struct graph *graph)
{
    int count = (int)graph->nodes.count;
    graph->columns = 1;
    while (graph->columns * (graph->columns * 2 / 3 + 1) < count + count / 4) {
        graph->columns++;
    }
    graph->rows = graph->columns * 2 / 3 + 1;
}

/* Drop rows and columns at the upper and left side that stayed empty, then those behind the last node. */
static void trim(struct graph *graph)
{
    int left = graph->columns, top = graph->rows, right = 0, bottom = 0;
    for (size_t i = 0; i < graph->nodes.count; i++) {
        const struct graph_node *node = &graph->nodes.at[i];
        left = node->column < left ? node->column : left;
        right = node->column > right ? node->column : right;
        top = node->row < top ? node->row : top;
        bottom = node->row > bottom ? node->row : bottom;
    }
    for (size_t i = 0; i < graph->nodes.count; i++) {
        graph->nodes.at[i].column -= left;
        graph->nodes.at[i].row -= top;
    }
    graph->columns = right - left + 1;
    graph->rows = bottom - top + 1;
}

void graph_layout(struct graph *graph)
{
    if (graph->nodes.count == 0) {
        return;
    }
    choose_grid(graph);
    struct layout layout = {.graph = graph, .random = 1, .work = 60000000};
    layout.cell_count = (size_t)graph->columns * (size_t)graph->rows;
    layout.cells = arena_room(&graph->arena, layout.cell_count * sizeof *layout.cells);
    for (size_t i = 0; i < layout.cell_count; i++) {
        put(&layout, i < graph->nodes.count ? i : NO_INDEX, i);
    }
    size_t *best = arena_room(&graph->arena, graph->nodes.count * sizeof *best);
    search(&layout, best);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        graph->nodes.at[i].column = (int)best[i] % graph->columns;
        graph->nodes.at[i].row = (int)best[i] / graph->columns;
    }
    trim(graph);
}
