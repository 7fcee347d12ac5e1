/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collecting the nodes and edges of the picture from a model.
 */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

#include "element.h"

enum { LONGEST_LABEL = 16 };

static struct graph_edge *edge_between(struct graph *graph, size_t a, size_t b)
{
    size_t low = a < b ? a : b, high = a < b ? b : a;
    for (size_t i = 0; i < graph->edges.count; i++) {
        if (graph->edges.at[i].a == low && graph->edges.at[i].b == high) {
            return &graph->edges.at[i];
        }
    }
    struct graph_edge *edge = LIST_PUSH(&graph->edges);
    edge->a = low;
    edge->b = high;
    return edge;
}

/* Add a label, or note that one of the same name now goes both ways. */
static void connect(struct graph *graph, size_t from, size_t to, const char *text, enum graph_kind kind)
{
    struct graph_edge *edge = edge_between(graph, from, to);
    bool forward = from == edge->a;
    for (size_t i = 0; i < edge->labels.count; i++) {
        struct graph_label *label = &edge->labels.at[i];
        if (label->kind == kind && strcmp(label->text, text) == 0) {
            label->both = label->both || label->forward != forward;
            return;
        }
    }
    *LIST_PUSH(&edge->labels) = (struct graph_label){text, kind, forward, false};
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/*
 * What the picture calls a region: a ring's or share's name without its half and its writer, cut where it
 * would cover the boxes; NULL for the half of a ring that carries no data.
 */
static const char *region_label(struct graph *graph, const char *name, const char *writer)
{
    if (ends_with(name, ".cons")) {
        return NULL;
    }
    size_t length = strlen(name) - (ends_with(name, ".prod") ? 5 : 0);
    const char *owner = arena_print(&graph->arena, ".%s", writer);
    const char *label = arena_copy(&graph->arena, name, length);
    if (ends_with(label, owner)) {
        label = arena_copy(&graph->arena, label, length - strlen(owner));
    }
    return strlen(label) <= LONGEST_LABEL
               ? label
               : arena_print(&graph->arena, "%.*s\u2026", LONGEST_LABEL - 1, label);
}

/* A flow from a writer to a reader through a region. */
struct flow {
    size_t from, to;
    const char *label;
    const char *base; /* the label up to its first dot */
};

struct flows {
    LIST(struct flow) all;
};

static void collect_flows(struct graph *graph, struct flows *flows, const struct report *report)
{
    const struct authority *authority = report->authority;
    for (size_t i = 0; i < authority->regions.count; i++) {
        const struct reach_region *out = &authority->regions.at[i];
        const struct region *region = &report->model->regions.at[out->region];
        const char *label = region_label(graph, region->name, report->model->pds.at[out->pd].name);
        if ((out->perms & MAP_WRITE) == 0 || label == NULL) {
            continue;
        }
        for (size_t j = 0; j < authority->regions.count; j++) {
            const struct reach_region *in = &authority->regions.at[j];
            if (in->region == out->region && in->pd != out->pd && in->perms != 0) {
                const char *base = arena_copy(&graph->arena, label, strcspn(label, "."));
                *LIST_PUSH(&flows->all) = (struct flow){out->pd, in->pd, label, base};
            }
        }
    }
}

/* Does (nearly) everybody feed this reader under one name? Such a fan would hide everything else. */
static bool is_fan(const struct flows *flows, const struct flow *flow, size_t domains)
{
    size_t count = 0;
    for (size_t i = 0; i < flows->all.count; i++) {
        const struct flow *other = &flows->all.at[i];
        count += other->to == flow->to && strcmp(other->base, flow->base) == 0 ? 1 : 0;
    }
    return count >= 4 && count * 3 >= (domains - 1) * 2;
}

/* Is it part of what (nearly) everybody feeds to somebody else? */
static bool is_strand(const struct flows *flows, const struct flow *flow, size_t domains)
{
    for (size_t i = 0; i < flows->all.count; i++) {
        const struct flow *other = &flows->all.at[i];
        if (other->from == flow->from && strcmp(other->base, flow->base) == 0 &&
            is_fan(flows, other, domains)) {
            return true;
        }
    }
    return false;
}

static void add_fan(struct graph *graph, const struct flow *flow, const char *of)
{
    struct graph_node *node = &graph->nodes.at[flow->to];
    const char *known = node->details[1];
    if (known == NULL) {
        node->details[1] = arena_print(&graph->arena, "reads of %s: %s", of, flow->base);
    } else if (strstr(known, flow->base) == NULL) {
        node->details[1] = arena_print(&graph->arena, "%s, %s", known, flow->base);
    }
}

static void add_flows(struct graph *graph, const struct report *report)
{
    struct flows flows = {0};
    collect_flows(graph, &flows, report);
    for (size_t i = 0; i < flows.all.count; i++) {
        const struct flow *flow = &flows.all.at[i];
        if (is_fan(&flows, flow, graph->nodes.count)) {
            add_fan(graph, flow, "all");
        } else if (is_strand(&flows, flow, graph->nodes.count)) {
            add_fan(graph, flow, "some");
        } else {
            connect(graph, flow->from, flow->to, flow->label, GRAPH_DATA);
        }
    }
    free(flows.all.at);
}

/* The name of a call: the client's symbol without "_id". */
static const char *call_label(struct graph *graph, const struct channel_end *client)
{
    const char *symbol = element_text(client->source, "setvar_id", "call");
    return arena_copy(&graph->arena, symbol, strlen(symbol) - (ends_with(symbol, "_id") ? 3 : 0));
}

static bool shares_memory(const struct report *report, size_t a, size_t b)
{
    for (size_t i = 0; i < report->model->regions.count; i++) {
        if (reach_perms(report->authority, a, i) != 0 && reach_perms(report->authority, b, i) != 0) {
            return true;
        }
    }
    return false;
}

/* Signals are drawn only where nothing else joins the two. */
static void add_channels(struct graph *graph, const struct report *report)
{
    for (size_t i = 0; i < report->model->channels.count; i++) {
        const struct channel_end *end = report->model->channels.at[i].end;
        bool silent =
            end[0].pd == end[1].pd || end[0].pp || end[1].pp || shares_memory(report, end[0].pd, end[1].pd);
        for (size_t j = 0; j < 2; j++) {
            if (end[j].pp) {
                connect(graph, end[j].pd, end[1 - j].pd, call_label(graph, &end[j]), GRAPH_CALL);
            } else if (!silent && end[j].notify) {
                connect(graph, end[j].pd, end[1 - j].pd, "signal", GRAPH_SIGNAL);
            }
        }
    }
}

static void add_node(struct graph *graph, const struct report *report, size_t index)
{
    const struct pd *pd = &report->model->pds.at[index];
    struct graph_node *node = LIST_PUSH(&graph->nodes);
    size_t children = 0;
    for (size_t i = 0; i < report->model->pds.count; i++) {
        children += report->model->pds.at[i].parent == index ? 1 : 0;
    }
    node->name = pd->name;
    node->details[0] = arena_print(&graph->arena, "priority %llu%s", (unsigned long long)pd->priority,
                                   pd->passive ? ", passive" : "");
    if (children > 0) {
        node->details[2] = arena_print(&graph->arena, "parent of %zu", children);
    }
    for (size_t i = 0; i < pd->maps.count; i++) {
        const struct region *region = &report->model->regions.at[pd->maps.at[i].region];
        if (reach_is_device(report->model, region)) {
            const char *name = strncmp(region->name, "dev.", 4) == 0 ? region->name + 4 : region->name;
            const char *lead = node->driver ? ", " : node->details[2] != NULL ? ", device " : "device ";
            node->details[2] = arena_print(&graph->arena, "%s%s%s",
                                           node->details[2] == NULL ? "" : node->details[2], lead, name);
            node->driver = true;
        }
    }
}

void graph_build(struct graph *graph, const struct report *report)
{
    for (size_t i = 0; i < report->model->pds.count; i++) {
        add_node(graph, report, i);
    }
    add_flows(graph, report);
    add_channels(graph, report);
}

void graph_free(struct graph *graph)
{
    for (size_t i = 0; i < graph->edges.count; i++) {
        free(graph->edges.at[i].labels.at);
    }
    free(graph->edges.at);
    free(graph->nodes.at);
    arena_free(&graph->arena);
    *graph = (struct graph){0};
}
