/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All state of the kernel: pools of objects, indexed by u16. What starts with "fixed_" lies in memory that
 * seal makes read-only; what starts with "ks_" goes on changing.
 */
#ifndef KERNEL_STATE_H
#define KERNEL_STATE_H

#include "machine/kernel_map.h"
#include "machine/machine.h"
#include "object/cap.h"
#include "object/ipc.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched_context.h"
#include "object/tcb.h"
#include "object/untyped.h"
#include "sched.h"
#include "stop.h"

extern struct endpoint ks_endpoint[PN_MAX_ENDPOINTS + 1];
extern struct notification ks_notification[PN_MAX_NOTIFICATIONS + 1];
extern struct reply ks_reply[PN_MAX_REPLIES + 1];
extern struct sched_context ks_sc[PN_MAX_SCHED_CONTEXTS + 1];
extern struct fpu_state ks_fpu[PN_MAX_TCBS + 1];

/* A CNode: a range of slots. */
struct cnode {
    u32 base;
    u32 count;
};

/* Where an interrupt goes. */
struct irq_binding {
    u64 badge;
    u16 notification; /* NIL: nobody handles it */
};

/* How much of each pool has been given out, and the facts found at boot. */
struct built {
    u64 timebase_hz;
    u32 slots;
    u16 tcbs;
    u16 endpoints;
    u16 notifications;
    u16 replies;
    u16 scs;
    u16 untypeds;
    u16 vspaces;
    u16 page_tables;
    u16 cnodes;
    u16 irq_sources; /* sources 1..irq_sources exist */
    u8 sealed;
    u8 has_fpu;
    u8 schedule;       /* PN_SCHEDULE_*: when the domain schedule starts; not 0: it is complete */
    u8 schedule_start; /* entry that it starts with, and comes back to */
};

/* An entry of the domain schedule. */
struct domain_slot {
    u64 ticks; /* 0: back to the first entry */
    u64 domain;
};

extern struct built fixed;
extern struct binding fixed_binding[PN_MAX_TCBS + 1];
extern u16 fixed_bound_tcb[PN_MAX_NOTIFICATIONS + 1];
extern struct cnode fixed_cnode[PN_MAX_CNODES];
extern struct untyped fixed_untyped[PN_MAX_UNTYPEDS];
extern struct irq_binding fixed_irq[PN_MAX_IRQS];
extern struct domain_slot fixed_schedule[PN_MAX_SCHEDULE];
extern u8 fixed_table_mapped[PN_MAX_PAGE_TABLES];
extern struct page_table fixed_vspace[PN_MAX_VSPACES];
extern struct page_table fixed_table[PN_MAX_PAGE_TABLES];
extern struct cap fixed_slot[PN_MAX_SLOTS + 1]; /* the last one is always empty */

/* The objects behind stored indices, each checked against its pool. Index 0, NIL, is an object that nobody
 * uses. */
/*@ assigns \nothing; ensures object: i <= PN_MAX_TCBS && \result == &ks_tcb[i]; */
static inline struct tcb *tcb_at(u64 i)
{
    if (unlikely(i > PN_MAX_TCBS))
        kernel_stop_index();
    return &ks_tcb[i];
}

/*@ assigns \nothing; ensures object: i <= PN_MAX_ENDPOINTS && \result == &ks_endpoint[i]; */
static inline struct endpoint *endpoint_at(u64 i)
{
    if (unlikely(i > PN_MAX_ENDPOINTS))
        kernel_stop_index();
    return &ks_endpoint[i];
}

/*@ assigns \nothing; ensures object: i <= PN_MAX_NOTIFICATIONS && \result == &ks_notification[i]; */
static inline struct notification *notification_at(u64 i)
{
    if (unlikely(i > PN_MAX_NOTIFICATIONS))
        kernel_stop_index();
    return &ks_notification[i];
}

/*@ assigns \nothing; ensures object: i <= PN_MAX_REPLIES && \result == &ks_reply[i]; */
static inline struct reply *reply_at(u64 i)
{
    if (unlikely(i > PN_MAX_REPLIES))
        kernel_stop_index();
    return &ks_reply[i];
}

/*@ assigns \nothing; ensures object: i <= PN_MAX_SCHED_CONTEXTS && \result == &ks_sc[i]; */
static inline struct sched_context *sc_at(u64 i)
{
    if (unlikely(i > PN_MAX_SCHED_CONTEXTS))
        kernel_stop_index();
    return &ks_sc[i];
}

/*@ assigns \nothing; ensures object: i <= PN_MAX_TCBS && \result == &fixed_binding[i]; */
static inline const struct binding *binding_at(u64 i)
{
    if (unlikely(i > PN_MAX_TCBS))
        kernel_stop_index();
    return &fixed_binding[i];
}

/* Of all ready threads none that waits has a higher priority than 't'. */
static inline bool sched_is_first(const struct tcb *t)
{
    u32 level = t->priority + 1u;
    return ks.top <= level && ks.waiting <= level;
}

static inline u64 ticks_to_us(u64 ticks)
{
    u64 hz = fixed.timebase_hz != 0 ? fixed.timebase_hz : 1;
    return ticks / hz * 1000000u + ticks % hz * 1000000u / hz;
}

/* 'us' at most PN_MAX_PERIOD_US; boot has refused a timebase above 1 GHz. */
static inline u64 us_to_ticks(u64 us)
{
    return us * fixed.timebase_hz / 1000000u;
}

/* Capability 'cptr' of a thread's CNode; the null capability when there is no such slot. */
/*@ requires binding: \valid_read(b);
    assigns \nothing;
    ensures slot: cptr < b->slot_count ==>
      b->slot_base + cptr < PN_MAX_SLOTS && \result == fixed_slot[b->slot_base + cptr];
    ensures none: cptr >= b->slot_count ==> \result == fixed_slot[PN_MAX_SLOTS]; */
static inline struct cap cap_at(const struct binding *b, u64 cptr)
{
    u64 slot = PN_MAX_SLOTS;
    u64 base = b->slot_base;
    if (likely(cptr < b->slot_count)) {
        slot = base + cptr;
        if (unlikely(slot >= PN_MAX_SLOTS))
            kernel_stop_index();
    }
    return fixed_slot[slot];
}

/*@ requires thread: \valid_read(thread);
    assigns \nothing;
    ensures binding: thread->self <= PN_MAX_TCBS;
    ensures slot: cptr < fixed_binding[thread->self].slot_count ==>
      fixed_binding[thread->self].slot_base + cptr < PN_MAX_SLOTS &&
      \result == fixed_slot[fixed_binding[thread->self].slot_base + cptr];
    ensures none: cptr >= fixed_binding[thread->self].slot_count ==> \result == fixed_slot[PN_MAX_SLOTS]; */
static inline struct cap cap_lookup(const struct tcb *thread, u64 cptr)
{
    return cap_at(binding_at(thread->self), cptr);
}

/*@ assigns \nothing; ensures buffer: 1 <= i <= PN_MAX_TCBS && \result == &ks_buffer[i - 1]; */
static inline struct message_buffer *buffer_at(u16 i)
{
    if (unlikely(i == NIL || i > PN_MAX_TCBS))
        kernel_stop_index();
    return &ks_buffer[i - 1];
}

#endif
