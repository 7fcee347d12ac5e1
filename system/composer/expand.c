/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expansion of a product: components become protection domains, their needs and connections become regions,
 * maps, channels and symbols. Addresses and ids follow the order of the description and nothing else.
 */
#include "expand.h"

#include <stdlib.h>
#include <string.h>

#include "postern/limits.h"
#include "product_postmortem.h"
#include "product_progress.h"
#include "product_restart.h"

struct domain {
    struct element *element;
    uint64_t next_vaddr;
    uint64_t next_id;
    uint64_t next_child;
};

struct expansion {
    struct arena *arena;
    struct diag *diag;
    const struct product *product;
    const struct board_file *board;
    struct element *root; /* receives the regions while domains and channels are collected beside it */
    struct domain *domains;
    LIST(struct element *) channels;
};

static struct place at(const struct element *source, const char *attribute)
{
    return element_place(source, attribute, source->place);
}

static const char *decimal(struct expansion *e, uint64_t value)
{
    return arena_print(e->arena, "%llu", (unsigned long long)value);
}

static const char *hexadecimal(struct expansion *e, uint64_t value)
{
    return arena_print(e->arena, "0x%llx", (unsigned long long)value);
}

static uint64_t pages(uint64_t size)
{
    return (size + PN_PAGE_SIZE - 1) / PN_PAGE_SIZE * PN_PAGE_SIZE;
}

static const char *join(struct expansion *e, const char *stem, const char *suffix)
{
    return arena_print(e->arena, "%s%s", stem, suffix);
}

static struct element *add_region(struct expansion *e, const char *name, uint64_t size, struct place place)
{
    struct element *region = element_add(e->arena, e->root, "memory_region", place);
    element_set(region, "name", name, place);
    element_set(region, "size", hexadecimal(e, size), place);
    return region;
}

/* Map a region into a component at its next free address; the address goes into symbol. */
static struct element *add_map(struct expansion *e, size_t component, const char *region, uint64_t size,
                               const char *perms, const char *symbol, struct place place)
{
    struct domain *domain = &e->domains[component];
    struct element *map = element_add(e->arena, domain->element, "map", place);
    element_set(map, "mr", region, place);
    element_set(map, "vaddr", hexadecimal(e, domain->next_vaddr), place);
    element_set(map, "perms", perms, place);
    element_set(map, "setvar_vaddr", symbol, place);
    domain->next_vaddr += pages(size) + EXPAND_GUARD;
    return map;
}

/* One end of a channel, with the component's next free id, which goes into symbol. */
static void add_end(struct expansion *e, struct element *channel, size_t component, const char *rights,
                    const char *symbol, struct place place)
{
    struct element *end = element_add(e->arena, channel, "end", place);
    element_set(end, "pd", e->product->components.at[component].name, place);
    element_set(end, "id", decimal(e, e->domains[component].next_id++), place);
    if (rights[0] == 'c') {
        element_set(end, "pp", "true", place);
    }
    if (rights[0] != 'n') {
        element_set(end, "notify", "false", place);
    }
    element_set(end, "setvar_id", symbol, place);
}

static struct element *new_channel(struct expansion *e, struct place place)
{
    struct element *channel = element_new(e->arena, "channel", place);
    *LIST_PUSH(&e->channels) = channel;
    return channel;
}

static void expand_ring(struct expansion *e, const struct link *link)
{
    const struct element *source = link->connection->source;
    struct place from = at(source, "producer"), to = at(source, "consumer");
    const char *produced = join(e, link->region, ".prod"), *consumed = join(e, link->region, ".cons");
    uint64_t size = EXPAND_RING_HEADER + link->connection->slots * link->connection->slot_size;
    add_region(e, produced, pages(size), source->place);
    add_region(e, consumed, pages(EXPAND_RING_HEADER), source->place);
    add_map(e, link->from, produced, size, "rw", join(e, link->from_symbol, "_own"), from);
    add_map(e, link->from, consumed, EXPAND_RING_HEADER, "r", join(e, link->from_symbol, "_peer"), from);
    add_map(e, link->to, consumed, EXPAND_RING_HEADER, "rw", join(e, link->to_symbol, "_own"), to);
    add_map(e, link->to, produced, size, "r", join(e, link->to_symbol, "_peer"), to);
    struct element *channel = new_channel(e, source->place);
    add_end(e, channel, link->from, "notify", join(e, link->from_symbol, "_id"), from);
    add_end(e, channel, link->to, "notify", join(e, link->to_symbol, "_id"), to);
}

