/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry points of the analysis. main: boot, then arbitrary traps for ever. main_havoc: one arbitrary trap
 * from any state of the kernel within the bounds of the pools, and what a debug kernel checks after it.
 * main_boot: boot alone.
 */
#include "boot/boot.h"
#include "check.h"
#include "fast/fast.h"
#include "state.h"
#include "trap.h"
#include "__fc_builtin.h"

/* clang-format off */
/*@ predicate pools_in_bounds =
      fixed.tcbs <= PN_MAX_TCBS && fixed.endpoints <= PN_MAX_ENDPOINTS &&
      fixed.notifications <= PN_MAX_NOTIFICATIONS && fixed.replies <= PN_MAX_REPLIES &&
      fixed.scs <= PN_MAX_SCHED_CONTEXTS && fixed.untypeds <= PN_MAX_UNTYPEDS &&
      fixed.vspaces <= PN_MAX_VSPACES && fixed.page_tables <= PN_MAX_PAGE_TABLES &&
      fixed.cnodes <= PN_MAX_CNODES && fixed.slots <= PN_MAX_SLOTS; */
/* clang-format on */

/* What machine/trap.S calls. */
static struct tcb *trap(struct tcb *t)
{
    struct tcb *next;
    switch (Frama_C_interval(0, 5)) {
    case 0:
        next =
            fast_call(hart_value, hart_value, hart_value, hart_value, hart_value, hart_value, hart_value, t);
        return next != NULL ? next : handle_call(t);
    case 1:
        next = fast_reply_receive(hart_value, hart_value, hart_value, hart_value, hart_value, hart_value,
                                  hart_value, t);
        return next != NULL ? next : handle_reply_receive(t);
    case 2:
        return handle_syscall(t);
    case 3:
        return handle_exception(t, hart_value, hart_value);
    case 4:
        return handle_interrupt(t, hart_value);
    default:
        handle_kernel_trap(hart_value, hart_value, hart_value);
    }
}

static void havoc(void)
{
    Frama_C_make_unknown((char *)&ks, sizeof ks);
    Frama_C_make_unknown((char *)ks_tcb, sizeof ks_tcb);
    Frama_C_make_unknown((char *)ks_endpoint, sizeof ks_endpoint);
    Frama_C_make_unknown((char *)ks_notification, sizeof ks_notification);
    Frama_C_make_unknown((char *)ks_reply, sizeof ks_reply);
    Frama_C_make_unknown((char *)ks_sc, sizeof ks_sc);
    Frama_C_make_unknown((char *)ks_ready, sizeof ks_ready);
    Frama_C_make_unknown((char *)ks_marks, sizeof ks_marks);
    Frama_C_make_unknown((char *)ks_buffer, sizeof ks_buffer);
    Frama_C_make_unknown((char *)ks_fpu, sizeof ks_fpu);
    Frama_C_make_unknown((char *)&fixed, sizeof fixed);
    Frama_C_make_unknown((char *)fixed_binding, sizeof fixed_binding);
    Frama_C_make_unknown((char *)fixed_bound_tcb, sizeof fixed_bound_tcb);
    Frama_C_make_unknown((char *)fixed_cnode, sizeof fixed_cnode);
    Frama_C_make_unknown((char *)fixed_untyped, sizeof fixed_untyped);
    Frama_C_make_unknown((char *)fixed_irq, sizeof fixed_irq);
    Frama_C_make_unknown((char *)fixed_schedule, sizeof fixed_schedule);
    Frama_C_make_unknown((char *)fixed_table_mapped, sizeof fixed_table_mapped);
    Frama_C_make_unknown((char *)fixed_vspace, sizeof fixed_vspace);
    Frama_C_make_unknown((char *)fixed_table, sizeof fixed_table);
    Frama_C_make_unknown((char *)fixed_slot, sizeof fixed_slot);
}

/* The assumptions: pools_in_bounds, by assignment. */
static void assume(void)
{
    fixed.tcbs = (u16)Frama_C_interval(0, PN_MAX_TCBS);
    fixed.endpoints = (u16)Frama_C_interval(0, PN_MAX_ENDPOINTS);
    fixed.notifications = (u16)Frama_C_interval(0, PN_MAX_NOTIFICATIONS);
    fixed.replies = (u16)Frama_C_interval(0, PN_MAX_REPLIES);
    fixed.scs = (u16)Frama_C_interval(0, PN_MAX_SCHED_CONTEXTS);
    fixed.untypeds = (u16)Frama_C_interval(0, PN_MAX_UNTYPEDS);
    fixed.vspaces = (u16)Frama_C_interval(0, PN_MAX_VSPACES);
    fixed.page_tables = (u16)Frama_C_interval(0, PN_MAX_PAGE_TABLES);
    fixed.cnodes = (u16)Frama_C_interval(0, PN_MAX_CNODES);
    fixed.slots = (u32)Frama_C_interval(0, PN_MAX_SLOTS);
}

void main_havoc(void)
{
    havoc();
    assume();
    (void)trap(&ks_tcb[Frama_C_interval(1, PN_MAX_TCBS)]);
    //@ assert pools_stay_in_bounds: pools_in_bounds;
    (void)kernel_check();
}

/* Whatever the loader passes; the window onto the boot descriptor holds arbitrary bytes. */
static struct tcb *boot(void)
{
    struct tcb *t = boot_main(hart_value, hart_value, hart_value, hart_value);
    //@ assert boot_stays_in_bounds: pools_in_bounds;
    return t;
}

void main_boot(void)
{
    (void)boot();
}

/* What user code can write is arbitrary at each trap: its registers and the message buffers. */
void main(void)
{
    struct tcb *t = boot();
    for (;;) {
        Frama_C_make_unknown((char *)t->reg, sizeof t->reg);
        Frama_C_make_unknown((char *)ks_buffer, sizeof ks_buffer);
        t = trap(t);
    }
}
