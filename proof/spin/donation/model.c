/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's own objects, driven step by step, and what must hold after every step. */
#include "model.h"
#include <stdio.h>
#include "check.h"
#include "machine/csr.h"
#include "object/create.h"
#include "object/fault.h"
#include "object/reply.h"
#include "ready.h"
#include "state.h"

static const u16 endpoint_called[] = {0, 0, 1, 2, 0, 1};
static const u16 endpoint_served[] = {0, 0, 0, 1, 2, 0};
static const u16 reply_of[] = {0, 0, 0, 1, 2, 0};

static int present; /* the last thread that takes part */

void machine_trap(void)
{
    printf("the kernel stopped itself\n");
    exit(1);
}

static void give_context(u16 t, u16 s)
{
    sched_context_configure(s, 1000, 1000, 2, 0, 0);
    fixed_binding[t].sc = s;
    sc_at(s)->home_thread = t;
    sched_context_attach(s, tcb_at(t));
}

void model_begin(int with)
{
    fixed.timebase_hz = 1000000;
    ks.slot_end = UINT64_MAX;
    for (u16 i = 1; i <= PN_MAX_TCBS; i++) {
        (void)create_tcb();
        fixed_binding[i].configured = 1;
    }
    for (u16 i = 1; i <= 2; i++) {
        (void)create_endpoint();
        (void)create_reply();
    }
    (void)create_notification();
    for (u16 i = 1; i <= PN_MAX_SCHED_CONTEXTS; i++)
        (void)create_sched_context();
    give_context(CLIENT, 1);
    give_context(SERVER, 2);
    if ((with & WITH_NESTED_CONTEXT) != 0)
        give_context(NESTED, 3);
    if ((with & WITH_SECOND_CLIENT) != 0)
        give_context(SECOND, 4);
    fixed_binding[SERVER].notification = 1;
    fixed_bound_tcb[1] = SERVER;
    tcb_at(SERVER)->moving = true;
    fixed_binding[CLIENT].fault_endpoint = 2;
    fixed_binding[CLIENT].timeout_endpoint = 2;
    fixed_binding[SERVER].fault_endpoint = 2;
    fixed_binding[SERVER].timeout_endpoint = 2;
    for (u16 i = CLIENT; i <= SECOND; i++)
        tcb_resume(tcb_at(i));
    /* Without a context of its own it runs on what callers lend. */
    if ((with & WITH_NESTED_WAITING) != 0)
        endpoint_receive(tcb_at(NESTED), binding_at(NESTED), 2, reply_of[NESTED], true);
    present = (with & WITH_SECOND_CLIENT) != 0 ? SECOND : NESTED;
}

int model_possible(int thread, int step)
{
    const struct tcb *t = tcb_at((u64)thread);
    if (thread > present)
        return 0;
    bool runs = t->state == THREAD_READY && t->sc != NIL;
    switch (step) {
    case CALL:
        return runs && endpoint_called[thread] != 0;
    case REPLY_RECEIVE:
        return runs && endpoint_served[thread] != 0;
    case FAULT:
    case TIMEOUT:
        return runs && binding_at((u64)thread)->fault_endpoint != NIL;
    case RESET_ITSELF:
    case SUSPEND_ITSELF:
        return runs;
    case RESUME:
        return t->state != THREAD_READY;
    case SUSPEND:
        return t->state != THREAD_INACTIVE;
    default:
        return 1;
    }
}

/* Priorities and time are left out: any ready thread may be the one that runs. */
static void park(u16 *who)
{
    u16 i = *who;
    *who = NIL;
    if (i != NIL)
        ready_append(tcb_at(i));
}

static void switch_to(u16 thread)
{
    park(&ks.candidate);
    park(&ks.current);
    if (tcb_at(thread)->queue == QUEUE_READY)
        ready_remove(tcb_at(thread));
    ks.current = thread;
}

/* What has no influence is the same in all states. */
static void forget(void)
{
    ks.started = 0;
    ks.active = NIL;
    ks.loaded = NIL;
    for (u16 i = 1; i <= PN_MAX_TCBS; i++) {
        struct tcb *t = tcb_at(i);
        for (u32 r = 0; r < 32; r++)
            t->reg[r] = 0;
        t->epoch = 0;
        t->fault_address = 0;
        t->fault_code = 0;
        if (t->queue == QUEUE_NONE) {
            t->next = NIL;
            t->prev = NIL;
            t->object = NIL;
        }
        if (t->state != THREAD_SEND)
            t->calling = t->donating = false;
        if (t->state != THREAD_RECEIVE && t->state != THREAD_REPLY)
            t->reply = NIL;
    }
    for (u16 s = 1; s <= PN_MAX_SCHED_CONTEXTS; s++) {
        sc_at(s)->consumed = 0;
        sc_at(s)->refill[0].amount = sc_at(s)->budget;
    }
}

