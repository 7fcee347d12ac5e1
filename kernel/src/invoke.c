/* SPDX-License-Identifier: BSD-2-Clause */
/* Dispatch by kind of object, and the construction latch. */
#include "invoke.h"
#include "machine/csr.h"
#include "state.h"

#define METHOD(m) (1ull << (m))
/* Methods that edit authority; seal ends them. */
#define CONSTRUCTION                                                                                        \
    (METHOD(PN_UNTYPED_RETYPE) | METHOD(PN_CNODE_DERIVE) | METHOD(PN_CNODE_DELETE) |                        \
     METHOD(PN_TCB_CONFIGURE) | METHOD(PN_TCB_SET_SCHED) | METHOD(PN_TCB_BIND_NOTIFICATION) |               \
     METHOD(PN_TCB_SET_START) | METHOD(PN_PAGE_TABLE_MAP) | METHOD(PN_FRAME_MAP) | METHOD(PN_FRAME_UNMAP) | \
     METHOD(PN_IRQ_SET_NOTIFICATION) | METHOD(PN_SYSTEM_IRQ) | METHOD(PN_SYSTEM_SCHED) |                    \
     METHOD(PN_SYSTEM_SEAL) | METHOD(PN_SYSTEM_DOMAIN))

static bool constructs(u64 method)
{
    return method < 64 && (CONSTRUCTION >> method & 1u) != 0;
}

u32 invoke_slot(struct cap cnode, u64 slot)
{
    u16 i = cap_index(cnode);
    if (cap_type(cnode) != PN_CAP_CNODE || i >= PN_MAX_CNODES || slot >= fixed_cnode[i].count)
        return PN_MAX_SLOTS;
    u64 index = fixed_cnode[i].base + slot;
    return index < PN_MAX_SLOTS ? (u32)index : PN_MAX_SLOTS;
}

enum pn_error invoke_range(struct invocation *in, u64 least, u64 greatest)
{
    in->answer_count = 2;
    in->answer[0] = least;
    in->answer[1] = greatest;
    return PN_ERR_RANGE;
}

enum pn_error invoke(struct invocation *in)
{
    u64 type = cap_type(in->cap);
    if (type == PN_CAP_NULL)
        return PN_ERR_INVALID_CAPABILITY;
    if (fixed.sealed && constructs(in->method))
        return PN_ERR_SEALED;
    switch (type) {
    case PN_CAP_UNTYPED:
        return invoke_untyped(in);
    case PN_CAP_CNODE:
        return invoke_cnode(in);
    case PN_CAP_TCB:
        return invoke_tcb(in);
    case PN_CAP_FRAME:
    case PN_CAP_PAGE_TABLE:
        return invoke_memory(in);
    case PN_CAP_IRQ:
        return invoke_irq(in);
    case PN_CAP_SYSTEM:
        return invoke_system(in);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}
