/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drawing the laid-out graph as SVG.
 */
#include <stdlib.h>
#include <string.h>

#include "graph_geometry.h"

enum { LINE_HEIGHT = 13, LETTER_WIDTH = 6, LABEL_MARGIN = 3 };

struct labels {
    LIST(struct box) placed;
};

static void add_escaped(struct text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;
        if (byte == '&' || byte == '<' || byte == '>' || byte == '"') {
            text_add(out, "&#%d;", byte);
        } else if (byte >= 0x20) {
            text_add(out, "%c", *value);
        }
    }
}

static const char *kind_class(enum graph_kind kind)
{
    return kind == GRAPH_DATA ? "data" : kind == GRAPH_CALL ? "call" : "signal";
}

/* The kind that decides how the line of an edge looks: data before calls before signals. */
static enum graph_kind edge_kind(const struct graph_edge *edge)
{
    enum graph_kind kind = GRAPH_SIGNAL;
    for (size_t i = 0; i < edge->labels.count; i++) {
        kind = edge->labels.at[i].kind < kind ? edge->labels.at[i].kind : kind;
    }
    return kind;
}

static bool points(const struct graph_edge *edge, bool forward)
{
    for (size_t i = 0; i < edge->labels.count; i++) {
        if (edge->labels.at[i].both || edge->labels.at[i].forward == forward) {
            return true;
        }
    }
    return false;
}

static void draw_line(struct text *out, const struct graph *graph, const struct graph_edge *edge)
{
    const struct graph_node *a = &graph->nodes.at[edge->a], *b = &graph->nodes.at[edge->b];
    struct point from = graph_leave(graph_box(a), graph_centre(b)),
                 to = graph_leave(graph_box(b), graph_centre(a));
    const char *kind = kind_class(edge_kind(edge));
    text_add(out, "  <line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"", kind, from.x, from.y, to.x,
             to.y);
    if (points(edge, false)) {
        text_add(out, " marker-start=\"url(#%s)\"", kind);
    }
    if (points(edge, true)) {
        text_add(out, " marker-end=\"url(#%s)\"", kind);
    }
    text_add(out, " />\n");
}

/* An arrow that shows which way a label's flow goes on the page. */
static const char *arrow(const struct graph *graph, const struct graph_edge *edge,
                         const struct graph_label *label)
{
    const struct graph_node *a = &graph->nodes.at[edge->a], *b = &graph->nodes.at[edge->b];
    int dx = label->forward ? b->column - a->column : a->column - b->column;
    int dy = label->forward ? b->row - a->row : a->row - b->row;
    if (label->both) {
        return dx != 0 ? "\u2194" : "\u2195";
    }
    return dx > 0 ? "\u2192" : dx < 0 ? "\u2190" : dy > 0 ? "\u2193" : "\u2191";
}

static struct box label_box(const struct graph_edge *edge, struct point centre)
{
    size_t longest = 0;
    for (size_t i = 0; i < edge->labels.count; i++) {
        size_t length = strlen(edge->labels.at[i].text) + 2;
        longest = length > longest ? length : longest;
    }
    int width = (int)longest * LETTER_WIDTH + 2 * LABEL_MARGIN;
    int height = (int)edge->labels.count * LINE_HEIGHT + 2;
    return (struct box){centre.x - width / 2, centre.y - height / 2, width, height};
}