void model_step(int thread, int step)
{
    struct tcb *t = tcb_at((u64)thread);
    if (step <= SUSPEND_ITSELF)
        switch_to((u16)thread);
    switch (step) {
    case CALL:
        endpoint_send(t, endpoint_called[thread], 1, SEND_CALL);
        if (t->state == THREAD_READY)
            sched_need_context(t);
        break;
    case REPLY_RECEIVE:
        reply_send(reply_of[thread], t);
        if (t->state == THREAD_READY)
            endpoint_receive(t, binding_at((u64)thread), endpoint_served[thread], reply_of[thread], true);
        break;
    case FAULT:
        fault_raise(t, PN_FAULT_VM, 0, 0);
        break;
    case TIMEOUT:
        ks.current = NIL;
        fault_raise(t, PN_FAULT_TIMEOUT, 0, 0);
        break;
    case RESET:
    case RESET_ITSELF:
        tcb_reset(t);
        break;
    case SUSPEND:
    case SUSPEND_ITSELF:
        tcb_suspend(t);
        break;
    case RESUME:
        tcb_resume(t);
        break;
    default:
        notification_signal(1, 1);
        break;
    }
    park(&ks.candidate);
    park(&ks.current);
    forget();
}

static bool at_home(u16 s)
{
    return s != NIL && sc_at(s)->thread == NIL && sc_at(s)->reply == NIL;
}

static int broken(const char *what, int number)
{
    printf("broken: %s (%d)\n", what, number);
    return 0;
}

/* A context is at home, or its user can run, or its user is its owner or owes an answer or waits for one. */
static bool context_good(u16 s)
{
    const struct sched_context *sc = sc_at(s);
    if (sc->thread == NIL)
        return true;
    const struct tcb *user = tcb_at(sc->thread);
    if (user->state != THREAD_RECEIVE && user->state != THREAD_WAIT)
        return true;
    return sc->home_thread == sc->thread || (sc->reply != NIL && reply_at(sc->reply)->server == sc->thread);
}

/* Every reply that has lent the context is on its stack. */
static bool stack_good(u16 s)
{
    int lent = 0;
    for (u16 r = 1; r <= fixed.replies; r++)
        lent += reply_at(r)->sc == s ? 1 : 0;
    for (u16 r = sc_at(s)->reply; r != NIL && lent > 0; r = reply_at(r)->older)
        lent -= reply_at(r)->sc == s ? 1 : lent + 1;
    return lent == 0;
}

/* Nobody waits for a thread that starts anew, and it has nothing of anybody. */
static int reset_good(int thread)
{
    for (u16 r = 1; r <= fixed.replies; r++) {
        if (reply_at(r)->server == thread && reply_at(r)->caller != NIL)
            return broken("somebody waits for an answer of a server that was reset", reply_at(r)->caller);
    }
    for (u16 i = CLIENT; i <= SECOND; i++) {
        const struct tcb *t = tcb_at(i);
        if (t->state == THREAD_SEND && t->calling && t->fault == PN_FAULT_NULL &&
            endpoint_at(t->object)->server == thread)
            return broken("a call waits in the queue of a server that was reset", i);
    }
    u16 s = tcb_at((u64)thread)->sc;
    if (s != NIL && sc_at(s)->home_thread != thread)
        return broken("a server that was reset keeps a lent context", thread);
    return 1;
}

int model_good(int thread, int step)
{
    const char *said = kernel_check();
    if (said != NULL)
        return broken(said, 0);
    for (u16 i = CLIENT; i <= SECOND; i++) {
        const struct tcb *t = tcb_at(i);
        const struct binding *b = binding_at(i);
        if (t->state != THREAD_READY || t->sc != NIL)
            continue;
        if (b->sc != NIL && sc_at(b->sc)->home_thread == i && at_home(b->sc))
            return broken("a ready thread does not take its own context", i);
        if (b->notification != NIL && at_home(notification_at(b->notification)->sc))
            return broken("a ready thread does not take the context of its notification", i);
    }
    for (u16 s = 1; s <= fixed.scs; s++) {
        const struct sched_context *sc = sc_at(s);
        if (!stack_good(s))
            return broken("a call is not on the stack of the context that it lent", s);
        if (!context_good(s))
            return broken("a thread that waits for messages keeps a lent context", s);
        if (sc->budget != 0 && sc->thread == NIL && sc->reply != NIL) {
            u16 server = reply_at(sc->reply)->server;
            const struct tcb *t = tcb_at(server);
            if (t->state == THREAD_READY && t->sc == NIL && sc_at(binding_at(server)->sc)->thread == NIL)
                return broken("a context lies idle while the server that it was lent to needs it", s);
        }
        if (sc->budget != 0 && sc->home_thread == NIL && sc->home_notification == NIL)
            return broken("a context without home", s);
    }
    return (step != RESET && step != RESET_ITSELF) || reset_good(thread);
}

/* What the kernel asks of the machine does not matter here. */
void machine_set_timer(u64 deadline)
{
    (void)deadline;
}

void machine_fpu_save(struct fpu_state *s)
{
    (void)s;
}

void machine_fpu_restore(const struct fpu_state *s)
{
    (void)s;
}

void irq_poll(void)
{
}

void vspace_init(u16 v)
{
    (void)v;
}

void page_table_init(u16 p)
{
    (void)p;
}

void machine_putchar(u8 byte)
{
    (void)byte;
}

_Noreturn void machine_reset(void)
{
    machine_trap();
}

_Noreturn void machine_power_off(void)
{
    machine_trap();
}
