/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready queues with their bitmap, and the release queue sorted by time. */
#include "ready.h"
#include "object/queue.h"
#include "state.h"

/* Multiplying by a de Bruijn sequence puts a different pattern into the top six bits for each single bit. */
#define DE_BRUIJN 0x03f79d71b4cb0a89ull

static const u8 bit_number[64] = {0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,
                                  62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
                                  63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
                                  46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6};

u64 lowest_bit(u64 word)
{
    return bit_number[((word & (~word + 1)) * DE_BRUIJN) >> 58];
}

/*@ requires thread: \valid_read(t);
    assigns ks_marks[t->domain % PN_MAX_DOMAINS][0 .. PRIORITY_WORDS - 1], ks.top; */
static void mark(const struct tcb *t)
{
    u32 bit = 255u - t->priority;
    ks_marks[t->domain % PN_MAX_DOMAINS][bit / 64] |= 1ull << bit % 64;
    if (t->domain == ks.domain && ks.top <= t->priority)
        ks.top = (u16)(t->priority + 1u);
}

/*@ requires thread: \valid_read(t);
    assigns ks_marks[t->domain % PN_MAX_DOMAINS][0 .. PRIORITY_WORDS - 1], ks.top; */
static void unmark(const struct tcb *t)
{
    u32 bit = 255u - t->priority;
    ks_marks[t->domain % PN_MAX_DOMAINS][bit / 64] &= ~(1ull << bit % 64);
    if (t->domain == ks.domain)
        ready_find_top();
}

COLD void ready_find_top(void)
{
    const u64 *marks = ks_marks[ks.domain % PN_MAX_DOMAINS];
    ks.top = 0;
    /*@ loop invariant word: 0 <= i <= PRIORITY_WORDS;
        loop assigns i;
        loop variant PRIORITY_WORDS - i; */
    for (u32 i = 0; i < PRIORITY_WORDS; i++) {
        if (marks[i] != 0) {
            ks.top = (u16)((256u - 64u * i - lowest_bit(marks[i])) & 0xffffu);
            return;
        }
    }
}

COLD void ready_append(struct tcb *t)
{
    struct queue *q = &READY_OF(t);
    t->queue = QUEUE_READY;
    t->next = NIL;
    t->prev = q->tail;
    if (q->tail == NIL) {
        q->head = t->self;
        mark(t);
    } else {
        tcb_at(q->tail)->next = t->self;
    }
    q->tail = t->self;
}

COLD void ready_prepend(struct tcb *t)
{
    struct queue *q = &READY_OF(t);
    t->queue = QUEUE_READY;
    t->prev = NIL;
    t->next = q->head;
    if (q->head == NIL) {
        q->tail = t->self;
        mark(t);
    } else {
        tcb_at(q->head)->prev = t->self;
    }
    q->head = t->self;
}

COLD void ready_remove(struct tcb *t)
{
    struct queue *q = &READY_OF(t);
    queue_remove(q, t);
    if (q->head == NIL)
        unmark(t);
}

COLD struct tcb *ready_take(void)
{
    struct tcb *t = tcb_at(ks_ready[ks.domain % PN_MAX_DOMAINS][(ks.top - 1u) % PN_PRIORITIES].head);
    ready_remove(t);
    return t;
}

COLD void release_insert(struct tcb *t)
{
    u64 time = sched_context_ready_time(t->sc);
    u16 before = NIL;
    u16 after = ks.release;
    /*@ loop invariant count: 0 <= i <= PN_MAX_TCBS;
        loop invariant before: before != NIL ==> releases(before) && ks_tcb[before].next == after;
        loop invariant after: after != NIL ==> releases(after) && ks_tcb[after].prev == before;
        loop invariant head: before == NIL ==> after == ks.release;
        loop assigns i, before, after;
        loop variant PN_MAX_TCBS - i; */
    for (u32 i = 0; i < PN_MAX_TCBS && after != NIL; i++) {
        const struct tcb *later = tcb_at(after);
        if (sched_context_ready_time(later->sc) > time)
            break;
        before = after;
        after = later->next;
    }
    t->queue = QUEUE_RELEASE;
    t->prev = before;
    t->next = after;
    if (before == NIL)
        ks.release = t->self;
    else
        tcb_at(before)->next = t->self;
    if (after != NIL)
        tcb_at(after)->prev = t->self;
    /* Who runs may go on running: the timer was armed without this thread. */
    if (time < ks.deadline) {
        ks.deadline = time;
        machine_set_timer(time);
    }
}

COLD void release_remove(struct tcb *t)
{
    if (t->prev == NIL)
        ks.release = t->next;
    else
        tcb_at(t->prev)->next = t->next;
    if (t->next != NIL)
        tcb_at(t->next)->prev = t->prev;
    t->queue = QUEUE_NONE;
}
