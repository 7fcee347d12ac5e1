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

void sched_init(void)
{
    ks.current = NIL;
    ks.candidate = NIL;
    ks.loaded = NIL;
    ks.active = NIL;
    ks.release = NIL;
    ks.fpu_owner = NIL;
    ks.top = 0;
    for (u32 i = 0; i < PN_PRIORITIES; i++) {
        ks_ready[i].head = NIL;
        ks_ready[i].tail = NIL;
    }
}

/* The thread competes: as the candidate if no better one is there. */
static void compete(u16 t)
{
    u16 other = ks.candidate;
    if (other == NIL) {
        ks.candidate = t;
    } else if (tcb_at(t)->priority > tcb_at(other)->priority) {
        ks.candidate = t;
        ready_append(other);
    } else {
        ready_append(t);
    }
}

/* False: the scheduling context has no budget before a later time. */
static bool has_budget(u16 s)
{
    struct sched_context *sc = sc_at(s);
    if (s == ks.active || !sc->sporadic)
        return true;
    u64 now = machine_time();
    refill_unblock(sc, now);
    return refill_head(sc).time <= now;
}

void sched_wake(u16 t)
{
    struct tcb *thread = tcb_at(t);
    thread->state = THREAD_READY;
    if (t == ks.current)
        return;
    if (thread->sc == NIL && !sched_context_acquire(t))
        return;
    if (likely(has_budget(thread->sc)))
        compete(t);
    else
        release_insert(t);
}

void sched_remove(u16 t)
{
    struct tcb *thread = tcb_at(t);
    if (ks.current == t)
        ks.current = NIL;
    if (ks.candidate == t)
        ks.candidate = NIL;
    if (thread->queue == QUEUE_READY)
        ready_remove(t);
    else if (thread->queue == QUEUE_RELEASE)
        release_remove(t);
}

void sched_block(u16 t)
{
    if (ks.current == t)
        ks.current = NIL;
}

void sched_need_context(u16 t)
{
    if (likely(tcb_at(t)->sc != NIL))
        return;
    sched_block(t);
    sched_wake(t);
}

/* A thread in the ready queue ran out of budget while its context was charged. */
static void put_aside(u16 s)
{
    u16 t = sc_at(s)->thread;
    if (t == NIL || tcb_at(t)->queue != QUEUE_READY)
        return;
    ready_remove(t);
    release_insert(t);
}

/* Charge; true when the budget or the time slice is used up. */
static bool charge(u16 s, u64 now)
{
    struct sched_context *sc = sc_at(s);
    u64 used = now - ks.started;
    ks.started = now;
    sc->consumed += used;
    if (sc->sporadic) {
        refill_charge(sc, used);
        return refill_head(sc).time > now;
    }
    u64 rest = sc->refill[0].amount;
    if (used < rest && rest - used >= sc->minimum) {
        sc->refill[0].amount = rest - used;
        return false;
    }
    sc->refill[0].amount = sc->budget;
    return true;
}

void sched_charge(void)
{
    u64 now = machine_time();
    if (ks.active == NIL) {
        ks.started = now;
        return;
    }
    if (charge(ks.active, now) && sc_at(ks.active)->sporadic)
        put_aside(ks.active);
}

/* The current thread has no time left: to the end of its queue, to the release queue, or to its handler. */
static void expire(u16 t)
{
    struct tcb *thread = tcb_at(t);
    const struct binding *b = binding_at(t);
    ks.current = NIL;
    if (!sc_at(thread->sc)->sporadic)
        ready_append(t);
    else if (b->timeout_endpoint != NIL)
        fault_raise(t, PN_FAULT_TIMEOUT, 0, 0);
    else
        release_insert(t);
}

static void wake_released(u64 now)
{
    for (u32 i = 0; i < PN_MAX_TCBS && ks.release != NIL; i++) {
        u16 t = ks.release;
        if (sched_context_ready_time(tcb_at(t)->sc) > now)
            return;
        release_remove(t);
        compete(t);
    }
}

