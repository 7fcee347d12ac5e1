/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The graph as text for Graphviz, for those who prefer its layouts.
 */
#include "graph.h"

static void add_quoted(struct text *out, const char *value)
{
    text_add(out, "\"");
    for (; *value != '\0'; value++) {
        text_add(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    }
    text_add(out, "\"");
}

static void add_label(struct text *out, const struct graph *graph, const struct graph_edge *edge,
                      const struct graph_label *label)
{
    static const char *const styles[] = {
        [GRAPH_DATA] = "solid", [GRAPH_CALL] = "dashed", [GRAPH_SIGNAL] = "dotted"};
    text_add(out, "  ");
    add_quoted(out, graph->nodes.at[label->forward ? edge->a : edge->b].name);
    text_add(out, " -> ");
    add_quoted(out, graph->nodes.at[label->forward ? edge->b : edge->a].name);
    text_add(out, " [label=");
    add_quoted(out, label->text);
    text_add(out, ", style=%s%s];\n", styles[label->kind], label->both ? ", dir=both" : "");
}

void graph_dot(struct text *out, const struct graph *graph)
{
    text_add(out, "digraph system {\n  node [shape=box, style=rounded];\n");
    for (size_t i = 0; i < graph->nodes.count; i++) {
        text_add(out, "  ");
        add_quoted(out, graph->nodes.at[i].name);
        text_add(out, graph->nodes.at[i].driver ? " [color=orange];\n" : ";\n");
    }
    for (size_t i = 0; i < graph->edges.count; i++) {
        for (size_t j = 0; j < graph->edges.at[i].labels.count; j++) {
            add_label(out, graph, &graph->edges.at[i], &graph->edges.at[i].labels.at[j]);
        }
    }
    text_add(out, "}\n");
}
