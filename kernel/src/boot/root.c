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

static const char *create_space(const struct pn_boot_system *s, u16 v)
{
    for (u32 i = 0; i < s->root_segment_count && i < PN_BOOT_SEGMENTS; i++) {
        if (!map_segment(v, s->root_segment[i]))
            return "segments overlap or need too many tables";
    }
    if (!map_page(v, PN_MSGBUF_VADDR, kernel_map_physical(buffer_at(1)), PN_READ | PN_WRITE) ||
        !map_page(v, PN_BOOTINFO_VADDR, kernel_map_physical(&bootinfo), PN_READ))
        return "a segment lies on the message buffer or bootinfo";
    return NULL;
}

static void create_untypeds(const struct pn_boot_machine *m)
{
    for (u32 i = 0; i < m->untyped_count && i < PN_MAX_UNTYPEDS; i++) {
        struct pn_boot_untyped u = m->untyped[i];
        bool device = u.is_device != 0;
        u32 slot = PN_ROOT_FIRST_UNTYPED + i;
        struct pn_untyped_desc desc = {u.paddr, u.size, slot, device};
        bootinfo.info.untyped[i] = desc;
        set_slot(slot, cap_make(PN_CAP_UNTYPED, PN_ALL_RIGHTS, create_untyped(u.paddr, u.size, device)));
    }
}

static void fill_bootinfo(u64 entry_time, u64 entry_instret)
{
    bootinfo.info.magic = PN_BOOTINFO_MAGIC;
    bootinfo.info.untyped_count = fixed.untypeds;
    bootinfo.info.first_free_slot = PN_ROOT_FIRST_UNTYPED + fixed.untypeds;
    bootinfo.info.timebase_hz = fixed.timebase_hz;
    bootinfo.info.kernel_entry_time = entry_time;
    bootinfo.info.kernel_entry_instret = entry_instret;
}

static void bind(const struct pn_boot_system *system, struct tcb *t, u16 v, u16 s)
{
    struct binding *binding = &fixed_binding[t->self];
    binding->slot_base = fixed_cnode[0].base;
    binding->slot_count = fixed_cnode[0].count;
    binding->vspace = v;
    binding->satp = vspace_satp(v);
    binding->sc = s;
    binding->flags = PN_TCB_COUNTERS;
    binding->configured = 1;
    binding->start_pc = system->root_entry;
    binding->start_sp = system->root_sp;
    binding->start_a0 = PN_BOOTINFO_VADDR;
    tcb_load_start(t);
}

const char *root_create(const struct pn_boot *d, u64 entry_time, u64 entry_instret)
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
    const char *problem = create_space(&d->system, v);
    if (problem != NULL)
        return problem;
    create_untypeds(&d->machine);
    fill_bootinfo(entry_time, entry_instret);
    u64 budget = us_to_ticks(ROOT_BUDGET_US);
    sched_context_configure(s, budget, budget, 2, 0, entry_time);
    sc_at(s)->home_thread = t->self;
    sched_context_attach(s, t);
    t->priority = ROOT_PRIORITY;
    bind(&d->system, t, v, s);
    return NULL;
}
