/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking capabilities up and deriving weaker ones. */
#include "object/cap.h"
#include "state.h"

bool cap_badgeable(struct cap parent)
{
    u64 type = cap_type(parent);
    return (type == PN_CAP_ENDPOINT || type == PN_CAP_NOTIFICATION) && parent.badge == 0;
}

/*@ axiomatic bits {
      axiom and_at_most: \forall integer a, m; 0 <= a < 0x10000000000000000 ==> (a & m) <= a; } */

/*@ assigns \nothing;
    ensures kept: \result == (rights & mask);
    ensures subset: (\result & rights) == \result;
    ensures fewer: \result <= rights; */
static u64 keep(u64 rights, u64 mask)
{
    return rights & mask;
}

struct cap cap_derive(struct cap parent, u64 mask, u64 badge)
{
    struct cap child = parent;
    u64 rights = cap_rights(parent);
    child.word -= (rights - keep(rights, mask)) * 32u;
    if (badge != 0 && cap_badgeable(parent))
        child.badge = badge;
    return child;
}

bool cap_valid(struct cap c)
{
    u16 i = cap_index(c);
    switch (cap_type(c)) {
    case PN_CAP_NULL:
        return c.word == 0 && c.badge == 0;
    case PN_CAP_UNTYPED:
        return i < fixed.untypeds;
    case PN_CAP_CNODE:
        return i < fixed.cnodes;
    case PN_CAP_TCB:
        return i != NIL && i <= fixed.tcbs;
    case PN_CAP_ENDPOINT:
        return i != NIL && i <= fixed.endpoints;
    case PN_CAP_NOTIFICATION:
        return i != NIL && i <= fixed.notifications;
    case PN_CAP_REPLY:
        return i != NIL && i <= fixed.replies;
    case PN_CAP_SCHED_CONTEXT:
        return i != NIL && i <= fixed.scs;
    case PN_CAP_FRAME:
        return true;
    case PN_CAP_PAGE_TABLE:
        return i < fixed.page_tables;
    case PN_CAP_VSPACE:
        return i < fixed.vspaces;
    case PN_CAP_IRQ:
        return i > 0 && i <= fixed.irq_sources;
    case PN_CAP_SYSTEM:
        return i == 0;
    default:
        return false;
    }
}