static void expand_share(struct expansion *e, const struct link *link)
{
    const struct element *source = link->connection->source;
    uint64_t size = link->connection->size;
    if (!link->connection->further) {
        add_region(e, link->region, pages(size), source->place);
        add_map(e, link->from, link->region, size, "rw", link->from_symbol, at(source, "owner"));
    }
    if (link->to != NO_INDEX) {
        add_map(e, link->to, link->region, size, "r", link->to_symbol, at(source, "reader"));
    }
}

static void expand_call(struct expansion *e, const struct link *link)
{
    const struct element *source = link->connection->source;
    struct element *channel = new_channel(e, source->place);
    add_end(e, channel, link->from, "call", join(e, link->from_symbol, "_id"), at(source, "client"));
    add_end(e, channel, link->to, "notify", join(e, link->to_symbol, "_id"), at(source, "server"));
}

static void expand_signal(struct expansion *e, const struct link *link)
{
    const struct element *source = link->connection->source;
    struct element *channel = new_channel(e, source->place);
    add_end(e, channel, link->from, "notify", join(e, link->from_symbol, "_id"), at(source, "from"));
    add_end(e, channel, link->to, "silent", join(e, link->to_symbol, "_id"), at(source, "to"));
}

static void expand_dma(struct expansion *e, size_t component, const struct product_device *device)
{
    const char *name = arena_print(e->arena, "dma.%s", device->name);
    struct place place = at(device->source, "dma_size");
    add_region(e, name, pages(device->dma_size), place);
    struct element *map =
        add_map(e, component, name, device->dma_size, "rw", join(e, device->as, "_dma"), place);
    element_set(map, "setvar_size", join(e, device->as, "_dma_size"), place);
    struct element *setvar = element_add(e->arena, e->domains[component].element, "setvar", place);
    element_set(setvar, "symbol", join(e, device->as, "_dma_paddr"), place);
    element_set(setvar, "region_paddr", name, place);
}

static bool region_exists(const struct expansion *e, const char *name)
{
    for (size_t i = 0; i < e->root->children.count; i++) {
        if (strcmp(element_text(e->root->children.at[i], "name", ""), name) == 0) {
            return true;
        }
    }
    return false;
}

static void report_device(struct expansion *e, const struct product_device *device)
{
    LIST(const char *) names = {0};
    for (size_t i = 0; i < e->board->devices.count; i++) {
        *LIST_PUSH(&names) = e->board->devices.at[i].name;
    }
    diag_error(e->diag, "device-known", at(device->source, "name"), "board '%s' has no device '%s'",
               e->board->board.name, device->name);
    diag_suggest(e->diag, device->name, names.at, names.count);
    free(names.at);
}

static void expand_device(struct expansion *e, size_t component, const struct product_device *device)
{
    const struct board_device *found = board_find(e->board, device->name);
    if (found == NULL) {
        report_device(e, device);
        return;
    }
    struct place place = at(device->source, "name");
    const char *name = arena_print(e->arena, "dev.%s", device->name);
    if (!region_exists(e, name)) {
        struct element *region = add_region(e, name, pages(found->size), place);
        element_set(region, "phys_addr", hexadecimal(e, found->regs), place);
    }
    struct element *map = add_map(e, component, name, found->size, "rw", join(e, device->as, "_regs"), place);
    element_set(map, "cached", "false", place);
    if (found->has_irq) {
        struct element *irq = element_add(e->arena, e->domains[component].element, "irq", place);
        element_set(irq, "irq", decimal(e, found->irq), place);
        element_set(irq, "id", decimal(e, e->domains[component].next_id++), place);
        element_set(irq, "trigger", found->trigger, place);
        element_set(irq, "setvar_id", join(e, device->as, "_irq"), place);
    }
    if (device->dma_size > 0) {
        expand_dma(e, component, device);
    }
}

/* The file's length is not known here, so the address space reserved for a config without a size is generous.
 */
static void expand_config(struct expansion *e, size_t component, const struct product_config *config)
{
    enum { RESERVED = 0x100000 };
    const struct element *source = config->source;
    const char *name =
        arena_print(e->arena, "config.%s.%s", e->product->components.at[component].name, config->name);
    struct element *region = element_add(e->arena, e->root, "memory_region", source->place);
    element_set(region, "name", name, at(source, "name"));
    const char *size = element_text(source, "size", NULL);
    if (size != NULL) {
        element_set(region, "size", hexadecimal(e, pages(element_number(source, "size", 0))),
                    at(source, "size"));
    }
    element_set(region, "prefill_path", config->file, at(source, "file"));
    uint64_t room = size == NULL ? RESERVED : element_number(source, "size", 0);
    struct element *map = add_map(e, component, name, room, element_text(source, "perms", "r"), config->name,
                                  at(source, "name"));
    element_set(map, "setvar_prefill_size", join(e, config->name, "_size"), at(source, "name"));
}

