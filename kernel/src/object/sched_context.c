/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts: parameters, and how they go home. */
#include "object/sched_context.h"
#include "object/refill.h"
#include "state.h"

void sched_context_configure(u16 s, u64 budget, u64 period, u8 max, u64 badge, u64 now)
{
    struct sched_context *sc = sc_at(s);
    sc->budget = budget;
    sc->period = period;
    sc->max = max;
    sc->badge = badge;
    sc->sporadic = budget < period;
    sc->minimum = us_to_ticks(PN_MIN_BUDGET_US);
    refill_init(sc, now);
}

void sched_context_attach(u16 s, u16 t)
{
    sc_at(s)->thread = t;
    tcb_at(t)->sc = s;
}

static bool at_home(u16 s)
{
    return sc_at(s)->thread == NIL && sc_at(s)->reply == NIL;
}

bool sched_context_acquire(u16 t)
{
    const struct binding *b = binding_at(t);
    if (b->sc != NIL && sc_at(b->sc)->home_thread == t && at_home(b->sc)) {
        sched_context_attach(b->sc, t);
        return true;
    }
    if (b->notification == NIL)
        return false;
    u16 s = notification_at(b->notification)->sc;
    if (s == NIL || !at_home(s))
        return false;
    sched_context_attach(s, t);
    return true;
}

/* Who gets a scheduling context that its user hands back: the server of its newest call, else its home. */
static u16 heir(const struct sched_context *sc)
{
    if (sc->reply != NIL)
        return reply_at(sc->reply)->server;
    if (sc->home_thread != NIL)
        return sc->home_thread;
    if (sc->home_notification < PN_MAX_NOTIFICATIONS) {
        /* At home in the notification; its thread takes it when it becomes ready, or now if it is. */
        u16 bound = fixed_bound_tcb[sc->home_notification];
        if (bound != NIL && tcb_at(bound)->state == THREAD_READY)
            return bound;
    }
    return NIL;
}

void sched_context_release(u16 t)
{
    struct tcb *thread = tcb_at(t);
    if (thread->sc == NIL)
        return;
    u16 s = thread->sc;
    struct sched_context *sc = sc_at(s);
    if (sc->home_thread == t && sc->reply == NIL)
        return;
    if (sc->reply != NIL && reply_at(sc->reply)->server == t)
        return;
    thread->sc = NIL;
    sc->thread = NIL;
    u16 next = heir(sc);
    if (next == NIL || next == t || tcb_at(next)->sc != NIL)
        return;
    sched_context_attach(s, next);
    if (tcb_at(next)->state == THREAD_READY)
        sched_wake(next);
}

void sched_context_move(u16 t)
{
    struct tcb *thread = tcb_at(t);
    u16 n = binding_at(t)->notification;
    u16 s = binding_at(t)->sc;
    thread->moving = false;
    if (n == NIL || s == NIL)
        return;
    sc_at(s)->home_thread = NIL;
    sc_at(s)->home_notification = n;
    notification_at(n)->sc = s;
}

u64 sched_context_ready_time(u16 s)
{
    const struct sched_context *sc = sc_at(s);
    return sc->sporadic ? refill_head(sc).time : 0;
}

u64 sched_context_available(u16 s)
{
    return refill_head(sc_at(s)).amount;
}
