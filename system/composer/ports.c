/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a component's ports.h and ports.c.
 */
#include "ports.h"

#include <stdlib.h>
#include <string.h>

#include "product_postmortem.h"
#include "product_boot.h"
#include "product_budget.h"
#include "product_progress.h"
#include "product_restart.h"

/* Symbols of one port: a comment, a common stem, and its suffixes separated by blanks ("-" is the empty
 * suffix). */
struct port {
    const char *comment;
    const char *stem;
    const char *suffixes;
};

struct ports {
    struct arena arena;
    LIST(struct port) all;
};

static void add_port(struct ports *ports, const char *stem, const char *suffixes, const char *comment)
{
    *LIST_PUSH(&ports->all) = (struct port){comment, stem, suffixes};
}

static void add_needs(struct ports *ports, const struct component *component)
{
    for (size_t i = 0; i < component->devices.count; i++) {
        const struct product_device *device = &component->devices.at[i];
        add_port(ports, device->as,
                 device->dma_size > 0 ? "_regs _irq _dma _dma_paddr _dma_size" : "_regs _irq",
                 arena_print(&ports->arena, "device %s", device->name));
    }
    for (size_t i = 0; i < component->configs.count; i++) {
        add_port(ports, component->configs.at[i].name, "- _size",
                 arena_print(&ports->arena, "config from %s", component->configs.at[i].file));
    }
}

static void add_link(struct ports *ports, const struct product *product, const struct link *link,
                     size_t component)
{
    static const char *const verbs[][2] = {
        [CONNECTION_RING] = {"ring to", "ring from"},
        [CONNECTION_SHARE] = {"share, read by", "share of"},
        [CONNECTION_CALL] = {"calls to", "calls from"},
        [CONNECTION_SIGNAL] = {"signals to", "signals from"},
    };
    bool outgoing = link->from == component;
    enum connection_kind kind = link->connection->kind;
    if ((outgoing && link->connection->further) || (!outgoing && link->to != component)) {
        return;
    }
    size_t other = outgoing ? link->to : link->from;
    const char *peer = other == NO_INDEX ? "nobody else" : product->components.at[other].name;
    const char *suffixes = kind == CONNECTION_RING    ? "_own _peer _id"
                           : kind == CONNECTION_SHARE ? "-"
                                                      : "_id";
    add_port(ports, outgoing ? link->from_symbol : link->to_symbol, suffixes,
             arena_print(&ports->arena, "%s %s", verbs[kind][outgoing ? 0 : 1], peer));
}

static void collect(struct ports *ports, const struct product *product, const struct links *links,
                    size_t component)
{
    add_needs(ports, &product->components.at[component]);
    for (size_t i = 0; i < links->all.count; i++) {
        add_link(ports, product, &links->all.at[i], component);
    }
    for (size_t i = 0; i < product->components.count; i++) {
        const struct component *child = &product->components.at[i];
        if (child->parent == component && child->progress.source != NULL) {
            add_port(ports, arena_print(&ports->arena, "progress_%s", child->name), "-",
                     arena_print(&ports->arena, "counters of %s", child->name));
        }
        if (child->parent == component && child->postmortem.source != NULL) {
            add_port(ports, arena_print(&ports->arena, "last_words_%s", child->name), "-",
                     arena_print(&ports->arena, "last words of %s", child->name));
        }
    }
}

static void free_ports(struct ports *ports)
{
    free(ports->all.at);
    arena_free(&ports->arena);
}

/* Write every symbol of a port, the first and the following ones behind their own lead. */
static void each_symbol(struct text *out, const struct port *port, const char *first, const char *next)
{
    const char *lead = first;
    for (const char *at = port->suffixes; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        text_add(out, "%s%s%.*s", lead, port->stem, at[0] == '-' ? 0 : (int)length, at);
        lead = next;
        at += length;
    }
}

static void add_upper(struct text *out, const char *prefix, const char *name, const char *suffix)
{
    text_add(out, "#define %s", prefix);
    text_add_upper(out, name);
    text_add(out, "%s", suffix);
}

/* A list of the components behind links: those of one wildcard, or all that call a server by one name. */
static void add_peers(struct text *out, const struct product *product, const struct links *links,
                      const struct connection *connection)
{
    add_upper(out, "PORTS_", connection->name, "(X)");
    for (size_t i = 0; i < links->all.count; i++) {
        const struct link *link = &links->all.at[i];
        bool same_call = connection->kind == CONNECTION_CALL && link->connection->kind == CONNECTION_CALL &&
                         link->to == connection->to && strcmp(link->from_symbol, connection->name) == 0;
        if (link->connection == connection || same_call) {
            text_add(out, " X(%s)", product->components.at[link->from].name);
        }
    }
    text_add(out, "\n");
}

