/* SPDX-License-Identifier: BSD-2-Clause */
/* Untyped memory: physical address ranges that are cut into frames from below, and the right to create
 * objects. */
#ifndef KERNEL_OBJECT_UNTYPED_H
#define KERNEL_OBJECT_UNTYPED_H

#include <postern/abi.h>
#include "types.h"

struct untyped {
    u64 paddr;
    u64 size;
    u64 used; /* bytes from paddr on that are spent or lost */
    u8 device;
};

/* Where the next 'size' bytes, a multiple of 'align' (a power of two), can be cut.
 * 'at' 0: at the first aligned address above the watermark; otherwise exactly there. */
struct cut {
    enum pn_error error; /* PN_OK, PN_ERR_ALIGNMENT or PN_ERR_NOT_ENOUGH_MEMORY */
    u64 paddr;
};

/*@ requires readable: \valid_read(u);
    requires page: align == PN_PAGE_SIZE || align == PN_LARGE_SIZE;
    assigns \nothing;
    ensures ok: u->used <= u->size && u->paddr + u->size <= 0x100000000000000;
    ensures errors: \result.error == PN_OK || \result.error == PN_ERR_ALIGNMENT ||
      \result.error == PN_ERR_NOT_ENOUGH_MEMORY;
    ensures above: \result.error == PN_OK ==> \result.paddr >= u->paddr + u->used;
    ensures inside: \result.error == PN_OK ==> \result.paddr + size <= u->paddr + u->size;
    ensures aligned: \result.error == PN_OK ==> \result.paddr % align == 0;
    ensures chosen: \result.error == PN_OK && at != 0 ==> \result.paddr == at;
    ensures first: \result.error == PN_OK && at == 0 ==> \result.paddr < u->paddr + u->used + align;
    ensures apart: \result.error == PN_OK ==> \forall integer earlier, length;
      u->paddr <= earlier && 0 <= length && earlier + length <= u->paddr + u->used ==>
      earlier + length <= \result.paddr; */
struct cut untyped_find(const struct untyped *u, u64 size, u64 align, u64 at);

#endif
