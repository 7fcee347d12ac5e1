/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refills of a sporadic scheduling context: a ring in time order, disjoint, whose amounts add up to the
 * budget, and whose head is never shorter than the smallest budget.
 */
#ifndef KERNEL_OBJECT_REFILL_H
#define KERNEL_OBJECT_REFILL_H

#include "object/sched_context.h"

/*@ predicate refill_ring{L}(struct sched_context *s) =
      \valid(s) && s->head < PN_MAX_REFILLS && s->count <= s->max && 1 <= s->max <= PN_MAX_REFILLS; */

/* One refill with the whole budget, usable from 'now' on. */
/*@ requires \valid(s);
    assigns s->head, s->count, s->refill[0];
    ensures one: s->head == 0 && s->count == 1;
    ensures whole: s->refill[0].amount == s->budget && s->refill[0].time == now; */
void refill_init(struct sched_context *s, u64 now);

/* 'used' ticks of the head were used: schedule their replenishment one period after they became available. */
/*@ requires assumed_ring: refill_ring(s) && s->count >= 1;
    assigns s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
    ensures ring: refill_ring(s) && s->count >= 1; */
void refill_charge(struct sched_context *s, u64 used);

/* The thread wakes or is switched to at 'now': time that passed unused does not accumulate. */
/*@ requires assumed_ring: refill_ring(s) && s->count >= 1;
    assigns s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
    ensures ring: refill_ring(s) && s->count >= 1; */
void refill_unblock(struct sched_context *s, u64 now);

/*@ requires \valid_read(s); assigns \nothing; */
struct refill refill_head(const struct sched_context *s);

/* The three invariants above. */
/*@ requires \valid_read(s); assigns \nothing; */
bool refill_valid(const struct sched_context *s);

#endif