static bool is_free(const struct graph *graph, const struct labels *labels, struct box box)
{
    for (size_t i = 0; i < labels->placed.count; i++) {
        if (graph_boxes_overlap(box, labels->placed.at[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < graph->nodes.count; i++) {
        if (graph_boxes_overlap(box, graph_box(&graph->nodes.at[i]))) {
            return false;
        }
    }
    return true;
}

/* The place nearest the edge, and there nearest its middle, where the labels cover nothing. */
static struct box place_label(const struct graph *graph, struct labels *labels, const struct graph_edge *edge)
{
    enum { MIDDLE = 50, FARTHEST = 35, ALONG = 2 * FARTHEST + 1 };
    static const int beside[] = {0, -LINE_HEIGHT, LINE_HEIGHT, -2 * LINE_HEIGHT, 2 * LINE_HEIGHT};
    struct point from = graph_centre(&graph->nodes.at[edge->a]), to = graph_centre(&graph->nodes.at[edge->b]);
    struct box box = {0};
    for (int i = 0; i < ALONG * (int)(sizeof beside / sizeof *beside); i++) {
        int step = i % ALONG;
        int percent = step % 2 == 0 ? MIDDLE - step / 2 : MIDDLE + (step + 1) / 2;
        struct point at = {from.x + (to.x - from.x) * percent / 100,
                           from.y + (to.y - from.y) * percent / 100 + beside[i / ALONG]};
        struct box attempt = label_box(edge, at);
        bool usable = is_free(graph, labels, attempt);
        box = i == 0 || usable ? attempt : box;
        if (usable) {
            break;
        }
    }
    *LIST_PUSH(&labels->placed) = box;
    return box;
}

static void draw_labels(struct text *out, const struct graph *graph, const struct graph_edge *edge,
                        struct box box)
{
    text_add(out, "  <rect class=\"paper\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" />\n", box.x, box.y,
             box.width, box.height);
    for (size_t i = 0; i < edge->labels.count; i++) {
        const struct graph_label *label = &edge->labels.at[i];
        text_add(out, "  <text class=\"%s\" x=\"%d\" y=\"%d\">", kind_class(label->kind),
                 box.x + box.width / 2, box.y + (int)(i + 1) * LINE_HEIGHT - 3);
        add_escaped(out, label->text);
        text_add(out, " %s</text>\n", arrow(graph, edge, label));
    }
}

static void draw_node(struct text *out, const struct graph_node *node)
{
    struct box box = graph_box(node);
    text_add(out, "  <rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" />\n",
             node->driver ? "driver" : "domain", box.x, box.y, box.width, box.height);
    int y = box.y + 20;
    text_add(out, "  <text class=\"name\" x=\"%d\" y=\"%d\">", box.x + box.width / 2, y);
    add_escaped(out, node->name);
    text_add(out, "</text>\n");
    for (size_t i = 0; i < 3; i++) {
        if (node->details[i] != NULL) {
            y += LINE_HEIGHT;
            text_add(out, "  <text class=\"detail\" x=\"%d\" y=\"%d\">", box.x + box.width / 2, y);
            add_escaped(out, node->details[i]);
            text_add(out, "</text>\n");
        }
    }
}

static void draw_head(struct text *out, const char *title, int width, int height)
{
    text_add(out,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
             "  <style>\n"
             "    text { font: 11px sans-serif; text-anchor: middle; fill: #222; }\n"
             "    text.title { font: bold 16px sans-serif; text-anchor: start; }\n"
             "    text.name { font: bold 13px sans-serif; }\n"
             "    text.detail { fill: #555; }\n"
             "    text.legend { text-anchor: start; }\n"
             "    text.data { fill: #1b5e20; } text.call { fill: #8a3ffc; } text.signal { fill: #666; }\n"
             "    line { stroke-width: 1.5; }\n"
             "    line.data { stroke: #2e7d32; }\n"
             "    line.call { stroke: #8a3ffc; stroke-dasharray: 6 4; }\n"
             "    line.signal { stroke: #888; stroke-dasharray: 2 3; }\n"
             "    rect.paper { fill: #fff; }\n"
             "    rect.domain { fill: #e8f0fe; stroke: #3367d6; }\n"
             "    rect.driver { fill: #fff3e0; stroke: #e65100; }\n"
             "  </style>\n"
             "  <defs>\n",
             width, height, width, height);
    static const struct {
        const char *id, *colour;
    } markers[] = {{"data", "#2e7d32"}, {"call", "#8a3ffc"}, {"signal", "#888"}};
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++) {
        text_add(out,
                 "    <marker id=\"%s\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
                 "markerHeight=\"7\" "
                 "orient=\"auto-start-reverse\"><path d=\"M0,0 L8,4 L0,8 z\" fill=\"%s\" /></marker>\n",
                 markers[i].id, markers[i].colour);
    }
    text_add(out, "  </defs>\n  <rect class=\"paper\" width=\"%d\" height=\"%d\" />\n", width, height);
    text_add(out, "  <text class=\"title\" x=\"20\" y=\"32\">");
    add_escaped(out, title);
    text_add(out, "</text>\n");
}

static void draw_legend(struct text *out, int y)
{
    static const struct {
        const char *kind, *text;
    } lines[] = {{"data", "memory, from writer to reader"},
                 {"call", "protected call, from client to server"},
                 {"signal", "notification only"}};
    int x = 20;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        text_add(out,
                 "  <line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" marker-end=\"url(#%s)\" />\n",
                 lines[i].kind, x, y, x + 40, y, lines[i].kind);
        text_add(out, "  <text class=\"legend\" x=\"%d\" y=\"%d\">%s</text>\n", x + 48, y + 4, lines[i].text);
        x += 70 + (int)strlen(lines[i].text) * LETTER_WIDTH;
    }
    text_add(out,
             "  <text class=\"legend\" x=\"20\" y=\"%d\">Orange: drivers, the only domains with a device. An "
             "arrow in "
             "a label shows the way of that flow.</text>\n",
             y + 24);
}

void graph_svg(struct text *out, const struct graph *graph, const struct report *report)
{
    int width = graph->columns * GRAPH_CELL_WIDTH, bottom = GRAPH_TOP + graph->rows * GRAPH_CELL_HEIGHT;
    struct labels labels = {0};
    draw_head(out, report_title(report), width < 760 ? 760 : width, bottom + GRAPH_LEGEND);
    for (size_t i = 0; i < graph->edges.count; i++) {
        draw_line(out, graph, &graph->edges.at[i]);
    }
    for (size_t i = 0; i < graph->edges.count; i++) {
        struct box box = place_label(graph, &labels, &graph->edges.at[i]);
        draw_labels(out, graph, &graph->edges.at[i], box);
    }
    for (size_t i = 0; i < graph->nodes.count; i++) {
        draw_node(out, &graph->nodes.at[i]);
    }
    draw_legend(out, bottom + 10);
    text_add(out, "</svg>\n");
    free(labels.placed.at);
}
