/* SPDX-License-Identifier: BSD-2-Clause */
/* Answering calls, and the call stack along which scheduling contexts come back. */
#include "object/reply.h"
#include "object/fault.h"
#include "object/ipc.h"
#include "state.h"

/* The caller has nobody who could answer it: the receiver offered no free reply object. */
static void refuse(u16 t)
{
    struct tcb *caller = tcb_at(t);
    if (caller->fault != PN_FAULT_NULL) {
        sched_block(t);
        caller->state = THREAD_INACTIVE;
        return;
    }
    tcb_answer(t, PN_ERR_ILLEGAL_OPERATION);
    sched_wake(t);
}

static void push(u16 r, u16 s)
{
    struct reply *reply = reply_at(r);
    struct sched_context *sc = sc_at(s);
    reply->sc = s;
    reply->newer = NIL;
    reply->older = sc->reply;
    if (sc->reply != NIL)
        reply_at(sc->reply)->newer = r;
    sc->reply = r;
}

void reply_begin(u16 t, u16 server, u16 r, bool donate)
{
    struct tcb *caller = tcb_at(t);
    if (unlikely(r == NIL || reply_at(r)->caller != NIL)) {
        refuse(t);
        return;
    }
    struct reply *reply = reply_at(r);
    reply->caller = t;
    reply->server = server;
    caller->state = THREAD_REPLY;
    caller->reply = r;
    sched_block(t);
    u16 s = caller->sc;
    if (donate && s != NIL && tcb_at(server)->sc == NIL) {
        push(r, s);
        caller->sc = NIL;
        sched_context_attach(s, server);
    }
}

/* The scheduling context leaves the thread that runs on it. */
static void take_from_holder(struct sched_context *sc)
{
    u16 holder = sc->thread;
    if (holder == NIL)
        return;
    sc->thread = NIL;
    struct tcb *thread = tcb_at(holder);
    thread->sc = NIL;
    if (likely(holder == ks.current) || thread->state != THREAD_READY)
        return;
    sched_remove(holder);
    sched_wake(holder);
}

/* Take 'r' off the stack it is on. True: it was the newest, so its caller gets the scheduling context. */
static bool unlink(u16 r)
{
    struct reply *reply = reply_at(r);
    u16 s = reply->sc;
    if (s == NIL)
        return false;
    u16 older = reply->older;
    u16 newer = reply->newer;
    reply->sc = NIL;
    reply->older = NIL;
    reply->newer = NIL;
    if (older != NIL)
        reply_at(older)->newer = newer;
    if (newer != NIL) {
        reply_at(newer)->older = older;
        return false;
    }
    sc_at(s)->reply = older;
    return true;
}

/* End the wait of the caller and give back what it lent. */
static void detach(u16 r)
{
    struct reply *reply = reply_at(r);
    u16 s = reply->sc;
    u16 t = reply->caller;
    reply->caller = NIL;
    if (!unlink(r))
        return;
    take_from_holder(sc_at(s));
    if (likely(tcb_at(t)->sc == NIL))
        sched_context_attach(s, t);
}

void reply_send(u16 r, u16 server)
{
    u16 t = reply_at(r)->caller;
    if (unlikely(t == NIL))
        return;
    struct tcb *caller = tcb_at(t);
    detach(r);
    caller->reply = NIL;
    if (unlikely(caller->fault != PN_FAULT_NULL)) {
        bool resume = fault_answered(t, server);
        caller->fault = PN_FAULT_NULL;
        if (!resume) {
            caller->state = THREAD_INACTIVE;
            return;
        }
    } else {
        message_transfer(server, t, 0);
    }
    sched_wake(t);
}

void reply_abandon(u16 r, u64 label, u64 epoch)
{
    u16 t = reply_at(r)->caller;
    if (t == NIL)
        return;
    struct tcb *caller = tcb_at(t);
    detach(r);
    caller->reply = NIL;
    if (caller->fault != PN_FAULT_NULL) {
        caller->fault = PN_FAULT_NULL;
        caller->state = THREAD_INACTIVE;
        return;
    }
    tcb_answer(t, label);
    caller->reg[REG_A1] += 1;
    caller->reg[REG_A2] = epoch;
    sched_wake(t);
}

void reply_cancel(u16 r)
{
    struct reply *reply = reply_at(r);
    reply->caller = NIL;
    (void)unlink(r);
}
