/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes of the picture and integer geometry that layout and drawing share. Units are SVG user units.
 */
#ifndef COMPOSER_GRAPH_GEOMETRY_H
#define COMPOSER_GRAPH_GEOMETRY_H

#include "graph.h"

enum {
    GRAPH_CELL_WIDTH = 270,
    GRAPH_CELL_HEIGHT = 150,
    GRAPH_BOX_WIDTH = 168,
    GRAPH_BOX_HEIGHT = 66,
    GRAPH_TOP = 60,
    GRAPH_LEGEND = 60
};

struct point {
    int x, y;
};

struct box {
    int x, y, width, height;
};

/* Centre of a node, and its box. */
struct point graph_centre(const struct graph_node *node);
struct box graph_box(const struct graph_node *node);

/* Does the straight line touch the box; do two lines cross in a point that is not an end of both. */
bool graph_line_hits(struct point from, struct point to, struct box box);
bool graph_lines_cross(struct point a, struct point b, struct point c, struct point d);

/* Do two boxes overlap. */
bool graph_boxes_overlap(struct box a, struct box b);

/* Where the line from the centre of a box to a point outside leaves the box. */
struct point graph_leave(struct box box, struct point towards);

#endif
