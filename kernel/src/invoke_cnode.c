/* SPDX-License-Identifier: BSD-2-Clause */
/* Derive and delete capabilities. */
#include "invoke.h"
#include "state.h"

static enum pn_error derive(struct invocation *in)
{
    if (in->count < 4)
        return PN_ERR_TRUNCATED_MESSAGE;
    u32 slot = invoke_slot(in->cap, in->word[0]);
    struct cap source = cap_lookup(in->thread, in->word[1]);
    u64 badge = in->word[3];
    if (slot >= PN_MAX_SLOTS)
        return PN_ERR_RANGE;
    if (fixed_slot[slot].word != 0)
        return PN_ERR_DELETE_FIRST;
    if (cap_type(source) == PN_CAP_NULL)
        return PN_ERR_FAILED_LOOKUP;
    if (badge != 0 && !cap_badgeable(source))
        return PN_ERR_ILLEGAL_OPERATION;
    fixed_slot[slot] = cap_derive(source, in->word[2], badge);
    return PN_OK;
}

static enum pn_error delete_slot(struct invocation *in)
{
    if (in->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    u32 slot = invoke_slot(in->cap, in->word[0]);
    if (slot >= PN_MAX_SLOTS)
        return PN_ERR_RANGE;
    fixed_slot[slot] = cap_null();
    return PN_OK;
}

enum pn_error invoke_cnode(struct invocation *in)
{
    if (in->method != PN_CNODE_DERIVE && in->method != PN_CNODE_DELETE)
        return PN_ERR_ILLEGAL_OPERATION;
    if (!cap_allows(in->cap, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    return in->method == PN_CNODE_DERIVE ? derive(in) : delete_slot(in);
}
