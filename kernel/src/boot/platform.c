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

/* What is known of an open node. */
struct node {
    struct fdt_slice name;
    struct fdt_slice compatible;
    struct fdt_slice device_type;
    struct fdt_slice reg;
    struct fdt_slice ranges;
    struct fdt_slice isa;
    struct fdt_slice mmu_type;
    struct fdt_slice interrupts;
    u32 address_cells; /* for its children */
    u32 size_cells;
    u32 phandle;
    u32 sources;
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
    static const struct node fresh = {.address_cells = 2, .size_cells = 1};
    if (w->depth >= MAX_DEPTH) {
        w->problem = "device tree: nodes too deep";
        return;
    }
    struct node n = fresh;
    n.name = name;
    w->node[w->depth++] = n;
}

static void property(struct walk *w, const struct fdt_item *item)
{
    const struct fdt *t = w->tree;
    if (w->depth == 0 || w->depth > MAX_DEPTH) {
        w->problem = "device tree: property outside a node";
        return;
    }
    struct node *n = &w->node[w->depth - 1];
    u32 first = fdt_cell(t, item->value, 0);
    if (fdt_equals(t, item->name, "compatible"))
        n->compatible = item->value;
    else if (fdt_equals(t, item->name, "device_type"))
        n->device_type = item->value;
    else if (fdt_equals(t, item->name, "reg"))
        n->reg = item->value;
    else if (fdt_equals(t, item->name, "ranges"))
        n->ranges = item->value;
    else if (fdt_equals(t, item->name, "riscv,isa"))
        n->isa = item->value;
    else if (fdt_equals(t, item->name, "mmu-type"))
        n->mmu_type = item->value;
    else if (fdt_equals(t, item->name, "interrupts-extended"))
        n->interrupts = item->value;
    else if (fdt_equals(t, item->name, "#address-cells"))
        n->address_cells = first;
    else if (fdt_equals(t, item->name, "#size-cells"))
        n->size_cells = first;
    else if (fdt_equals(t, item->name, "phandle"))
        n->phandle = first;
    else if (fdt_equals(t, item->name, "riscv,ndev"))
        n->sources = first;
    else if (fdt_equals(t, item->name, "timebase-frequency"))
        w->platform->timebase_hz = fdt_number(t, item->value, 0, item->value.length / 4);
}

/* Add the ranges of a node's "reg" to a list. */
static void add_reg(struct walk *w, const struct node *n, const struct node *parent, struct region_list *list)
{
    u32 address = parent->address_cells;
    u32 length = parent->size_cells;
    if (address < 1 || address > 2 || length < 1 || length > 2 || n->reg.length == 0 ||
        n->reg.length / 4 % (address + length) != 0) {
        w->problem = "device tree: malformed reg";
        return;
    }
    for (u32 i = 0; i < n->reg.length / 4 && i < REGION_LIMIT * 4; i += address + length) {
        u64 start = fdt_number(w->tree, n->reg, i, address);
        u64 size = fdt_number(w->tree, n->reg, i + address, length);
        if (!region_add(list, region_make(start, size)))
            w->problem = "device tree: too many ranges";
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
    if (fdt_number(w->tree, n->reg, 0, parent->address_cells) != w->hart || w->hart_found)
        return;
    w->hart_found = true;
    w->controller = n->controller;
    w->platform->has_sstc = fdt_contains(w->tree, n->isa, "_sstc");
    w->platform->has_fpu = has_letter(w->tree, n->isa, 'd');
    if (!fdt_starts(w->tree, n->mmu_type, "riscv,sv"))
        w->problem = "device tree: boot hart has no Sv39 MMU";
}

static void end_plic(struct walk *w, const struct node *n, const struct node *parent)
{
    struct platform *p = w->platform;
    if (p->plic_paddr != 0)
        w->problem = "device tree: more than one PLIC";
    if (parent->ranges.length != 0)
        w->problem = "device tree: PLIC behind a translating bus";
    add_reg(w, n, parent, &p->devices);
    p->plic_paddr = fdt_number(w->tree, n->reg, 0, parent->address_cells);
    p->irq_sources = (u16)(n->sources < PN_MAX_IRQS ? n->sources : PN_MAX_IRQS - 1);
    w->interrupts = n->interrupts;
}

static bool is_plic(const struct walk *w, const struct node *n)
{
    return fdt_lists(w->tree, n->compatible, "riscv,plic0") ||
           fdt_lists(w->tree, n->compatible, "sifive,plic-1.0.0");
}

static bool is_clint(const struct walk *w, const struct node *n)
{
    return fdt_lists(w->tree, n->compatible, "riscv,clint0") ||
           fdt_lists(w->tree, n->compatible, "sifive,clint0");
}

static void end_node(struct walk *w)
{
    if (w->depth == 0 || w->depth > MAX_DEPTH) {
        w->problem = "device tree: unbalanced nodes";
        return;
    }
    w->depth -= 1;
    if (w->depth == 0)
        return;
    const struct node *n = &w->node[w->depth];
    struct node *parent = &w->node[w->depth - 1];
    if (fdt_equals(w->tree, n->device_type, "memory"))
        add_reg(w, n, parent, &w->platform->memory);
    else if (fdt_equals(w->tree, n->device_type, "cpu"))
        end_cpu(w, n, parent);
    else if (fdt_lists(w->tree, n->compatible, "riscv,cpu-intc"))
        parent->controller = n->phandle;
    else if (is_plic(w, n))
        end_plic(w, n, parent);
    else if (is_clint(w, n))
        add_reg(w, n, parent, &w->platform->devices);
    else if (fdt_equals(w->tree, parent->name, "reserved-memory") && n->reg.length != 0)
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
    return "device tree: PLIC has no S-mode context for the boot hart";
}

static const char *judge(struct walk *w)
{
    struct platform *p = w->platform;
    if (w->problem != NULL)
        return w->problem;
    if (w->depth != 0)
        return "device tree: unbalanced nodes";
    if (!w->hart_found)
        return "device tree: boot hart is missing";
    if (p->memory.count == 0)
        return "device tree: no memory";
    if (p->timebase_hz < MIN_TIMEBASE_HZ || p->timebase_hz > MAX_TIMEBASE_HZ)
        return "device tree: timebase-frequency missing or out of range";
    if (p->plic_paddr == 0 || p->plic_paddr % PN_PAGE_SIZE != 0 || p->irq_sources == 0)
        return "device tree: no PLIC";
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
            return "device tree: malformed structure";
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
            return "device tree: too many reservations";
    }
    return judge(&w);
}
