/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ready queues, bitmap and release queue: from any state in which the queues touched and any other one are in
 * order, each operation changes one queue as documented, the bitmap agrees with the queues, and the highest
 * priority is found. Few threads, all priorities, two domains.
 */
#include "ready.h"
#include "state.h"

#define CLAIM(condition, text) __CPROVER_assert(condition, text)
#define GIVEN(condition)       __CPROVER_assume(condition)

static u64 time_of[PN_MAX_SCHED_CONTEXTS + 1];
static u64 timer;

/* When a context may run depends on nothing that these operations write. */
u64 sched_context_ready_time(u16 s)
{
    return time_of[s <= PN_MAX_SCHED_CONTEXTS ? s : 0];
}

void machine_set_timer(u64 deadline)
{
    timer = deadline;
}

/* The threads of a queue, first to last. */
struct row {
    u16 thread[PN_MAX_TCBS + 1];
    u16 count;
    bool good; /* links agree in both directions, and it ends */
};

static struct row walk(u16 first, enum thread_queue kind)
{
    struct row row = {{0}, 0, true};
    u16 before = NIL;
    for (u16 i = first; i != NIL; i = ks_tcb[i].next) {
        if (i > PN_MAX_TCBS || row.count >= PN_MAX_TCBS || ks_tcb[i].queue != kind ||
            ks_tcb[i].prev != before) {
            row.good = false;
            break;
        }
        row.thread[row.count++] = i;
        before = i;
    }
    return row;
}

static struct row ready(u8 domain, u8 priority)
{
    struct queue q = ks_ready[domain][priority];
    struct row row = walk(q.head, QUEUE_READY);
    row.good = row.good && q.tail == (row.count == 0 ? NIL : row.thread[row.count - 1]);
    for (u16 i = 0; i < PN_MAX_TCBS; i++) {
        const struct tcb *t = &ks_tcb[row.thread[i]];
        row.good = row.good && (i >= row.count || (t->domain == domain && t->priority == priority));
    }
    return row;
}

/* 'after' is 'before' with 't' added at 'place'. */
static bool with(const struct row *after, const struct row *before, u16 place, u16 t)
{
    bool same = after->good && after->count == before->count + 1 && after->thread[place] == t;
    for (u16 i = 0; i < PN_MAX_TCBS; i++)
        same = same && (i >= before->count || after->thread[i < place ? i : i + 1] == before->thread[i]);
    return same;
}

static u16 place_of(const struct row *row, u16 t)
{
    u16 place = PN_MAX_TCBS;
    for (u16 i = 0; i < PN_MAX_TCBS; i++)
        place = i < row->count && row->thread[i] == t ? i : place;
    return place;
}

static bool marked(u8 domain, u8 priority)
{
    u32 bit = 255u - priority;
    return (ks_marks[domain][bit / 64] >> bit % 64 & 1) != 0;
}

static bool mark_agrees(u8 domain, u8 priority)
{
    return marked(domain, priority) == (ks_ready[domain][priority].head != NIL);
}

/* ks.top names the highest mark of the current domain: its own is there and none above it. */
static bool top_is_highest(void)
{
    const u64 *marks = ks_marks[ks.domain];
    u32 bit = 256u - ks.top;
    if (ks.top > PN_PRIORITIES || (ks.top != 0 && !marked(ks.domain, (u8)(ks.top - 1u))))
        return false;
    for (u32 i = 0; i < PRIORITY_WORDS; i++) {
        u64 above = i < bit / 64 ? ~0ull : i > bit / 64 ? 0 : (1ull << bit % 64) - 1;
        if ((marks[i] & above) != 0)
            return false;
    }
    return true;
}

/* Of all queues any one, and of all threads any one, beside those that are operated on. */
static u8 other_domain, other_priority;
static u16 bystander;
static struct queue other;
static u16 next, prev;

static void any_state(void)
{
    for (u16 i = 0; i <= PN_MAX_TCBS; i++)
        GIVEN(ks_tcb[i].self == i && ks_tcb[i].domain < PN_MAX_DOMAINS);
    GIVEN(ks.domain < PN_MAX_DOMAINS && other_domain < PN_MAX_DOMAINS && bystander <= PN_MAX_TCBS);
    GIVEN(top_is_highest());
    GIVEN(mark_agrees(other_domain, other_priority));
    other = ks_ready[other_domain][other_priority];
    next = ks_tcb[bystander].next;
    prev = ks_tcb[bystander].prev;
}

static bool in_queue_of(const struct tcb *t, u8 domain, u8 priority)
{
    return t->domain == domain && t->priority == priority;
}

static struct row any_queue(const struct tcb *t)
{
    struct row row = ready(t->domain, t->priority);
    GIVEN(row.good && mark_agrees(t->domain, t->priority));
    return row;
}

