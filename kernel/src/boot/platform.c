/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One walk over the device tree. Properties of a node are collected first and judged when the node ends,
 * because their order is free. Bus addresses are taken as physical ones; a bus that translates is refused.
 */
#include "boot/platform.h"
#include <postern/limits.h>

#define MAX_DEPTH       12u
#define S_EXTERNAL      9u
#define MIN_TIMEBASE_HZ 1000000u
#define MAX_TIMEBASE_HZ 1000000000u

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
    u32 controller; /* cpu: phandle of its interrupt controller */
};

struct walk {
    const struct fdt *tree;
    struct platform *platform;
    u64 hart;
    u32 depth; /* open nodes */
    struct node node[MAX_DEPTH];
    bool hart_found;
    u32 controller;              /* of the boot hart */
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
    for (u32 i = 0; i < PROPERTIES; i++) {
        if (fdt_equals(w->tree, item->name, names[i]))
            w->node[w->depth - 1].value[i] = item->value;
    }
}

/* A property of one cell; 'otherwise' if it is absent. */
static u32 cell(const struct walk *w, const struct node *n, enum property which, u32 otherwise)
{
    return n->value[which].length == 0 ? otherwise : fdt_cell(w->tree, n->value[which], 0);
}

/* First address in a node's "reg". */
static u64 address_of(const struct walk *w, const struct node *n, const struct node *parent)
{
    return fdt_number(w->tree, n->value[REG], 0, cell(w, parent, ADDRESS_CELLS, 2));
}

/* Add the ranges of a node's "reg" to a list. */
static void add_reg(struct walk *w, const struct node *n, const struct node *parent, struct region_list *list)
{
    struct fdt_slice reg = n->value[REG];
    u32 address = cell(w, parent, ADDRESS_CELLS, 2);
    u32 length = cell(w, parent, SIZE_CELLS, 1);
    if (address < 1 || address > 2 || length < 1 || length > 2 || reg.length == 0 ||
        reg.length / 4 % (address + length) != 0) {
        w->problem = "malformed reg";
        return;
    }
    for (u32 i = 0; i < reg.length / 4 && i < REGION_LIMIT * 4; i += address + length) {
        u64 start = fdt_number(w->tree, reg, i, address);
        u64 size = fdt_number(w->tree, reg, i + address, length);
        if (!region_add(list, region_make(start, size)))
            w->problem = "too many ranges";
    }
}

/* Letter 'c' among the single-letter extensions of an ISA string ("rv64imafdc_..."). */
static bool has_letter(const struct fdt *t, struct fdt_slice isa, u8 c)
{
    for (u32 i = 4; i < isa.length; i++) {
        u8 letter = fdt_byte(t, isa, i);
        if (letter == '_' || letter == 0)
            return false;
        if (letter == c)
            return true;
    }
    return false;
}

static void end_cpu(struct walk *w, const struct node *n, const struct node *parent)
{
    if (address_of(w, n, parent) != w->hart || w->hart_found)
        return;
    w->hart_found = true;
    w->controller = n->controller;
    w->platform->has_sstc = fdt_contains(w->tree, n->value[ISA], "_sstc");
    w->platform->has_fpu = has_letter(w->tree, n->value[ISA], 'd');
    if (!fdt_starts(w->tree, n->value[MMU_TYPE], "riscv,sv"))
        w->problem = "boot hart has no Sv39 MMU";
}

static void end_plic(struct walk *w, const struct node *n, const struct node *parent)
{
    struct platform *p = w->platform;
    if (p->plic_paddr != 0)
        w->problem = "more than one PLIC";
    if (parent->value[RANGES].length != 0)
        w->problem = "PLIC behind a translating bus";
    add_reg(w, n, parent, &p->devices);
    p->plic_paddr = address_of(w, n, parent);
    u32 sources = cell(w, n, SOURCES, 0);
    p->irq_sources = (u16)(sources < PN_MAX_IRQS ? sources : PN_MAX_IRQS - 1);
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
    if (timebase.length != 0)
        w->platform->timebase_hz = fdt_number(w->tree, timebase, 0, timebase.length / 4);
    if (w->depth == 0)
        return;
    struct node *parent = &w->node[w->depth - 1];
    if (fdt_equals(w->tree, n->value[DEVICE_TYPE], "memory"))
        add_reg(w, n, parent, &w->platform->memory);
    else if (fdt_equals(w->tree, n->value[DEVICE_TYPE], "cpu"))
        end_cpu(w, n, parent);
    else if (fdt_lists(w->tree, n->value[COMPATIBLE], "riscv,cpu-intc"))
        parent->controller = cell(w, n, PHANDLE, 0);
    else if (is_plic(w, n))
        end_plic(w, n, parent);
    else if (is_clint(w, n))
        add_reg(w, n, parent, &w->platform->devices);
    else if (fdt_equals(w->tree, parent->name, "reserved-memory") && n->value[REG].length != 0)
        add_reg(w, n, parent, &w->platform->reserved);
}

/* The PLIC names its contexts in order: pairs of a hart's interrupt controller and an interrupt of it. */
static const char *find_context(struct walk *w)
{
    for (u32 i = 0; i < w->interrupts.length / 8; i++) {
        if (fdt_cell(w->tree, w->interrupts, 2 * i) == w->controller &&
            fdt_cell(w->tree, w->interrupts, 2 * i + 1) == S_EXTERNAL) {
            w->platform->plic_context = i;
            return NULL;
        }
    }
    return "PLIC has no S-mode context for the boot hart";
}

static const char *judge(struct walk *w)
{
    struct platform *p = w->platform;
    if (w->problem != NULL)
        return w->problem;
    if (w->depth != 0)
        return "unbalanced nodes";
    if (!w->hart_found)
        return "boot hart is missing";
    if (p->memory.count == 0)
        return "no memory";
    if (p->timebase_hz < MIN_TIMEBASE_HZ || p->timebase_hz > MAX_TIMEBASE_HZ)
        return "timebase-frequency missing or out of range";
    if (p->plic_paddr == 0 || p->plic_paddr % PN_PAGE_SIZE != 0 || p->irq_sources == 0)
        return "no PLIC";
    return find_context(w);
}

const char *platform_read(struct platform *p, const struct fdt *tree, u64 hart)
{
    struct walk w = {.tree = tree, .platform = p, .hart = hart};
    p->memory.count = 0;
    p->reserved.count = 0;
    p->devices.count = 0;
    p->timebase_hz = 0;
    p->plic_paddr = 0;
    p->irq_sources = 0;
    p->has_sstc = false;
    p->has_fpu = false;
    u32 cursor = 0;
    struct fdt_item item = fdt_next(tree, &cursor);
    while (item.token != FDT_END && w.problem == NULL) {
        if (item.token == FDT_BROKEN)
            return "malformed structure";
        if (item.token == FDT_BEGIN_NODE)
            open_node(&w, item.name);
        else if (item.token == FDT_END_NODE)
            end_node(&w);
        else
            property(&w, &item);
        item = fdt_next(tree, &cursor);
    }
    u64 start = 0;
    u64 size = 0;
    for (u32 i = 0; fdt_reservation(tree, i, &start, &size); i++) {
        if (!region_add(&p->reserved, region_make(start, size)))
            return "too many reservations";
    }
    return judge(&w);
}
