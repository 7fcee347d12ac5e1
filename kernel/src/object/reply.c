/* SPDX-License-Identifier: BSD-2-Clause */
/* Answering calls, and the call stack along which scheduling contexts come back. */
#include "object/reply.h"
#include "object/fault.h"
#include "object/ipc.h"
#include "state.h"

/* The caller has nobody who could answer it: the receiver offered no free reply object. */
static COLD void refuse(struct tcb *caller)
{
    if (caller->fault != PN_FAULT_NULL) {
        sched_remove(caller);
        caller->fault = PN_FAULT_NULL;
        caller->state = THREAD_INACTIVE;
        return;
    }
    tcb_answer(caller, PN_ERR_ILLEGAL_OPERATION);
    sched_wake(caller);
}

static void push(u16 r, u16 s)
{
    struct reply *reply = reply_at(r);
    struct sched_context *sc = sc_at(s);
    reply->sc = s;
    reply->newer = NIL;
    reply->older = sc->reply;
    if (unlikely(sc->reply != NIL))
        reply_at(sc->reply)->newer = r;
    sc->reply = r;
}

void reply_begin(struct tcb *caller, struct tcb *server, u16 r, bool donate)
{
    struct reply *reply = reply_at(r);
    if (unlikely(r == NIL || reply->caller != NIL)) {
        refuse(caller);
        return;
    }
    reply->caller = caller->self;
    reply->server = server->self;
    caller->state = THREAD_REPLY;
    caller->reply = r;
    if (ks.current == caller->self)
        ks.current = NIL;
    u16 s = caller->sc;
    if (donate && s != NIL && server->sc == NIL) {
        push(r, s);
        caller->sc = NIL;
        sched_context_attach(s, server);
    }
}

/* Take 'r' off the stack it is on. True: it was the newest, so its caller gets the scheduling context. */
static bool unlink(struct reply *reply)
{
    u16 older = reply->older;
    u16 newer = reply->newer;
    u16 s = reply->sc;
    reply->sc = NIL;
    reply->older = NIL;
    reply->newer = NIL;
    if (unlikely(older != NIL))
        reply_at(older)->newer = newer;
    if (unlikely(newer != NIL)) {
        reply_at(newer)->older = older;
        return false;
    }
    sc_at(s)->reply = older;
    return true;
}

/* The scheduling context leaves the thread that runs on it; one that does not run now looks for another. */
static void take_from_holder(struct sched_context *sc)
{
    struct tcb *holder = tcb_at(sc->thread);
    sc->thread = NIL;
    holder->sc = NIL;
    if (likely(holder->self == ks.current) || holder->state != THREAD_READY)
        return;
    sched_remove(holder);
    sched_wake(holder);
}

/* End the wait of the caller and give back what it lent, unless the server has lent it further: then it comes
 * back when its user waits again (sched_context_release). */
static void detach(struct reply *reply, struct tcb *caller)
{
    u16 s = reply->sc;
    reply->caller = NIL;
    caller->reply = NIL;
    if (s == NIL || !unlink(reply))
        return;
    struct sched_context *sc = sc_at(s);
    if (unlikely(sc->thread != reply->server))
        return;
    take_from_holder(sc);
    if (likely(caller->sc == NIL))
        sched_context_attach(s, caller);
}

/* The answer to a fault. */
static COLD void answer_fault(struct tcb *caller, const struct tcb *server)
{
    bool resume = fault_answered(caller, server);
    caller->fault = PN_FAULT_NULL;
    if (resume)
        sched_wake(caller);
    else
        caller->state = THREAD_INACTIVE;
}

void reply_send(u16 r, const struct tcb *server)
{
    struct reply *reply = reply_at(r);
    if (unlikely(reply->caller == NIL))
        return;
    struct tcb *caller = tcb_at(reply->caller);
    detach(reply, caller);
    if (unlikely(caller->fault != PN_FAULT_NULL)) {
        answer_fault(caller, server);
        return;
    }
    message_transfer(server, caller, 0);
    sched_wake(caller);
}

COLD void reply_abandon(u16 r, u64 epoch)
{
    struct reply *reply = reply_at(r);
    if (reply->caller == NIL)
        return;
    struct tcb *caller = tcb_at(reply->caller);
    detach(reply, caller);
    if (caller->fault != PN_FAULT_NULL) {
        caller->fault = PN_FAULT_NULL;
        caller->state = THREAD_INACTIVE;
        return;
    }
    tcb_answer_restarted(caller, epoch);
    sched_wake(caller);
}

COLD void reply_cancel(u16 r)
{
    struct reply *reply = reply_at(r);
    reply->caller = NIL;
    if (reply->sc != NIL)
        (void)unlink(reply);
}