void sched_tick(void)
{
    u64 now = machine_time();
    u16 t = ks.current;
    if (ks.active != NIL) {
        bool expired = charge(ks.active, now);
        if (expired && t != NIL && tcb_at(t)->sc == ks.active)
            expire(t);
    }
    ks.active = NIL; /* arms the timer again, whoever runs next */
    wake_released(now);
}

void sched_yield(u16 t)
{
    u16 s = tcb_at(t)->sc;
    struct sched_context *sc = sc_at(s);
    sched_charge();
    if (sc->sporadic) {
        struct refill head = refill_head(sc);
        if (head.time <= ks.started) {
            refill_charge(sc, head.amount);
            refill_unblock(sc, ks.started);
        }
    } else {
        sc->refill[0].amount = sc->budget;
    }
    ks.active = NIL;
    ks.current = NIL;
    if (sc->sporadic && refill_head(sc).time > ks.started)
        release_insert(t);
    else
        ready_append(t);
}

/* Let 's' be charged from now on (NIL: nobody) and arm the timer for its end and for the release queue. */
static void activate(u16 s)
{
    sched_charge();
    u64 deadline = UINT64_MAX;
    if (s != NIL)
        deadline = ks.started + sched_context_available(s);
    if (ks.release != NIL) {
        u64 release = sched_context_ready_time(tcb_at(ks.release)->sc);
        if (release < deadline)
            deadline = release;
    }
    ks.active = s;
    machine_set_timer(deadline);
}

static void load_mode(u16 t, u8 mode)
{
    machine_set_counters((mode & PN_TCB_COUNTERS) != 0 ? COUNTERS_ALL : COUNTER_TIME);
    if ((mode & PN_TCB_FPU) == 0) {
        machine_fpu_off();
    } else {
        machine_fpu_on();
        if (ks.fpu_owner != t) {
            if (ks.fpu_owner < PN_MAX_TCBS)
                machine_fpu_save(&ks_fpu[ks.fpu_owner]);
            if (t < PN_MAX_TCBS)
                machine_fpu_restore(&ks_fpu[t]);
            ks.fpu_owner = t;
        }
    }
    ks.mode = mode;
}

static void load(u16 t)
{
    const struct binding *b = binding_at(t);
    machine_set_satp(b->satp);
    machine_drop_reservation();
    ks.loaded = t;
    if (unlikely(b->flags != ks.mode || (b->flags & PN_TCB_FPU) != 0))
        load_mode(t, b->flags);
}

static u16 pick(void)
{
    u16 next = ks.current;
    u16 woken = ks.candidate;
    ks.candidate = NIL;
    if (woken != NIL) {
        if (next == NIL) {
            if (ks.top <= tcb_at(woken)->priority + 1u)
                return woken;
            ready_append(woken);
        } else if (tcb_at(woken)->priority > tcb_at(next)->priority) {
            ready_prepend(next);
            next = woken;
        } else {
            ready_append(woken);
        }
    }
    if (ks.top == 0)
        return next;
    if (next != NIL) {
        if (ks.top <= tcb_at(next)->priority + 1u)
            return next;
        ready_prepend(next);
    }
    return ready_take();
}

/* Nothing can run: sleep until an interrupt changes that. */
static u16 idle(void)
{
    u16 next = NIL;
    while (next == NIL) {
        activate(NIL);
        u64 since = machine_time();
        machine_wait();
        ks.idle += machine_time() - since;
        irq_poll();
        next = pick();
    }
    return next;
}

u16 sched_choose(void)
{
    u16 next = pick();
    if (unlikely(next == NIL))
        next = idle();
    u16 s = tcb_at(next)->sc;
    if (s != ks.active)
        activate(s);
    ks.current = next;
    if (next != ks.loaded)
        load(next);
    return next;
}
