/* SPDX-License-Identifier: BSD-2-Clause */
/* The scheduler. Time is charged when the scheduling context changes or the timer goes off, at no other
 * moment. */
#include "sched.h"
#include "irq.h"
#include "machine/csr.h"
#include "object/fault.h"
#include "object/refill.h"
#include "ready.h"
#include "state.h"

#define COUNTER_TIME 2u
#define COUNTERS_ALL 7u
#define MODE_FPU     0xffu

/* The thread competes: as the candidate if no better one is there. */
static void compete(struct tcb *t)
{
    if (likely(ks.candidate == NIL)) {
        ks.candidate = t->self;
        return;
    }
    struct tcb *other = tcb_at(ks.candidate);
    if (t->priority > other->priority) {
        ks.candidate = t->self;
        ready_append(other);
    } else {
        ready_append(t);
    }
}

static COLD bool has_refill(struct sched_context *sc)
{
    u64 now = machine_time();
    refill_unblock(sc, now);
    return refill_head(sc).time <= now;
}

/* False: the scheduling context has no budget before a later time. */
static inline bool has_budget(u16 s)
{
    struct sched_context *sc = sc_at(s);
    return likely(s == ks.active || !sc->sporadic) || has_refill(sc);
}

void sched_wake(struct tcb *t)
{
    t->state = THREAD_READY;
    if (unlikely(t->self == ks.current))
        return;
    if (unlikely(t->sc == NIL && !sched_context_acquire(t)))
        return;
    if (likely(has_budget(t->sc)))
        compete(t);
    else
        release_insert(t);
}

static inline void nobody_preempted(void)
{
    ks.preempted = NIL;
    ks.waiting = 0;
}

COLD void sched_remove(struct tcb *t)
{
    if (ks.current == t->self)
        ks.current = NIL;
    if (ks.candidate == t->self)
        ks.candidate = NIL;
    if (ks.preempted == t->self)
        nobody_preempted();
    if (t->queue == QUEUE_READY)
        ready_remove(t);
    else if (t->queue == QUEUE_RELEASE)
        release_remove(t);
}

void sched_need_context(struct tcb *t)
{
    if (likely(t->sc != NIL && has_budget(t->sc)))
        return;
    if (ks.current == t->self)
        ks.current = NIL;
    sched_wake(t);
}

static COLD bool charge_refills(struct sched_context *sc, u64 used, u64 now)
{
    refill_charge(sc, used);
    return refill_head(sc).time > now;
}

/* Charge up to now; true when the budget or the time slice is used up. */
static inline bool charge(struct sched_context *sc, u64 now)
{
    u64 used = now - ks.started;
    sc->consumed += used;
    if (unlikely(sc->sporadic))
        return charge_refills(sc, used, now);
    u64 rest = sc->refill[0].amount;
    bool enough = likely(used < rest && rest - used >= sc->minimum);
    sc->refill[0].amount = enough ? rest - used : sc->budget;
    return !enough;
}

/* The current thread has no time left: to the end of its queue, to the release queue, or to its handler. */
static COLD void expire(struct tcb *t)
{
    ks.current = NIL;
    if (!sc_at(t->sc)->sporadic)
        ready_append(t);
    else if (binding_at(t->self)->timeout_endpoint != NIL)
        fault_raise(t, PN_FAULT_TIMEOUT, 0, 0);
    else
        release_insert(t);
}

static COLD void wake_released(u64 now)
{
    for (u32 i = 0; i < PN_MAX_TCBS && ks.release != NIL; i++) {
        struct tcb *t = tcb_at(ks.release);
        if (sched_context_ready_time(t->sc) > now)
            return;
        release_remove(t);
        compete(t);
    }
}

void sched_tick(void)
{
    u64 now = machine_time();
    if (ks.active != NIL) {
        bool expired = charge(sc_at(ks.active), now);
        if (expired && ks.current != NIL && tcb_at(ks.current)->sc == ks.active)
            expire(tcb_at(ks.current));
    }
    ks.active = NIL; /* arms the timer again, whoever runs next */
    wake_released(now);
}

COLD void sched_yield(struct tcb *t)
{
    struct sched_context *sc = sc_at(t->sc);
    u64 now = machine_time();
    (void)charge(sc, now);
    if (sc->sporadic) {
        struct refill head = refill_head(sc);
        if (head.time <= now)
            refill_charge(sc, head.amount);
    } else {
        sc->refill[0].amount = sc->budget;
    }
    ks.active = NIL;
    ks.current = NIL;
    if (sc->sporadic && refill_head(sc).time > now)
        release_insert(t);
    else
        ready_append(t);
}

