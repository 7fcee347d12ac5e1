/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of page tables and frames. */
#include "invoke.h"
#include "object/vspace.h"
#include "state.h"

/* READ is needed; WRITE and EXEC exclude each other, and devices are never executed. */
static enum pn_error check_rights(struct cap frame, u64 rights)
{
    if ((rights & PN_READ) == 0 || rights > (PN_READ | PN_WRITE | PN_EXEC))
        return PN_ERR_INVALID_ARGUMENT;
    if ((rights & PN_WRITE) != 0 && (rights & PN_EXEC) != 0)
        return PN_ERR_INVALID_ARGUMENT;
    if ((rights & PN_EXEC) != 0 && (frame.word & CAP_DEVICE) != 0)
        return PN_ERR_INVALID_ARGUMENT;
    return cap_allows(frame, rights) ? PN_OK : PN_ERR_INVALID_CAPABILITY;
}

static enum pn_error map_frame(struct invocation *in, u16 v, bool large)
{
    enum pn_error error = check_rights(in->cap, in->word[2]);
    if (error == PN_OK)
        error = vspace_check_map(v, in->word[1], large);
    if (error == PN_OK)
        vspace_map(v, in->word[1], large, cap_frame_address(in->cap), in->word[2]);
    return error;
}

enum pn_error invoke_memory(struct invocation *in)
{
    bool frame = cap_type(in->cap) == PN_CAP_FRAME;
    bool large = (in->cap.word & CAP_LARGE) != 0;
    if (frame && in->method == PN_FRAME_ADDRESS) {
        in->answer_count = 1;
        in->answer[0] = cap_frame_address(in->cap);
        return PN_OK;
    }
    if (frame ? in->method != PN_FRAME_MAP && in->method != PN_FRAME_UNMAP : in->method != PN_PAGE_TABLE_MAP)
        return PN_ERR_ILLEGAL_OPERATION;
    if (in->count < (in->method == PN_FRAME_MAP ? 3u : 2u))
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap vspace = cap_lookup(in->thread, in->word[0]);
    if (!cap_is(vspace, PN_CAP_VSPACE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    if (!frame)
        return vspace_map_table(cap_index(vspace), cap_index(in->cap), in->word[1]);
    if (in->method == PN_FRAME_MAP)
        return map_frame(in, cap_index(vspace), large);
    return vspace_unmap(cap_index(vspace), in->word[1], large, cap_frame_address(in->cap));
}