static void copy_attribute(struct element *to, const struct element *from, const char *name)
{
    const struct attribute *attribute = element_attribute(from, name);
    if (attribute != NULL) {
        element_set(to, name, attribute->value, attribute->place);
    }
}

/* A component becomes a domain. The FPU is off unless asked for: saving its state costs every switch. */
static void expand_component(struct expansion *e, size_t index)
{
    static const char *const kept[] = {"priority", "budget", "period", "passive", "stack_size"};
    const struct component *component = &e->product->components.at[index];
    struct element *element = element_new(e->arena, "protection_domain", component->source->place);
    element_set(element, "name", component->name, at(component->source, "name"));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        copy_attribute(element, component->source, kept[i]);
    }
    element_set(element, "fpu", element_text(component->source, "fpu", "false"),
                at(component->source, "fpu"));
    if (component->parent != NO_INDEX) {
        struct place place = at(component->source, "parent");
        element_set(element, "id", decimal(e, e->domains[component->parent].next_child++), place);
    }
    struct element *program = element_add(e->arena, element, "program_image", component->source->place);
    element_set(program, "path", component->program, at(component->source, "program"));
    e->domains[index].element = element;
    e->domains[index].next_vaddr = EXPAND_FIRST_VADDR;
}

static void expand_links(struct expansion *e, const struct links *links)
{
    for (size_t i = 0; i < links->all.count; i++) {
        const struct link *link = &links->all.at[i];
        if (link->connection->kind == CONNECTION_RING) {
            expand_ring(e, link);
        } else if (link->connection->kind == CONNECTION_SHARE) {
            expand_share(e, link);
        } else if (link->connection->kind == CONNECTION_CALL) {
            expand_call(e, link);
        } else {
            expand_signal(e, link);
        }
    }
}

/* What a parent sees of its children: the counters of those that it watches, and what they leave behind. */
static void expand_parent(struct expansion *e, const struct links *links)
{
    for (size_t i = 0; i < e->product->components.count; i++) {
        const struct component *child = &e->product->components.at[i];
        const struct link *link = product_progress_link(e->product, links, i);
        if (link != NULL) {
            add_map(e, child->parent, link->region, link->connection->size, "r",
                    join(e, "progress_", child->name), at(child->progress.source, "share"));
        }
        link = product_postmortem_link(e->product, links, i);
        if (link != NULL) {
            add_map(e, child->parent, link->region, link->connection->size, "r",
                    join(e, "last_words_", child->name), at(child->postmortem.source, "share"));
        }
    }
}

/* Put the domains behind the regions, children into their parents, and the channels last. */
static void assemble(struct expansion *e)
{
    for (size_t i = 0; i < e->product->components.count; i++) {
        size_t parent = e->product->components.at[i].parent;
        struct element *above = parent == NO_INDEX ? e->root : e->domains[parent].element;
        *LIST_PUSH(&above->children) = e->domains[i].element;
    }
    for (size_t i = 0; i < e->channels.count; i++) {
        *LIST_PUSH(&e->root->children) = e->channels.at[i];
    }
    free(e->channels.at);
}

struct element *expand(struct arena *arena, struct diag *diag, const struct product *product,
                       const struct links *links, const struct board_file *board)
{
    size_t before = diag->errors, count = product->components.count;
    struct expansion e = {.arena = arena, .diag = diag, .product = product, .board = board};
    e.root = element_new(arena, "system", (struct place){product->file, 1, 1});
    e.domains = arena_room(arena, (count + 1) * sizeof *e.domains);
    product_restart_check_board(product, board, diag);
    for (size_t i = 0; i < count; i++) {
        expand_component(&e, i);
    }
    for (size_t i = 0; i < count; i++) {
        const struct component *component = &product->components.at[i];
        for (size_t j = 0; j < component->devices.count; j++) {
            expand_device(&e, i, &component->devices.at[j]);
        }
        for (size_t j = 0; j < component->configs.count; j++) {
            expand_config(&e, i, &component->configs.at[j]);
        }
    }
    expand_links(&e, links);
    expand_parent(&e, links);
    assemble(&e);
    if (diag->errors != before) {
        element_free(e.root);
        return NULL;
    }
    return e.root;
}