/* The budget of the thread of 'sc' has ended; if it was preempted, it has lost its turn. */
static COLD void lose_turn(const struct sched_context *sc)
{
    struct tcb *t = tcb_at(sc->thread);
    if (t->queue == QUEUE_READY || (ks.preempted == t->self && t->self != NIL)) {
        sched_remove(t);
        release_insert(t);
    }
}

/* When the timer has to go off for the release queue; 'deadline' if that is earlier. */
static COLD u64 release_deadline(u64 deadline)
{
    u64 release = sched_context_ready_time(tcb_at(ks.release)->sc);
    return release < deadline ? release : deadline;
}

void sched_activate(u16 s)
{
    u64 now = machine_time();
    u64 deadline = UINT64_MAX;
    if (likely(ks.active != NIL)) {
        struct sched_context *before = sc_at(ks.active);
        if (charge(before, now) && before->sporadic)
            lose_turn(before);
    }
    if (likely(s != NIL)) {
        struct sched_context *sc = sc_at(s);
        /* What is used from now on comes back a period after now. */
        if (unlikely(sc->sporadic))
            refill_unblock(sc, now);
        deadline = now + refill_head(sc).amount;
    }
    if (unlikely(ks.release != NIL))
        deadline = release_deadline(deadline);
    ks.started = now;
    ks.active = s;
    ks.deadline = deadline;
    machine_set_timer(deadline);
}

static COLD void load_mode(u16 t, u8 mode)
{
    machine_set_counters((mode & PN_TCB_COUNTERS) != 0 ? COUNTERS_ALL : COUNTER_TIME);
    if ((mode & PN_TCB_FPU) == 0) {
        machine_fpu_off();
    } else {
        machine_fpu_on();
        if (ks.fpu_owner != t) {
            if (ks.fpu_owner != NIL && ks.fpu_owner <= PN_MAX_TCBS)
                machine_fpu_save(&ks_fpu[ks.fpu_owner]);
            if (t <= PN_MAX_TCBS)
                machine_fpu_restore(&ks_fpu[t]);
            ks.fpu_owner = t;
        }
    }
    /* Whoever has the FPU is looked at every time. */
    ks.mode = (mode & PN_TCB_FPU) != 0 ? MODE_FPU : mode;
}

static inline void load(u16 t)
{
    const struct binding *b = binding_at(t);
    machine_set_satp(b->satp);
    ks.loaded = t;
    if (unlikely(b->flags != ks.mode))
        load_mode(t, b->flags);
}

/* Make way for a thread of higher priority. */
static inline void make_way(const struct tcb *t)
{
    if (unlikely(ks.preempted != NIL))
        ready_prepend(tcb_at(ks.preempted));
    ks.preempted = t->self;
    ks.waiting = (u16)(t->priority + 1u);
}

/* Ready and waiting for its turn: take the thread of the highest priority; NULL: there is none. */
static inline struct tcb *take_waiting(void)
{
    if (likely(ks.preempted != NIL && ks.top <= ks.waiting)) {
        struct tcb *t = tcb_at(ks.preempted);
        nobody_preempted();
        return t;
    }
    return ks.top != 0 ? ready_take() : NULL;
}

/* The thread that should run, taken out of its queue; NULL: there is none. */
static inline struct tcb *pick(void)
{
    struct tcb *woken = tcb_at(ks.candidate);
    bool any = ks.candidate != NIL;
    ks.candidate = NIL;
    if (unlikely(ks.current == NIL)) {
        if (any && sched_is_first(woken))
            return woken;
        if (any)
            ready_append(woken);
        return take_waiting();
    }
    struct tcb *next = tcb_at(ks.current);
    if (any && woken->priority > next->priority) {
        make_way(next);
        next = woken;
    } else if (any) {
        ready_append(woken);
    }
    if (sched_is_first(next))
        return next;
    make_way(next);
    return take_waiting();
}

struct tcb *sched_choose(void)
{
    struct tcb *next = pick();
    /* Nothing can run: sleep until an interrupt changes that. */
    while (unlikely(next == NULL)) {
        sched_activate(NIL);
        machine_wait();
        irq_poll();
        next = pick();
    }
    if (next->sc != ks.active)
        sched_activate(next->sc);
    u16 self = next->self;
    ks.current = self;
    if (self != ks.loaded)
        load(self);
    return next;
}
