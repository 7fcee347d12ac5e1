/* SPDX-License-Identifier: BSD-2-Clause */
/* Retype: objects from untyped memory and from the kernel's pools. */
#include "invoke.h"
#include "object/create.h"
#include "state.h"

/* A checked request. */
struct retype {
    u64 type;
    u64 bytes; /* of one frame or untyped; never 0 */
    u64 align; /* of the first one */
    u64 count;
    u64 paddr; /* of the first frame or untyped */
    u32 slots; /* of one CNode */
    u32 slot;  /* first destination */
};

/* Of how many more of each kind there can be. */
static u64 pool_room(u64 type)
{
    const u16 room[PN_CAP_SYSTEM + 1] = {
        [PN_CAP_UNTYPED] = (u16)(PN_MAX_UNTYPEDS - fixed.untypeds),
        [PN_CAP_CNODE] = (u16)(PN_MAX_CNODES - fixed.cnodes),
        [PN_CAP_TCB] = (u16)(PN_MAX_TCBS - fixed.tcbs),
        [PN_CAP_ENDPOINT] = (u16)(PN_MAX_ENDPOINTS - fixed.endpoints),
        [PN_CAP_NOTIFICATION] = (u16)(PN_MAX_NOTIFICATIONS - fixed.notifications),
        [PN_CAP_REPLY] = (u16)(PN_MAX_REPLIES - fixed.replies),
        [PN_CAP_SCHED_CONTEXT] = (u16)(PN_MAX_SCHED_CONTEXTS - fixed.scs),
        [PN_CAP_FRAME] = PN_MAX_SLOTS,
        [PN_CAP_PAGE_TABLE] = (u16)(PN_MAX_PAGE_TABLES - fixed.page_tables),
        [PN_CAP_VSPACE] = (u16)(PN_MAX_VSPACES - fixed.vspaces),
    };
    return type <= PN_CAP_SYSTEM ? room[type] : 0;
}

/* The size argument means something else for each kind. */
static enum pn_error check_size(struct retype *r, u64 size)
{
    switch (r->type) {
    case PN_CAP_FRAME:
        if (size != PN_PAGE_BITS && size != PN_LARGE_BITS)
            return PN_ERR_INVALID_ARGUMENT;
        r->bytes = size == PN_LARGE_BITS ? PN_LARGE_SIZE : PN_PAGE_SIZE;
        r->align = r->bytes;
        return PN_OK;
    case PN_CAP_UNTYPED:
        if (size == 0 || size % PN_PAGE_SIZE != 0)
            return PN_ERR_INVALID_ARGUMENT;
        r->bytes = size;
        return PN_OK;
    case PN_CAP_CNODE:
        if (size == 0 || size > PN_MAX_CPTR)
            return PN_ERR_INVALID_ARGUMENT;
        r->slots = (u32)size;
        return PN_OK;
    default:
        if (size != 0 || r->type < PN_CAP_TCB || r->type > PN_CAP_VSPACE)
            return PN_ERR_INVALID_ARGUMENT;
        return PN_OK;
    }
}

static bool takes_memory(u64 type)
{
    return type == PN_CAP_FRAME || type == PN_CAP_UNTYPED;
}

static enum pn_error check_memory(struct retype *r, const struct untyped *u, u64 at)
{
    if (r->count > u->size / r->bytes)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    struct cut cut = untyped_find(u, r->count * r->bytes, r->align, at);
    r->paddr = cut.paddr;
    return cut.error;
}

static enum pn_error check_slots(struct retype *r, struct invocation *in)
{
    struct cap cnode = cap_lookup(in->thread, in->word[2]);
    if (!cap_is(cnode, PN_CAP_CNODE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    u64 slots = fixed_cnode[cap_index(cnode) % PN_MAX_CNODES].count;
    if (in->word[3] >= slots || r->count > slots - in->word[3])
        return invoke_range(in, 0, slots - 1);
    r->slot = invoke_slot(cnode, in->word[3]);
    for (u64 i = 0; i < r->count; i++) {
        u64 slot = r->slot + i;
        if (slot >= PN_MAX_SLOTS || fixed_slot[slot].word != 0)
            return PN_ERR_DELETE_FIRST;
    }
    return PN_OK;
}

static enum pn_error check(struct retype *r, struct invocation *in, const struct untyped *u)
{
    r->type = in->word[0] <= PN_CAP_SYSTEM ? in->word[0] : PN_CAP_NULL;
    r->count = in->word[4];
    enum pn_error error = check_size(r, in->word[1]);
    if (error != PN_OK)
        return error;
    if (r->count == 0 || r->count > PN_MAX_CPTR || (u->device && !takes_memory(r->type)))
        return PN_ERR_INVALID_ARGUMENT;
    error = check_slots(r, in);
    if (error != PN_OK)
        return error;
    if (r->count > pool_room(r->type))
        return PN_ERR_NOT_ENOUGH_MEMORY;
    if (r->type == PN_CAP_CNODE && r->slots * r->count > PN_MAX_SLOTS - fixed.slots)
        return PN_ERR_NOT_ENOUGH_MEMORY;
    return takes_memory(r->type) ? check_memory(r, u, in->word[5]) : PN_OK;
}

static u64 new_object(const struct retype *r, u64 paddr, u8 device)
{
    switch (r->type) {
    case PN_CAP_UNTYPED:
        return create_untyped(paddr, r->bytes, device);
    case PN_CAP_CNODE:
        return create_cnode(r->slots);
    case PN_CAP_TCB:
        return create_tcb();
    case PN_CAP_ENDPOINT:
        return create_endpoint();
    case PN_CAP_NOTIFICATION:
        return create_notification();
    case PN_CAP_REPLY:
        return create_reply();
    case PN_CAP_SCHED_CONTEXT:
        return create_sched_context();
    case PN_CAP_PAGE_TABLE:
        return create_page_table();
    case PN_CAP_VSPACE:
        return create_vspace();
    default:
        break;
    }
    u64 page = paddr / PN_PAGE_SIZE;
    if (page >= CAP_PAGES)
        kernel_stop_index();
    return page;
}

static void commit(const struct retype *r, struct untyped *u)
{
    u64 paddr = r->paddr;
    for (u64 i = 0; i < r->count; i++) {
        struct cap c = cap_make(r->type, PN_ALL_RIGHTS, new_object(r, paddr, u->device));
        if (r->type == PN_CAP_FRAME) {
            c.word += r->bytes == PN_LARGE_SIZE ? CAP_LARGE : 0;
            c.word += u->device ? CAP_DEVICE : 0;
        }
        u64 slot = r->slot + i;
        if (slot >= PN_MAX_SLOTS)
            kernel_stop_index();
        fixed_slot[slot] = c;
        paddr += r->bytes;
    }
    if (takes_memory(r->type))
        u->used = paddr - u->paddr;
}

enum pn_error invoke_untyped(struct invocation *in)
{
    if (in->method != PN_UNTYPED_RETYPE)
        return PN_ERR_ILLEGAL_OPERATION;
    if (in->count < INVOKE_WORDS)
        return PN_ERR_TRUNCATED_MESSAGE;
    u16 i = cap_index(in->cap);
    if (i >= PN_MAX_UNTYPEDS)
        kernel_stop_index();
    struct untyped *u = &fixed_untyped[i];
    struct retype r = {.bytes = PN_PAGE_SIZE, .align = PN_PAGE_SIZE};
    enum pn_error error = check(&r, in, u);
    if (error == PN_OK)
        commit(&r, u);
    return error;
}
