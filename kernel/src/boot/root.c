/* SPDX-License-Identifier: BSD-2-Clause */
/* The root task: address space, CNode, scheduling context, untyped memory, bootinfo. */
#include "boot/boot.h"
#include "object/create.h"
#include "object/vspace.h"
#include "state.h"

#define ROOT_PRIORITY  255u
#define ROOT_BUDGET_US 10000u

struct bootinfo_page {
    struct pn_bootinfo info;
} __attribute__((aligned(PN_PAGE_SIZE)));

static struct bootinfo_page bootinfo __attribute__((section(".sealed.tables")));

static void set_slot(u32 slot, struct cap c)
{
    u32 index = fixed_cnode[0].base + slot;
    if (index >= PN_MAX_SLOTS)
        kernel_stop_index();
    fixed_slot[index] = c;
}

/* Map one page, creating the tables that it needs. */
static bool map_page(u16 v, u64 vaddr, u64 paddr, u64 rights)
{
    enum pn_error error = vspace_check_map(v, vaddr, false);
    for (u32 i = 0; i < 2 && error == PN_ERR_FAILED_LOOKUP; i++) {
        if (fixed.page_tables >= PN_MAX_PAGE_TABLES)
            return false;
        (void)vspace_map_table(v, create_page_table(), vaddr);
        error = vspace_check_map(v, vaddr, false);
    }
    if (error != PN_OK)
        return false;
    vspace_map(v, vaddr, false, paddr, rights);
    return true;
}

static bool map_segment(u16 v, struct pn_boot_segment s)
{
    for (u64 offset = 0; offset < s.size; offset += PN_PAGE_SIZE) {
        if (!map_page(v, s.vaddr + offset, s.paddr + offset, s.rights))
            return false;
    }
    return true;
}

static const char *create_space(const struct boot_info *b, u16 v)
{
    const struct pn_boot *d = &b->loader;
    for (u32 i = 0; i < d->root_segment_count && i < PN_BOOT_SEGMENTS; i++) {
        if (!map_segment(v, d->root_segment[i]))
            return "segments overlap or need too many tables";
    }
    if (!map_page(v, PN_MSGBUF_VADDR, kernel_map_physical(buffer_at(1)), PN_READ | PN_WRITE) ||
        !map_page(v, PN_BOOTINFO_VADDR, kernel_map_physical(&bootinfo), PN_READ))
        return "a segment lies on the message buffer or bootinfo";
    return NULL;
}

/* Hand out every range of the list. */
static void add_untypeds(const struct region_list *list, bool device)
{
    for (u32 i = 0; i < list->count && i < REGION_LIMIT; i++) {
        struct region r = list->region[i];
        if (fixed.untypeds >= PN_MAX_UNTYPEDS)
            return;
        u16 u = create_untyped(r.start, r.end - r.start, device);
        u32 slot = PN_ROOT_FIRST_UNTYPED + u;
        struct pn_untyped_desc desc = {r.start, r.end - r.start, slot, device};
        bootinfo.info.untyped[u] = desc;
        set_slot(slot, cap_make(PN_CAP_UNTYPED, PN_ALL_RIGHTS, u));
    }
}

static bool subtract_all(struct region_list *l, const struct region_list *less)
{
    bool fits = true;
    for (u32 i = 0; i < less->count && i < REGION_LIMIT; i++)
        fits = fits && region_subtract(l, less->region[i]);
    return fits;
}

static const char *create_untypeds(const struct boot_info *b)
{
    const struct pn_boot *d = &b->loader;
    struct region_list ram = b->platform.memory;
    bool fits = region_subtract(&ram, region_make(0, d->ram_paddr));
    fits = fits && region_subtract(&ram, region_make(d->kernel_paddr, d->kernel_size));
    fits = fits && region_subtract(&ram, region_make(b->tree_paddr, b->tree_size));
    for (u32 i = 0; i < d->root_segment_count && i < PN_BOOT_SEGMENTS; i++)
        fits = fits && region_subtract(&ram, region_make(d->root_segment[i].paddr, d->root_segment[i].size));
    fits = fits && subtract_all(&ram, &b->platform.reserved);
    region_trim(&ram);

    struct region_list devices = {0};
    fits = fits && region_add(&devices, region_make(0, REGION_ADDRESS_TOP));
    fits = fits && subtract_all(&devices, &b->platform.memory);
    fits = fits && subtract_all(&devices, &b->platform.reserved);
    fits = fits && subtract_all(&devices, &b->platform.devices);
    if (!fits || ram.count + devices.count > PN_MAX_UNTYPEDS)
        return "too many separate memory ranges";
    add_untypeds(&ram, false);
    add_untypeds(&devices, true);
    return NULL;
}

static void fill_bootinfo(const struct boot_info *b)
{
    bootinfo.info.magic = PN_BOOTINFO_MAGIC;
    bootinfo.info.untyped_count = fixed.untypeds;
    bootinfo.info.first_free_slot = PN_ROOT_FIRST_UNTYPED + fixed.untypeds;
    bootinfo.info.timebase_hz = fixed.timebase_hz;
    bootinfo.info.kernel_entry_time = b->entry_time;
    bootinfo.info.kernel_entry_instret = b->entry_instret;
}

static void bind(const struct boot_info *b, struct tcb *t, u16 v, u16 s)
{
    struct binding *binding = &fixed_binding[t->self];
    binding->slot_base = fixed_cnode[0].base;
    binding->slot_count = fixed_cnode[0].count;
    binding->vspace = v;
    binding->satp = vspace_satp(v);
    binding->sc = s;
    binding->flags = PN_TCB_COUNTERS;
    binding->configured = 1;
    binding->start_pc = b->loader.root_entry;
    binding->start_sp = b->loader.root_sp;
    binding->start_a0 = PN_BOOTINFO_VADDR;
    tcb_load_start(t);
}

const char *root_create(const struct boot_info *b)
{
    fixed_slot[PN_MAX_SLOTS] = cap_null();
    (void)create_cnode(PN_ROOT_SLOTS);
    struct tcb *t = tcb_at(create_tcb());
    u16 v = create_vspace();
    u16 s = create_sched_context();
    set_slot(PN_ROOT_TCB, cap_make(PN_CAP_TCB, PN_ALL_RIGHTS, t->self));
    set_slot(PN_ROOT_CNODE, cap_make(PN_CAP_CNODE, PN_ALL_RIGHTS, 0));
    set_slot(PN_ROOT_VSPACE, cap_make(PN_CAP_VSPACE, PN_ALL_RIGHTS, v));
    set_slot(PN_ROOT_SYSTEM, cap_make(PN_CAP_SYSTEM, PN_ALL_RIGHTS, 0));
    const char *problem = create_space(b, v);
    if (problem == NULL)
        problem = create_untypeds(b);
    if (problem != NULL)
        return problem;
    fill_bootinfo(b);
    u64 budget = us_to_ticks(ROOT_BUDGET_US);
    sched_context_configure(s, budget, budget, 2, 0, b->entry_time);
    sc_at(s)->home_thread = t->self;
    sched_context_attach(s, t);
    t->priority = ROOT_PRIORITY;
    bind(b, t, v, s);
    return NULL;
}
