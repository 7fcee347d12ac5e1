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

void sched_context_attach(u16 s, struct tcb *t)
{
    sc_at(s)->thread = t->self;
    t->sc = s;
}

static bool at_home(u16 s)
{
    return sc_at(s)->thread == NIL && sc_at(s)->reply == NIL;
}

COLD bool sched_context_acquire(struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    if (b->sc != NIL && sc_at(b->sc)->home_thread == t->self && at_home(b->sc)) {
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
    if (sc->home_notification == NIL || sc->home_notification > PN_MAX_NOTIFICATIONS)
        return NIL;
    /* At home in the notification; its thread takes it when it becomes ready, or now if it is. */
    u16 bound = fixed_bound_tcb[sc->home_notification];
    return bound != NIL && tcb_at(bound)->state == THREAD_READY ? bound : NIL;
}

COLD void sched_context_release(struct tcb *t)
{
    if (t->sc == NIL)
        return;
    u16 s = t->sc;
    struct sched_context *sc = sc_at(s);
    if (likely(sc->home_thread == t->self && sc->reply == NIL))
        return;
    if (sc->reply != NIL && reply_at(sc->reply)->server == t->self)
        return;
    t->sc = NIL;
    sc->thread = NIL;
    u16 next = heir(sc);
    if (next == NIL || next == t->self || tcb_at(next)->sc != NIL)
        return;
    sched_context_attach(s, tcb_at(next));
    if (tcb_at(next)->state == THREAD_READY)
        sched_wake(tcb_at(next));
}

COLD void sched_context_move(struct tcb *t)
{
    u16 n = binding_at(t->self)->notification;
    u16 s = binding_at(t->self)->sc;
    t->moving = false;
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
