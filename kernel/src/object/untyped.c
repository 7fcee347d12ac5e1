/* SPDX-License-Identifier: BSD-2-Clause */
/* Cutting from untyped memory. */
#include "object/untyped.h"
#include "stop.h"

#define ADDRESS_TOP 0x100000000000000ull /* physical addresses have 56 bits */

struct cut untyped_find(const struct untyped *u, u64 size, u64 align, u64 at)
{
    struct cut none = {PN_ERR_NOT_ENOUGH_MEMORY, 0};
    if (u->paddr > ADDRESS_TOP || u->size > ADDRESS_TOP - u->paddr || u->used > u->size)
        kernel_stop_index();
    u64 start = u->paddr + u->used;
    u64 end = u->paddr + u->size;
    if (at != 0) {
        if (at % align != 0) {
            none.error = PN_ERR_ALIGNMENT;
            return none;
        }
        if (at < start)
            return none;
        start = at;
        //@ assert pages: align == PN_PAGE_SIZE ==> start % PN_PAGE_SIZE == 0;
        //@ assert large: align == PN_LARGE_SIZE ==> start % PN_LARGE_SIZE == 0;
    } else if (start % align != 0) {
        start += align - start % align;
        //@ assert pages: align == PN_PAGE_SIZE ==> start % PN_PAGE_SIZE == 0;
        //@ assert large: align == PN_LARGE_SIZE ==> start % PN_LARGE_SIZE == 0;
    }
    if (start > end || size > end - start)
        return none;
    struct cut found = {PN_OK, start};
    return found;
}
