/* SPDX-License-Identifier: BSD-2-Clause */
/* New objects: the next free one of each pool. */
#include "object/create.h"
#include "object/vspace.h"
#include "state.h"

u16 create_cnode(u32 slots)
{
    if (fixed.cnodes >= PN_MAX_CNODES)
        kernel_stop_index();
    u16 i = fixed.cnodes++;
    struct cnode node = {fixed.slots, slots};
    fixed_cnode[i] = node;
    for (u32 s = 0; s < slots && fixed.slots < PN_MAX_SLOTS; s++)
        fixed_slot[fixed.slots++] = cap_null();
    return i;
}

u16 create_untyped(u64 paddr, u64 size, u8 device)
{
    if (fixed.untypeds >= PN_MAX_UNTYPEDS)
        kernel_stop_index();
    struct untyped u = {paddr, size, 0, device};
    u16 i = fixed.untypeds++;
    fixed_untyped[i] = u;
    return i;
}

u16 create_tcb(void)
{
    if (fixed.tcbs >= PN_MAX_TCBS)
        kernel_stop_index();
    u16 i = ++fixed.tcbs;
    (void)tcb_init(i);
    return i;
}

u16 create_endpoint(void)
{
    if (fixed.endpoints >= PN_MAX_ENDPOINTS)
        kernel_stop_index();
    struct endpoint e = {{NIL, NIL}, NIL, ENDPOINT_IDLE};
    u16 i = ++fixed.endpoints;
    ks_endpoint[i] = e;
    return i;
}

u16 create_notification(void)
{
    if (fixed.notifications >= PN_MAX_NOTIFICATIONS)
        kernel_stop_index();
    struct notification n = {0, {NIL, NIL}, NIL, NOTIFICATION_IDLE};
    u16 i = ++fixed.notifications;
    ks_notification[i] = n;
    fixed_bound_tcb[i] = NIL;
    return i;
}

u16 create_reply(void)
{
    if (fixed.replies >= PN_MAX_REPLIES)
        kernel_stop_index();
    struct reply r = {NIL, NIL, NIL, NIL, NIL, {0, 0, 0}};
    u16 i = ++fixed.replies;
    ks_reply[i] = r;
    return i;
}

u16 create_sched_context(void)
{
    if (fixed.scs >= PN_MAX_SCHED_CONTEXTS)
        kernel_stop_index();
    u16 i = ++fixed.scs;
    struct sched_context *s = &ks_sc[i];
    s->budget = 0;
    s->consumed = 0;
    s->thread = NIL;
    s->reply = NIL;
    s->home_thread = NIL;
    s->home_notification = NIL;
    return i;
}

u16 create_page_table(void)
{
    if (fixed.page_tables >= PN_MAX_PAGE_TABLES)
        kernel_stop_index();
    u16 i = fixed.page_tables++;
    page_table_init(i);
    return i;
}

u16 create_vspace(void)
{
    if (fixed.vspaces >= PN_MAX_VSPACES)
        kernel_stop_index();
    u16 i = fixed.vspaces++;
    vspace_init(i);
    return i;
}
