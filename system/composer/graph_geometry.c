/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Integer geometry for the picture.
 */
#include "graph_geometry.h"

struct point graph_centre(const struct graph_node *node)
{
    return (struct point){node->column * GRAPH_CELL_WIDTH + GRAPH_CELL_WIDTH / 2,
                          GRAPH_TOP + node->row * GRAPH_CELL_HEIGHT + GRAPH_CELL_HEIGHT / 2};
}

struct box graph_box(const struct graph_node *node)
{
    struct point centre = graph_centre(node);
    return (struct box){centre.x - GRAPH_BOX_WIDTH / 2, centre.y - GRAPH_BOX_HEIGHT / 2, GRAPH_BOX_WIDTH,
                        GRAPH_BOX_HEIGHT};
}

/* Sign of the turn a -> b -> c. */
static int turn(struct point a, struct point b, struct point c)
{
    long long cross = (long long)(b.x - a.x) * (c.y - a.y) - (long long)(b.y - a.y) * (c.x - a.x);
    return cross < 0 ? -1 : cross > 0;
}

bool graph_lines_cross(struct point a, struct point b, struct point c, struct point d)
{
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

static bool inside(struct point point, struct box box)
{
    return point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y &&
           point.y <= box.y + box.height;
}

bool graph_line_hits(struct point from, struct point to, struct box box)
{
    struct point corners[4] = {{box.x, box.y},
                               {box.x + box.width, box.y + box.height},
                               {box.x, box.y + box.height},
                               {box.x + box.width, box.y}};
    return inside(from, box) || inside(to, box) || graph_lines_cross(from, to, corners[0], corners[1]) ||
           graph_lines_cross(from, to, corners[2], corners[3]);
}

bool graph_boxes_overlap(struct box a, struct box b)
{
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

static int magnitude(int value)
{
    return value < 0 ? -value : value;
}

struct point graph_leave(struct box box, struct point towards)
{
    struct point centre = {box.x + box.width / 2, box.y + box.height / 2};
    int dx = towards.x - centre.x, dy = towards.y - centre.y;
    bool sideways = dx != 0 && magnitude(dx) * box.height > magnitude(dy) * box.width;
    if (sideways) {
        int reach = dx > 0 ? box.width / 2 : -box.width / 2;
        return (struct point){centre.x + reach, centre.y + dy * reach / dx};
    }
    if (dy == 0) {
        return centre;
    }
    int reach = dy > 0 ? box.height / 2 : -box.height / 2;
    return (struct point){centre.x + dx * reach / dy, centre.y + reach};
}
