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

/* False: the scheduling context has no budget before a later time. */
static COLD bool has_budget(u16 s)
{
    struct sched_context *sc = sc_at(s);
    if (likely(!sc->sporadic))
        return true;
    u64 now = machine_time();
    refill_unblock(sc, now);
    return refill_head(sc).time <= now;
}

void sched_wake(struct tcb *t)
{
    t->state = THREAD_READY;
    if (unlikely(t->self == ks.current))
        return;
    if (unlikely(t->sc == NIL && !sched_context_acquire(t)))
        return;
    if (likely(t->sc == ks.active || has_budget(t->sc)))
        compete(t);
    else
        release_insert(t);
}

COLD void sched_remove(struct tcb *t)
{
    if (ks.current == t->self)
        ks.current = NIL;
    if (ks.candidate == t->self)
        ks.candidate = NIL;
    if (t->queue == QUEUE_READY)
        ready_remove(t);
    else if (t->queue == QUEUE_RELEASE)
        release_remove(t);
}

void sched_need_context(struct tcb *t)
{
    if (likely(t->sc != NIL && (t->sc == ks.active || has_budget(t->sc))))
        return;
    if (ks.current == t->self)
        ks.current = NIL;
    sched_wake(t);
}

/* Charge up to now; true when the budget or the time slice is used up. */
static bool charge(struct sched_context *sc, u64 now)
{
    u64 used = now - ks.started;
    sc->consumed += used;
    if (unlikely(sc->sporadic)) {
        refill_charge(sc, used);
        return refill_head(sc).time > now;
    }
    u64 rest = sc->refill[0].amount;
    if (likely(used < rest && rest - used >= sc->minimum)) {
        sc->refill[0].amount = rest - used;
        return false;
    }
    sc->refill[0].amount = sc->budget;
    return true;
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

/* Charge the scheduling context that ran; its thread, if it waits in the ready queue, may have lost its turn.
 */
static void settle(u64 now)
{
    struct sched_context *sc = sc_at(ks.active);
    if (likely(!charge(sc, now) || !sc->sporadic || sc->thread == NIL))
        return;
    struct tcb *t = tcb_at(sc->thread);
    if (t->queue == QUEUE_READY) {
        ready_remove(t);
        release_insert(t);
    }
}

COLD void sched_activate(u16 s)
{
    u64 now = machine_time();
    if (ks.active != NIL)
        settle(now);
    u64 deadline = UINT64_MAX;
    if (s != NIL) {
        /* What is used from now on comes back a period after now. */
        if (unlikely(sc_at(s)->sporadic))
            refill_unblock(sc_at(s), now);
        deadline = now + sched_context_available(s);
    }
    if (unlikely(ks.release != NIL)) {
        u64 release = sched_context_ready_time(tcb_at(ks.release)->sc);
        if (release < deadline)
            deadline = release;
    }
    ks.started = now;
    ks.active = s;
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

static void load(const struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    machine_set_satp(b->satp);
    ks.loaded = t->self;
    if (unlikely(b->flags != ks.mode))
        load_mode(t->self, b->flags);
}

/* The thread that should run, taken out of its queue; NULL: there is none. */
static struct tcb *pick(void)
{
    struct tcb *next = ks.current != NIL ? tcb_at(ks.current) : NULL;
    if (ks.candidate != NIL) {
        struct tcb *woken = tcb_at(ks.candidate);
        ks.candidate = NIL;
        if (next == NULL) {
            if (likely(ks.top <= woken->priority + 1u))
                return woken;
            ready_append(woken);
        } else if (woken->priority > next->priority) {
            ready_prepend(next);
            next = woken;
        } else {
            ready_append(woken);
        }
    }
    if (ks.top == 0)
        return next;
    if (next != NULL) {
        if (ks.top <= next->priority + 1u)
            return next;
        ready_prepend(next);
    }
    return ready_take();
}

/* Nothing can run: sleep until an interrupt changes that. */
static COLD struct tcb *idle(void)
{
    struct tcb *next = NULL;
    while (next == NULL) {
        sched_activate(NIL);
        machine_wait();
        irq_poll();
        next = pick();
    }
    return next;
}

struct tcb *sched_choose(void)
{
    struct tcb *next = pick();
    if (unlikely(next == NULL))
        next = idle();
    if (next->sc != ks.active)
        sched_activate(next->sc);
    ks.current = next->self;
    if (ks.current != ks.loaded)
        load(next);
    return next;
}
