/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One walk over the device tree. Properties of a node are collected first and judged when the node ends,
 * because their order is free. Bus addresses are taken as physical ones; a bus that translates is refused.
 */
#include "machine.h"

#include <stddef.h>

#define MAX_DEPTH  12u
#define S_EXTERNAL 9u

/* Properties that matter. */
enum property {
    COMPATIBLE,
    DEVICE_TYPE,
    REG,
    RANGES,
    ISA,
    MMU_TYPE,
    INTERRUPTS,
    ADDRESS_CELLS,
    SIZE_CELLS,
    PHANDLE,
    SOURCES,
    TIMEBASE,
    PROPERTIES
};

#define LONGEST_NAME 20u

static const char names[PROPERTIES][LONGEST_NAME] = {
    "compatible",          "device_type",    "reg",         "ranges",  "riscv,isa",  "mmu-type",
    "interrupts-extended", "#address-cells", "#size-cells", "phandle", "riscv,ndev", "timebase-frequency"};

/* What is known of an open node. */
struct node {
    struct fdt_slice name;
    struct fdt_slice value[PROPERTIES];
    uint32_t controller; /* cpu: phandle of its interrupt controller */
};

struct walk {
    const struct fdt *tree;
    struct machine *machine;
    uint64_t hart;
    uint32_t depth; /* open nodes */
    struct node node[MAX_DEPTH];
    bool hart_found;
    uint32_t controller;         /* of the boot hart */
    struct fdt_slice interrupts; /* of the PLIC */
    const char *problem;
};

static void open_node(struct walk *w, struct fdt_slice name)
{
    struct node n = {.name = name};
    if (w->depth >= MAX_DEPTH) {
        w->problem = "nodes too deep";
        return;
    }
    w->node[w->depth++] = n;
}

static void property(struct walk *w, const struct fdt_item *item)
{
    if (w->depth == 0 || w->depth > MAX_DEPTH) {
        w->problem = "property outside a node";
        return;
    }
    for (uint32_t i = 0; i < PROPERTIES; i++) {
        if (fdt_equals(w->tree, item->name, names[i])) {
            w->node[w->depth - 1].value[i] = item->value;
        }
    }
}

/* A property of one cell; 'otherwise' if it is absent. */
static uint32_t cell(const struct walk *w, const struct node *n, enum property which, uint32_t otherwise)
{
    return n->value[which].length == 0 ? otherwise : fdt_cell(w->tree, n->value[which], 0);
}

/* First address in a node's "reg". */
static uint64_t address_of(const struct walk *w, const struct node *n, const struct node *parent)
{
    return fdt_number(w->tree, n->value[REG], 0, cell(w, parent, ADDRESS_CELLS, 2));
}

/* Size of the range that begins there, in whole pages. */
static uint64_t size_of(const struct walk *w, const struct node *n, const struct node *parent)
{
    uint32_t address = cell(w, parent, ADDRESS_CELLS, 2);
    uint64_t size = fdt_number(w->tree, n->value[REG], address, cell(w, parent, SIZE_CELLS, 1));
    return (size + PN_PAGE_SIZE - 1) / PN_PAGE_SIZE * PN_PAGE_SIZE;
}

/* Add the ranges of a node's "reg" to a list. */
static void add_reg(struct walk *w, const struct node *n, const struct node *parent, struct region_list *list)
{
    struct fdt_slice reg = n->value[REG];
    uint32_t address = cell(w, parent, ADDRESS_CELLS, 2);
    uint32_t length = cell(w, parent, SIZE_CELLS, 1);
    if (address < 1 || address > 2 || length < 1 || length > 2 || reg.length == 0 ||
        reg.length / 4 % (address + length) != 0) {
        w->problem = "malformed reg";
        return;
    }
    for (uint32_t i = 0; i < reg.length / 4 && i < REGION_LIMIT * 4; i += address + length) {
        uint64_t start = fdt_number(w->tree, reg, i, address);
        uint64_t size = fdt_number(w->tree, reg, i + address, length);
        if (!region_add(list, region_make(start, size))) {
            w->problem = "too many ranges";
        }
    }
}

/* Letter 'c' among the single-letter extensions of an ISA string ("rv64imafdc_..."). */
static bool has_letter(const struct fdt *t, struct fdt_slice isa, uint8_t c)
{
    for (uint32_t i = 4; i < isa.length; i++) {
        uint8_t letter = fdt_byte(t, isa, i);
        if (letter == '_' || letter == 0) {
            return false;
        }
        if (letter == c) {
            return true;
        }
    }
    return false;
}

static void end_cpu(struct walk *w, const struct node *n, const struct node *parent)
{
    if (address_of(w, n, parent) != w->hart || w->hart_found) {
        return;
    }
    w->hart_found = true;
    w->controller = n->controller;
    w->machine->facts.has_sstc = fdt_contains(w->tree, n->value[ISA], "_sstc");
    w->machine->facts.has_fpu = has_letter(w->tree, n->value[ISA], 'd');
    if (!fdt_starts(w->tree, n->value[MMU_TYPE], "riscv,sv")) {
        w->problem = "boot hart has no Sv39 MMU";
    }
}

