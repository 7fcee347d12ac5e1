/* SPDX-License-Identifier: BSD-2-Clause */
/* Sporadic-server refills (refill.h states the invariants). */
#include "object/refill.h"

/*@ requires assumed_ring: \valid_read(s) && position <= PN_MAX_REFILLS;
    assigns \nothing;
    ensures place: \result == (s->head + position) % PN_MAX_REFILLS; */
static u32 slot(const struct sched_context *s, u32 position)
{
    return (s->head + position) % PN_MAX_REFILLS;
}

struct refill refill_head(const struct sched_context *s)
{
    return s->refill[s->head % PN_MAX_REFILLS];
}

void refill_init(struct sched_context *s, u64 now)
{
    s->head = 0;
    s->count = 1;
    s->refill[0].time = now;
    s->refill[0].amount = s->budget;
}

/*@ requires assumed_ring: \valid(s) && s->head < PN_MAX_REFILLS && 1 <= s->count <= PN_MAX_REFILLS;
    assigns s->head, s->count;
    ensures taken: \result == \old(s->refill[s->head]);
    ensures head: s->head == (\old(s->head) + 1) % PN_MAX_REFILLS;
    ensures count: s->count == \old(s->count) - 1; */
static struct refill take_head(struct sched_context *s)
{
    struct refill head = s->refill[s->head % PN_MAX_REFILLS];
    s->head = (u8)((s->head + 1u) % PN_MAX_REFILLS);
    s->count = (u8)((s->count - 1u) % 256u);
    return head;
}

/* Append, or merge with the last one if it touches it or the ring is full. Merging only ever delays. */
/*@ requires assumed_ring: refill_ring(s);
    assigns s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
    ensures ring: refill_ring(s) && s->count >= 1;
    ensures empty: \old(s->count) == 0 ==> s->count == 1 && s->refill[s->head] == added;
    ensures more: \old(s->count) != s->count ==> s->count == \old(s->count) + 1;
    ensures appended: 0 < \old(s->count) < s->count ==> s->refill[(s->head + \old(s->count)) % PN_MAX_REFILLS]
   == added; */
static void add_tail(struct sched_context *s, struct refill added)
{
    if (s->count == 0) {
        s->refill[s->head % PN_MAX_REFILLS] = added;
        s->count = 1;
        return;
    }
    struct refill *last = &s->refill[slot(s, s->count - 1u)];
    if (added.time <= last->time + last->amount) {
        last->amount += added.amount;
    } else if (s->count < s->max) {
        s->refill[slot(s, s->count)] = added;
        s->count = (u8)((s->count + 1u) % 256u);
    } else {
        last->time = added.time - last->amount;
        last->amount += added.amount;
    }
}

/* A head too short to run on joins its successor, which then begins as much earlier. */
/*@ requires assumed_ring: refill_ring(s) && s->count >= 1;
    assigns s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
    ensures ring: refill_ring(s) && s->count >= 1; */
static void merge_short_head(struct sched_context *s)
{
    /*@ loop invariant turn: 0 <= i <= PN_MAX_REFILLS;
        loop invariant ring: refill_ring(s) && s->count >= 1;
        loop assigns i, s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
        loop variant PN_MAX_REFILLS - i; */
    for (u32 i = 0; i < PN_MAX_REFILLS && s->count > 1; i++) {
        if (refill_head(s).amount >= s->minimum)
            return;
        struct refill head = take_head(s);
        struct refill *next = &s->refill[s->head % PN_MAX_REFILLS];
        next->time -= head.amount;
        next->amount += head.amount;
    }
}

void refill_charge(struct sched_context *s, u64 used)
{
    /*@ loop invariant turn: 0 <= i <= PN_MAX_REFILLS;
        loop invariant ring: refill_ring(s) && s->count >= 1;
        loop assigns i, used, s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
        loop variant PN_MAX_REFILLS - i; */
    for (u32 i = 0; i < PN_MAX_REFILLS && used > 0; i++) {
        struct refill head = take_head(s);
        struct refill later = {head.time + s->period, head.amount};
        if (used < head.amount) {
            later.amount = used;
            head.time += used;
            head.amount -= used;
            s->head = (u8)((s->head + PN_MAX_REFILLS - 1u) % PN_MAX_REFILLS);
            s->refill[s->head] = head;
            s->count = (u8)((s->count + 1u) % 256u);
        }
        add_tail(s, later);
        used -= later.amount;
    }
    merge_short_head(s);
}

void refill_unblock(struct sched_context *s, u64 now)
{
    struct refill *head = &s->refill[s->head % PN_MAX_REFILLS];
    if (head->time >= now)
        return;
    head->time = now;
    /*@ loop invariant turn: 0 <= i <= PN_MAX_REFILLS;
        loop invariant ring: refill_ring(s) && s->count >= 1;
        loop assigns i, s->head, s->count, s->refill[0 .. PN_MAX_REFILLS - 1];
        loop variant PN_MAX_REFILLS - i; */
    for (u32 i = 0; i < PN_MAX_REFILLS && s->count > 1; i++) {
        struct refill first = refill_head(s);
        struct refill *second = &s->refill[slot(s, 1)];
        if (second->time > first.time + first.amount)
            return;
        second->time = first.time;
        second->amount += first.amount;
        s->head = (u8)((s->head + 1u) % PN_MAX_REFILLS);
        s->count = (u8)((s->count - 1u) % 256u);
    }
}

bool refill_valid(const struct sched_context *s)
{
    if (s->head >= PN_MAX_REFILLS || s->count < 1 || s->count > s->max || s->max > PN_MAX_REFILLS)
        return false;
    u64 sum = 0;
    u64 end = 0;
    for (u32 i = 0; i < s->count; i++) {
        struct refill r = s->refill[slot(s, i)];
        if (r.time < end)
            return false;
        end = r.time + r.amount;
        sum += r.amount;
    }
    return sum == s->budget && refill_head(s).amount >= s->minimum;
}