/* True for the first call to its server by its name. */
static bool first_call(const struct product *product, const struct connection *connection)
{
    const struct connection *each = product->connections.at;
    while (each->kind != CONNECTION_CALL || each->to != connection->to ||
           strcmp(each->name, connection->name) != 0) {
        each++;
    }
    return each == connection;
}

/* Sizes that programs need at build time, and the lists of peers. */
static void add_constants(struct text *out, const struct product *product, const struct links *links,
                          const struct connection *connection, size_t component)
{
    unsigned long long slots = connection->slots, slot_size = connection->slot_size, size = connection->size;
    if (connection->kind == CONNECTION_RING) {
        add_upper(out, "", connection->name, "_SLOTS");
        text_add(out, " %lluu\n", slots);
        add_upper(out, "", connection->name, "_SLOT_SIZE");
        text_add(out, " %lluu\n", slot_size);
    } else if (connection->kind == CONNECTION_SHARE) {
        add_upper(out, "", connection->name, "_SIZE");
        text_add(out, " 0x%llxu\n", size);
    }
    bool call = connection->kind == CONNECTION_CALL;
    if (connection->to == component && (call ? first_call(product, connection) : connection->every)) {
        add_peers(out, product, links, connection);
    }
}

static bool takes_part(const struct connection *connection, size_t component)
{
    return connection->to == component || (connection->from == component && !connection->further) ||
           connection->every;
}

static void add_device_constants(struct text *out, const struct component *component)
{
    for (size_t i = 0; i < component->devices.count; i++) {
        if (component->devices.at[i].dma_size > 0) {
            add_upper(out, "", component->devices.at[i].as, "_DMA_SIZE");
            text_add(out, " 0x%llxu\n", (unsigned long long)component->devices.at[i].dma_size);
        }
    }
}

static void add_children(struct text *out, const struct product *product, size_t component)
{
    size_t count = 0;
    for (size_t i = 0; i < product->components.count; i++) {
        if (product->components.at[i].parent == component) {
            text_add(out, count == 0 ? "#define CHILDREN(X) X(%zu, %s)" : " X(%zu, %s)", count,
                     product->components.at[i].name);
            count++;
        }
    }
    if (count > 0) {
        text_add(out, "\n#define CHILD_COUNT %zuu\n", count);
        product_restart_constants(out, product, component);
        product_progress_constants(out, product, component);
        product_budget_constants(out, product, component);
        product_boot_constants(out, product, component);
    }
}

static void add_banner(struct text *out, const struct product *product, size_t component, const char *what)
{
    const char *slash = strrchr(product->file, '/');
    text_add(out, "/* %s of component %s: generated from %s, do not edit. */\n", what,
             product->components.at[component].name, slash == NULL ? product->file : slash + 1);
}

void ports_header(struct text *out, const struct product *product, const struct links *links,
                  size_t component)
{
    struct ports ports = {0};
    collect(&ports, product, links, component);
    add_banner(out, product, component, "Ports");
    text_add(out, "#ifndef PORTS_H\n#define PORTS_H\n\n#include <stdint.h>\n\n");
    for (size_t i = 0; i < ports.all.count; i++) {
        text_add(out, "/* %s */\n", ports.all.at[i].comment);
        each_symbol(out, &ports.all.at[i], "extern const volatile uint64_t ", ", ");
        text_add(out, ";\n");
    }
    text_add(out, "\n");
    for (size_t i = 0; i < product->connections.count; i++) {
        if (takes_part(&product->connections.at[i], component)) {
            add_constants(out, product, links, &product->connections.at[i], component);
        }
    }
    add_device_constants(out, &product->components.at[component]);
    add_children(out, product, component);
    product_postmortem_constants(out, product, links, component);
    text_add(out, "\n#endif\n");
    free_ports(&ports);
}

void ports_source(struct text *out, const struct product *product, const struct links *links,
                  size_t component)
{
    struct ports ports = {0};
    collect(&ports, product, links, component);
    add_banner(out, product, component, "Port symbols");
    text_add(
        out,
        "/* The values are written into the image. One section, so that none is dropped at link time while\n"
        " * another is used; not volatile here, since the compiler would make the section writable. */\n"
        "#include <stdint.h>\n\n"
        "#define PORT(name)             \\\n"
        "    extern const uint64_t name; \\\n"
        "    const uint64_t name __attribute__((used, section(\".rodata.ports\"))) = "
        "UINT64_C(0x756e706174636864)\n\n");
    for (size_t i = 0; i < ports.all.count; i++) {
        each_symbol(out, &ports.all.at[i], "PORT(", ");\nPORT(");
        text_add(out, ");\n");
    }
    if (ports.all.count == 0) {
        text_add(out, "typedef int ports_none;\n");
    }
    free_ports(&ports);
}
