/* SPDX-License-Identifier: BSD-2-Clause */
/* The scheduler. Time is charged when the scheduling context changes or the timer goes off, at no other
 * moment. */
#include "sched.h"
#include "domain.h"
#include "irq.h"
#include "machine/csr.h"
#include "object/fault.h"
#include "object/refill.h"
#include "ready.h"
#include "state.h"

#define COUNTER_TIME 2u
#define COUNTERS_ALL 7u
#define MODE_FPU     0xffu

/* Several threads of the current domain were woken: the best of them is the candidate. Others wait for their
 * domain's time. */
static COLD void compare(struct tcb *t)
{
    struct tcb *other = tcb_at(ks.candidate);
    if (t->domain == ks.domain && t->priority > other->priority) {
        ks.candidate = t->self;
        ready_append(other);
    } else {
        ready_append(t);
    }
}

/* The thread competes: as the candidate if no better one is there. */
static inline void compete(struct tcb *t)
{
    if (unlikely(ks.candidate != NIL || t->domain != ks.domain))
        compare(t);
    else
        ks.candidate = t->self;
}

/* False: the scheduling context has no budget before a later time. */
static COLD bool has_refill(u16 s)
{
    struct sched_context *sc = sc_at(s);
    u64 now = machine_time();
    refill_unblock(sc, now);
    return refill_head(sc).time <= now;
}

static inline bool has_budget(u16 s)
{
    return likely(s == ks.active || !sc_at(s)->sporadic);
}

/* A thread that has no scheduling context, or perhaps no budget. */
static COLD void wake_slowly(struct tcb *t)
{
    if (t->sc == NIL && !sched_context_acquire(t))
        return;
    if (has_budget(t->sc) || has_refill(t->sc))
        compete(t);
    else
        release_insert(t);
}

void sched_wake(struct tcb *t)
{
    t->state = THREAD_READY;
    if (unlikely(t->self == ks.current))
        return;
    if (likely(t->sc != NIL && has_budget(t->sc)))
        compete(t);
    else
        wake_slowly(t);
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
    if (likely(t->sc != NIL && (has_budget(t->sc) || has_refill(t->sc))))
        return;
    if (ks.current == t->self)
        ks.current = NIL;
    sched_wake(t);
}

/* A plain time slice; true when it is used up, and filled again. */
static inline bool charge_slice(struct sched_context *sc, u64 used)
{
    u64 rest = sc->refill[0].amount;
    bool enough = likely(used < rest && rest - used >= sc->minimum);
    sc->consumed += used;
    sc->refill[0].amount = enough ? rest - used : sc->budget;
    return !enough;
}

/* Charge up to now; true when the budget or the time slice is used up. */
static COLD bool charge(struct sched_context *sc, u64 now)
{
    u64 used = now - ks.started;
    if (!sc->sporadic)
        return charge_slice(sc, used);
    sc->consumed += used;
    refill_charge(sc, used);
    return refill_head(sc).time > now;
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
    if (unlikely(now >= ks.slot_end))
        domain_next(now);
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
static void lose_turn(const struct sched_context *sc)
{
    struct tcb *t = tcb_at(sc->thread);
    if (t->queue == QUEUE_READY || (ks.preempted == t->self && t->self != NIL)) {
        sched_remove(t);
        release_insert(t);
    }
}

static inline void run_from(u64 now, u16 s, u64 deadline)
{
    if (unlikely(deadline > ks.slot_end))
        deadline = ks.slot_end;
    ks.started = now;
    ks.active = s;
    ks.deadline = deadline;
    machine_set_timer(deadline);
}

/* The same as sched_activate, with refills, a release queue, or nothing to run. */
static COLD void activate_any(u16 s, u64 now)
{
    u64 deadline = UINT64_MAX;
    struct sched_context *before = sc_at(ks.active);
    if (ks.active != NIL && charge(before, now) && before->sporadic)
        lose_turn(before);
    if (s != NIL) {
        struct sched_context *sc = sc_at(s);
        /* What is used from now on comes back a period after now. */
        if (sc->sporadic)
            refill_unblock(sc, now);
        deadline = now + refill_head(sc).amount;
    }
    if (ks.release != NIL) {
        u64 release = sched_context_ready_time(tcb_at(ks.release)->sc);
        if (release < deadline)
            deadline = release;
    }
    run_from(now, s, deadline);
}

void sched_activate(u16 s)
{
    u64 now = machine_time();
    struct sched_context *before = sc_at(ks.active);
    const struct sched_context *sc = sc_at(s);
    bool plain = likely(ks.active != NIL && s != NIL && ks.release == NIL);
    if (likely(plain && !before->sporadic && !sc->sporadic)) {
        (void)charge_slice(before, now - ks.started);
        run_from(now, s, now + sc->refill[0].amount);
        return;
    }
    activate_any(s, now);
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

/* Somebody else runs next. */
static COLD struct tcb *choose(void)
{
    struct tcb *next = NULL;
    while (next == NULL) {
        next = pick();
        if (unlikely(next == NULL)) {
            /* Nothing can run: sleep until an interrupt changes that. */
            sched_activate(NIL);
            machine_wait();
            irq_poll();
        }
    }
    u16 self = next->self;
    ks.current = self;
    if (self != ks.loaded)
        load(self);
    if (next->sc != ks.active)
        sched_activate(next->sc);
    return next;
}

struct tcb *sched_choose(void)
{
    if (ks.candidate == NIL && ks.current != NIL && ks.current == ks.loaded) {
        struct tcb *t = tcb_at(ks.current);
        if (likely(t->sc == ks.active && sched_is_first(t)))
            return t;
    }
    return choose();
}