static void end_plic(struct walk *w, const struct node *n, const struct node *parent)
{
    struct pn_boot_machine *facts = &w->machine->facts;
    if (facts->plic_paddr != 0) {
        w->problem = "more than one PLIC";
    }
    if (parent->value[RANGES].length != 0) {
        w->problem = "PLIC behind a translating bus";
    }
    add_reg(w, n, parent, &w->machine->devices);
    facts->plic_paddr = address_of(w, n, parent);
    facts->plic_size = size_of(w, n, parent);
    uint32_t sources = cell(w, n, SOURCES, 0);
    facts->irq_sources = sources < PN_MAX_IRQS ? sources : PN_MAX_IRQS - 1;
    w->interrupts = n->value[INTERRUPTS];
}

static bool is_plic(const struct walk *w, const struct node *n)
{
    return fdt_lists(w->tree, n->value[COMPATIBLE], "riscv,plic0") ||
           fdt_lists(w->tree, n->value[COMPATIBLE], "sifive,plic-1.0.0");
}

static bool is_clint(const struct walk *w, const struct node *n)
{
    return fdt_lists(w->tree, n->value[COMPATIBLE], "riscv,clint0") ||
           fdt_lists(w->tree, n->value[COMPATIBLE], "sifive,clint0");
}

static void end_node(struct walk *w)
{
    if (w->depth == 0 || w->depth > MAX_DEPTH) {
        w->problem = "unbalanced nodes";
        return;
    }
    w->depth -= 1;
    const struct node *n = &w->node[w->depth];
    struct fdt_slice timebase = n->value[TIMEBASE];
    if (timebase.length != 0) {
        w->machine->facts.timebase_hz = fdt_number(w->tree, timebase, 0, timebase.length / 4);
    }
    if (w->depth == 0) {
        return;
    }
    struct node *parent = &w->node[w->depth - 1];
    if (fdt_equals(w->tree, n->value[DEVICE_TYPE], "memory")) {
        add_reg(w, n, parent, &w->machine->memory);
    } else if (fdt_equals(w->tree, n->value[DEVICE_TYPE], "cpu")) {
        end_cpu(w, n, parent);
    } else if (fdt_lists(w->tree, n->value[COMPATIBLE], "riscv,cpu-intc")) {
        parent->controller = cell(w, n, PHANDLE, 0);
    } else if (is_plic(w, n)) {
        end_plic(w, n, parent);
    } else if (is_clint(w, n)) {
        add_reg(w, n, parent, &w->machine->devices);
    } else if (fdt_equals(w->tree, parent->name, "reserved-memory") && n->value[REG].length != 0) {
        add_reg(w, n, parent, &w->machine->reserved);
    }
}

/* The PLIC names its contexts in order: pairs of a hart's interrupt controller and an interrupt of it. */
static const char *find_context(struct walk *w)
{
    for (uint32_t i = 0; i < w->interrupts.length / 8; i++) {
        if (fdt_cell(w->tree, w->interrupts, 2 * i) == w->controller &&
            fdt_cell(w->tree, w->interrupts, 2 * i + 1) == S_EXTERNAL) {
            w->machine->facts.plic_context = i;
            return NULL;
        }
    }
    return "PLIC has no S-mode context for the boot hart";
}

static const char *judge(struct walk *w)
{
    const struct machine *m = w->machine;
    if (w->problem != NULL) {
        return w->problem;
    }
    if (w->depth != 0) {
        return "unbalanced nodes";
    }
    if (!w->hart_found) {
        return "boot hart is missing";
    }
    if (m->memory.count == 0) {
        return "no memory";
    }
    if (m->facts.timebase_hz < PN_TIMEBASE_MIN_HZ || m->facts.timebase_hz > PN_TIMEBASE_MAX_HZ) {
        return "timebase-frequency missing or out of range";
    }
    if (m->facts.plic_paddr == 0 || m->facts.plic_paddr % PN_PAGE_SIZE != 0 || m->facts.irq_sources == 0) {
        return "no PLIC";
    }
    return find_context(w);
}

static const char *walk_tree(struct walk *w)
{
    uint32_t cursor = 0;
    struct fdt_item item = fdt_next(w->tree, &cursor);
    while (item.token != FDT_END && w->problem == NULL) {
        if (item.token == FDT_BROKEN) {
            return "malformed structure";
        }
        if (item.token == FDT_BEGIN_NODE) {
            open_node(w, item.name);
        } else if (item.token == FDT_END_NODE) {
            end_node(w);
        } else {
            property(w, &item);
        }
        item = fdt_next(w->tree, &cursor);
    }
    return judge(w);
}

const char *machine_read(struct machine *m, const struct fdt *tree, uint64_t hart)
{
    struct walk w = {.tree = tree, .machine = m, .hart = hart};
    uint64_t start = 0;
    uint64_t size = 0;
    *m = (struct machine){0};
    for (uint32_t i = 0; fdt_reservation(tree, i, &start, &size); i++) {
        if (!region_add(&m->reserved, region_make(start, size))) {
            return "too many reservations";
        }
    }
    return walk_tree(&w);
}
