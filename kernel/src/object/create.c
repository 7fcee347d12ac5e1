/* SPDX-License-Identifier: BSD-2-Clause */
/* New objects: the next one of each pool. What lies in .bss is 0 from the boot on, and 0 is how every object
 * begins. */
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
    tcb_at(i)->self = i;
    for (u32 w = 0; w < PN_PAGE_SIZE / 8; w++)
        buffer_at(i)->word[w] = 0;
    return i;
}

u16 create_endpoint(void)
{
    if (fixed.endpoints >= PN_MAX_ENDPOINTS)
        kernel_stop_index();
    return ++fixed.endpoints;
}

u16 create_notification(void)
{
    if (fixed.notifications >= PN_MAX_NOTIFICATIONS)
        kernel_stop_index();
    return ++fixed.notifications;
}

u16 create_reply(void)
{
    if (fixed.replies >= PN_MAX_REPLIES)
        kernel_stop_index();
    return ++fixed.replies;
}

u16 create_sched_context(void)
{
    if (fixed.scs >= PN_MAX_SCHED_CONTEXTS)
        kernel_stop_index();
    return ++fixed.scs;
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
