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
#define CAP_OBJECT 0x10000u        /* unit of the object field */
#define CAP_PAGES  0x100000000000u /* page numbers have 44 bits */

/*@ logic integer cap_type_of(struct cap c) = c.word % 32;
    logic integer cap_rights_of(struct cap c) = c.word / 32 % 16;
    logic integer cap_object_of(struct cap c) = c.word / 65536;
    predicate cap_takes_badge(struct cap c) =
      (c.word % 32 == PN_CAP_ENDPOINT || c.word % 32 == PN_CAP_NOTIFICATION) && c.badge == 0; */

/*@ assigns \nothing; ensures type: \result == cap_type_of(c); */
static inline u64 cap_type(struct cap c)
{
    return c.word % 32u;
}

/*@ assigns \nothing; ensures rights: \result == cap_rights_of(c); */
static inline u64 cap_rights(struct cap c)
{
    return c.word / 32u % (PN_ALL_RIGHTS + 1u);
}

/* All of 'rights' are there. */
/*@ assigns \nothing; ensures all: \result <==> (cap_rights_of(c) & rights) == rights; */
static inline bool cap_allows(struct cap c, u64 rights)
{
    return (cap_rights(c) & rights) == rights;
}

/* It is of this type and has all of 'rights'. */
/*@ assigns \nothing; */
static inline bool cap_is(struct cap c, u64 type, u64 rights)
{
    return (c.word & (31u + rights * 32u)) == type + rights * 32u;
}

/*@ assigns \nothing; ensures index: \result == cap_object_of(c) % 65536; */
static inline u16 cap_index(struct cap c)
{
    return (u16)(c.word / CAP_OBJECT % CAP_OBJECT);
}

/* Physical address of a frame capability. */
/*@ assigns \nothing; ensures page: \result == cap_object_of(c) * PN_PAGE_SIZE; */
static inline u64 cap_frame_address(struct cap c)
{
    return c.word / CAP_OBJECT * PN_PAGE_SIZE;
}

/*@ requires fields: type < 32 && rights <= PN_ALL_RIGHTS && object < 0x100000000000;
    assigns \nothing;
    ensures type: cap_type_of(\result) == type;
    ensures rights: cap_rights_of(\result) == rights;
    ensures plain: \result.word / 512 % 128 == 0;
    ensures object: cap_object_of(\result) == object;
    ensures unbadged: \result.badge == 0; */
static inline struct cap cap_make(u64 type, u64 rights, u64 object)
{
    struct cap c = {type + rights * 32u + object * CAP_OBJECT, 0};
    return c;
}

/*@ assigns \nothing; ensures null: \result.word == 0 && \result.badge == 0; */
static inline struct cap cap_null(void)
{
    struct cap c = {0, 0};
    return c;
}

/* Rights of 'parent' that 'mask' leaves, and nothing else changed but the badge: 'badge' if not 0. */
/*@ assigns \nothing;
    ensures masked: cap_rights_of(\result) == (cap_rights_of(parent) & mask);
    ensures fewer: cap_rights_of(\result) <= cap_rights_of(parent);
    ensures type: cap_type_of(\result) == cap_type_of(parent);
    ensures object: \result.word / 512 == parent.word / 512;
    ensures badge_kept: !(badge != 0 && cap_takes_badge(parent)) ==> \result.badge == parent.badge;
    ensures badge_given: badge != 0 && cap_takes_badge(parent) ==> \result.badge == badge;
    ensures badge_once: parent.badge != 0 ==> \result.badge == parent.badge; */
struct cap cap_derive(struct cap parent, u64 mask, u64 badge);

/* A badge may be given: the parent is an endpoint or notification without one. */
/*@ assigns \nothing; ensures badgeable: \result <==> cap_takes_badge(parent); */
bool cap_badgeable(struct cap parent);

/* The capability is of a type that exists and names an object that has been created. Invariant of every slot.
 */
bool cap_valid(struct cap c);

#endif