/* Thread 1 stands for all: no code compares the index of a thread with a number. */
#define THREAD (&ks_tcb[1])

static void claim_rest(const struct tcb *t)
{
    CLAIM(top_is_highest(), "the highest priority is the one that is noted");
    CLAIM(mark_agrees(t->domain, t->priority), "the mark agrees with the queue");
    CLAIM(mark_agrees(other_domain, other_priority), "all other marks too");
    struct queue now = ks_ready[other_domain][other_priority];
    CLAIM(in_queue_of(t, other_domain, other_priority) || (now.head == other.head && now.tail == other.tail),
          "no other queue changes");
    const struct tcb *b = &ks_tcb[bystander];
    CLAIM(in_queue_of(b, t->domain, t->priority) || (b->next == next && b->prev == prev),
          "no thread of another queue changes");
}

void ready_queue_append(void)
{
    struct tcb *t = THREAD;
    any_state();
    GIVEN(t->queue == QUEUE_NONE);
    struct row before = any_queue(t);
    ready_append(t);
    struct row after = ready(t->domain, t->priority);
    CLAIM(with(&after, &before, before.count, t->self), "it is the last");
    claim_rest(t);
}

void ready_queue_prepend(void)
{
    struct tcb *t = THREAD;
    any_state();
    GIVEN(t->queue == QUEUE_NONE);
    struct row before = any_queue(t);
    ready_prepend(t);
    struct row after = ready(t->domain, t->priority);
    CLAIM(with(&after, &before, 0, t->self), "it is the first");
    claim_rest(t);
}

void ready_queue_remove(void)
{
    struct tcb *t = THREAD;
    any_state();
    struct row before = any_queue(t);
    u16 place = place_of(&before, t->self);
    GIVEN(place < before.count);
    ready_remove(t);
    struct row after = ready(t->domain, t->priority);
    CLAIM(with(&before, &after, place, t->self), "it is gone, the others stay in order");
    CLAIM(t->queue == QUEUE_NONE, "it is in no queue");
    claim_rest(t);
}

/* 'other' stands for any thread that waits in the current domain. */
void ready_queue_take(void)
{
    any_state();
    GIVEN(ks.top != 0 && other_domain == ks.domain && other.head != NIL);
    u8 top = (u8)(ks.top - 1u);
    struct row before = ready(ks.domain, top);
    GIVEN(before.good && mark_agrees(ks.domain, top));
    const struct tcb *t = ready_take();
    CLAIM(t->self == before.thread[0] && t->domain == ks.domain,
          "the first of its queue, of the current domain");
    CLAIM(t->priority >= other_priority, "none that waits has a higher priority");
    claim_rest(t);
}

/* In order of time; those of the same time in the order of their coming. */
static bool in_order(const struct row *row)
{
    bool good = row->good;
    for (u16 i = 0; i + 1 < PN_MAX_TCBS; i++)
        good = good && (i + 1 >= row->count || sched_context_ready_time(ks_tcb[row->thread[i]].sc) <=
                                                   sched_context_ready_time(ks_tcb[row->thread[i + 1]].sc));
    return good;
}

static struct row any_release(void)
{
    for (u16 i = 0; i <= PN_MAX_TCBS; i++)
        GIVEN(ks_tcb[i].self == i);
    struct row row = walk(ks.release, QUEUE_RELEASE);
    GIVEN(in_order(&row));
    return row;
}

void release_queue_insert(void)
{
    struct tcb *t = THREAD;
    GIVEN(t->queue == QUEUE_NONE);
    struct row before = any_release();
    u64 deadline = ks.deadline;
    u64 time = sched_context_ready_time(t->sc);
    release_insert(t);
    struct row after = walk(ks.release, QUEUE_RELEASE);
    u16 place = place_of(&after, t->self);
    CLAIM(in_order(&after) && place < after.count && with(&after, &before, place, t->self),
          "it joins, in order of time");
    CLAIM(place + 1u >= after.count || sched_context_ready_time(ks_tcb[after.thread[place + 1]].sc) > time,
          "behind those of the same time");
    CLAIM(ks.deadline == (time < deadline ? time : deadline), "the timer goes off in time");
    CLAIM(time >= deadline || timer == time, "and is set");
}

void release_queue_remove(void)
{
    struct tcb *t = THREAD;
    struct row before = any_release();
    u16 place = place_of(&before, t->self);
    GIVEN(place < before.count);
    release_remove(t);
    struct row after = walk(ks.release, QUEUE_RELEASE);
    CLAIM(in_order(&after) && with(&before, &after, place, t->self), "it is gone, the others stay in order");
    CLAIM(t->queue == QUEUE_NONE, "it is in no queue");
}
