/* SPDX-License-Identifier: BSD-2-Clause */
/* Ready queues with their bitmap, and the release queue sorted by time. */
#include "ready.h"
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

static void mark(u8 priority)
{
    u32 bit = 255u - priority;
    ks.ready[bit / 64] |= 1ull << bit % 64;
    if (ks.top <= priority)
        ks.top = (u16)(priority + 1u);
}

static void unmark(u8 priority)
{
    u32 bit = 255u - priority;
    ks.ready[bit / 64] &= ~(1ull << bit % 64);
    if (ks.top != priority + 1u)
        return;
    ks.top = 0;
    for (u32 i = 0; i < PRIORITY_WORDS; i++) {
        if (ks.ready[i] != 0) {
            ks.top = (u16)((256u - 64u * i - lowest_bit(ks.ready[i])) & 0xffffu);
            return;
        }
    }
}

void ready_append(u16 t)
{
    struct tcb *thread = tcb_at(t);
    struct ready_queue *q = &ks_ready[thread->priority];
    thread->queue = QUEUE_READY;
    thread->next = NIL;
    thread->prev = q->tail;
    if (q->tail == NIL) {
        q->head = t;
        mark(thread->priority);
    } else {
        tcb_at(q->tail)->next = t;
    }
    q->tail = t;
}

void ready_prepend(u16 t)
{
    struct tcb *thread = tcb_at(t);
    struct ready_queue *q = &ks_ready[thread->priority];
    thread->queue = QUEUE_READY;
    thread->prev = NIL;
    thread->next = q->head;
    if (q->head == NIL) {
        q->tail = t;
        mark(thread->priority);
    } else {
        tcb_at(q->head)->prev = t;
    }
    q->head = t;
}

void ready_remove(u16 t)
{
    struct tcb *thread = tcb_at(t);
    struct ready_queue *q = &ks_ready[thread->priority];
    if (thread->prev == NIL)
        q->head = thread->next;
    else
        tcb_at(thread->prev)->next = thread->next;
    if (thread->next == NIL)
        q->tail = thread->prev;
    else
        tcb_at(thread->next)->prev = thread->prev;
    thread->queue = QUEUE_NONE;
    if (q->head == NIL)
        unmark(thread->priority);
}

u16 ready_take(void)
{
    u16 t = ks_ready[(ks.top - 1u) % PN_PRIORITIES].head;
    ready_remove(t);
    return t;
}

void release_insert(u16 t)
{
    struct tcb *thread = tcb_at(t);
    u64 time = sched_context_ready_time(thread->sc);
    u16 before = NIL;
    u16 after = ks.release;
    for (u32 i = 0; i < PN_MAX_TCBS && after != NIL; i++) {
        if (sched_context_ready_time(tcb_at(after)->sc) > time)
            break;
        before = after;
        after = tcb_at(after)->next;
    }
    thread->queue = QUEUE_RELEASE;
    thread->prev = before;
    thread->next = after;
    if (before == NIL)
        ks.release = t;
    else
        tcb_at(before)->next = t;
    if (after != NIL)
        tcb_at(after)->prev = t;
}

void release_remove(u16 t)
{
    struct tcb *thread = tcb_at(t);
    if (thread->prev == NIL)
        ks.release = thread->next;
    else
        tcb_at(thread->prev)->next = thread->next;
    if (thread->next != NIL)
        tcb_at(thread->next)->prev = thread->prev;
    thread->queue = QUEUE_NONE;
}
