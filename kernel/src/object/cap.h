/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: a typed word and a badge. The word is, low to high: type 5 bits, rights 4, large frame 1,
 * device frame 1, zero 5, then the index of the object (16 bits) or the page number of the frame (44 bits).
 */
#ifndef KERNEL_OBJECT_CAP_H
#define KERNEL_OBJECT_CAP_H

#include <postern/abi.h>
#include "types.h"

struct tcb;

struct cap {
    u64 word;
    u64 badge;
};

#define CAP_LARGE  0x200u
#define CAP_DEVICE 0x400u
#define CAP_OBJECT 0x10000u /* unit of the object field */

/*@ assigns \nothing; ensures \result == c.word % 32; */
static inline u64 cap_type(struct cap c)
{
    return c.word & 31u;
}

/*@ assigns \nothing; ensures \result <= PN_ALL_RIGHTS; */
static inline u64 cap_rights(struct cap c)
{
    return c.word >> 5 & PN_ALL_RIGHTS;
}

/* All of 'rights' are there. */
/*@ assigns \nothing; */
static inline bool cap_allows(struct cap c, u64 rights)
{
    return (cap_rights(c) & rights) == rights;
}

/*@ assigns \nothing; */
static inline u16 cap_index(struct cap c)
{
    return (u16)(c.word / CAP_OBJECT & 0xffffu);
}

/* Physical address of a frame capability. */
/*@ assigns \nothing; ensures \result % 4096 == 0; */
static inline u64 cap_frame_address(struct cap c)
{
    return c.word / CAP_OBJECT * PN_PAGE_SIZE;
}

/*@ requires type < 32 && rights <= PN_ALL_RIGHTS; assigns \nothing; ensures \result.badge == 0; */
static inline struct cap cap_make(u64 type, u64 rights, u64 object)
{
    struct cap c = {type + rights * 32u + object * CAP_OBJECT, 0};
    return c;
}

/*@ assigns \nothing; ensures \result.word == 0 && \result.badge == 0; */
static inline struct cap cap_null(void)
{
    struct cap c = {0, 0};
    return c;
}

/* Rights of 'parent' that 'mask' leaves, and nothing else changed but the badge: 'badge' if not 0. */
/*@ assigns \nothing; */
struct cap cap_derive(struct cap parent, u64 mask, u64 badge);

/* A badge may be given: the parent is an endpoint or notification without one. */
/*@ assigns \nothing; */
bool cap_badgeable(struct cap parent);

/* The capability is of a type that exists and names an object that has been created. Invariant of every slot.
 */
bool cap_valid(struct cap c);

#endif
