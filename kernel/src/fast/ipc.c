/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call to a server that waits, and the answer that lets its caller go on: up to four words, nobody else in
 * the endpoint's queue, nobody of higher priority ready. First everything is looked at, then everything is
 * changed.
 */
#include "fast/fast.h"
#include "hooks.h"
#include "object/fault.h"
#include "object/queue.h"
#include "state.h"

/* 't' may be the next to run: it is the domain's time, nothing waits in front of it, and only the address
 * space has to be switched. */
static inline bool may_run(const struct tcb *t, const struct binding *b)
{
    return sched_is_first(t) && b->flags == ks.mode && t->domain == ks.domain;
}

static inline void deliver(struct tcb *to, u64 badge, u64 info, u64 w0, u64 w1, u64 w2, u64 w3)
{
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    to->reg[REG_A0] = badge;
    to->reg[REG_A1] = message_label(info) + length;
    if (length == 0)
        return;
    to->reg[REG_A2] = w0;
    if (length > 1)
        to->reg[REG_A2 + 1] = w1;
    if (length > 2)
        to->reg[REG_A2 + 2] = w2;
    if (length > 3)
        to->reg[REG_A2 + 3] = w3;
}

static inline struct tcb *run(struct tcb *t, u64 self, const struct binding *b, u64 s)
{
    t->state = THREAD_READY;
    ks.current = (u16)self;
    ks.loaded = (u16)self;
    machine_set_satp(b->satp);
    if (unlikely(s != ks.active))
        sched_activate((u16)s);
    hook_leave();
    return t;
}

/* Reply object 'r' becomes the newest of the call stack of 's'. */
static inline void push(u64 r, struct reply *reply, u64 s, struct sched_context *sc)
{
    u64 older = sc->reply;
    reply->sc = (u16)s;
    reply->newer = NIL;
    reply->older = (u16)older;
    if (unlikely(older != NIL))
        reply_at(older)->newer = (u16)r;
    sc->reply = (u16)r;
}

struct tcb *fast_call(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 a6, struct tcb *t)
{
    (void)a6;
    u64 client = t->self;
    struct cap cap = cap_at(binding_at(client), cptr);
    if (unlikely(!cap_is(cap, PN_CAP_ENDPOINT, PN_WRITE | PN_CALL)))
        return NULL;
    struct endpoint *ep = endpoint_at(cap_index(cap));
    u64 server = ep->queue.head;
    if (unlikely(ep->state != ENDPOINT_RECEIVERS || ep->queue.tail != server))
        return NULL;
    struct tcb *to = tcb_at(server);
    const struct binding *b = binding_at(server);
    u64 r = to->reply;
    struct reply *reply = reply_at(r);
    if (unlikely((info & PN_MSGINFO_LENGTH_MASK) > PN_MSG_REGS || r == NIL || reply->caller != NIL ||
                 !may_run(to, b)))
        return NULL;
    u64 s = to->sc;
    bool lend = s == NIL;
    if (likely(lend))
        s = t->sc;
    struct sched_context *sc = sc_at(s);
    if (unlikely(!lend && sc->sporadic))
        return NULL;

    queue_leave_last(&ep->queue, to);
    ep->state = ENDPOINT_IDLE;
    deliver(to, cap.badge, info, w0, w1, w2, w3);
    reply->caller = (u16)client;
    reply->server = (u16)server;
    t->state = THREAD_REPLY;
    t->reply = (u16)r;
    if (lend) {
        push(r, reply, s, sc);
        t->sc = NIL;
        sc->thread = (u16)server;
        to->sc = (u16)s;
    }
    return run(to, server, b, s);
}

/* The context that the caller of 'reply' goes on with; NIL: not as simple as that. */
static inline u64 context_of(const struct reply *reply, const struct tcb *caller, const struct tcb *t)
{
    u64 s = t->sc;
    if (likely(reply->sc != NIL)) /* lent, and not lent any further */
        return reply->newer == NIL && reply->sc == s && reply->server == t->self && caller->sc == NIL ? s
                                                                                                      : NIL;
    const struct sched_context *own = sc_at(s);
    if (own->home_thread != t->self || own->reply != NIL)
        return NIL;
    return sc_at(caller->sc)->sporadic ? NIL : caller->sc;
}

static inline void pop(struct reply *reply, u64 s, u64 client, struct tcb *to, struct tcb *t)
{
    struct sched_context *sc = sc_at(s);
    u64 older = reply->older;
    reply->sc = NIL;
    reply->older = NIL;
    if (unlikely(older != NIL))
        reply_at(older)->newer = NIL;
    sc->reply = (u16)older;
    t->sc = NIL;
    sc->thread = (u16)client;
    to->sc = (u16)s;
}

static inline void wait_at(struct endpoint *ep, u64 e, u64 r, u64 server, struct tcb *t)
{
    queue_enter_first(&ep->queue, t);
    ep->server = (u16)server;
    ep->state = ENDPOINT_RECEIVERS;
    t->state = THREAD_RECEIVE;
    t->object = (u16)e;
    t->reply = (u16)r;
}

struct tcb *fast_reply_receive(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 reply_cptr,
                               struct tcb *t)
{
    u64 server = t->self;
    const struct binding *own = binding_at(server);
    struct cap answer = cap_at(own, reply_cptr);
    struct cap cap = cap_at(own, cptr);
    if (unlikely(!cap_is(answer, PN_CAP_REPLY, 0) || !cap_is(cap, PN_CAP_ENDPOINT, PN_READ)))
        return NULL;
    u64 e = cap_index(cap);
    u64 r = cap_index(answer);
    struct endpoint *ep = endpoint_at(e);
    struct reply *reply = reply_at(r);
    u64 client = reply->caller;
    struct tcb *to = tcb_at(client);
    const struct binding *b = binding_at(client);
    if (unlikely(ep->state != ENDPOINT_IDLE || client == NIL || t->moving))
        return NULL;
    bool call = likely(to->fault == PN_FAULT_NULL);
    if (!call && (to->fault != PN_FAULT_VM || !fault_resumes(info)))
        return NULL;
    if (unlikely((info & PN_MSGINFO_LENGTH_MASK) > PN_MSG_REGS || !may_run(to, b)))
        return NULL;
    if (unlikely(notification_at(own->notification)->state == NOTIFICATION_ACTIVE))
        return NULL;
    u64 s = context_of(reply, to, t);
    if (unlikely(s == NIL))
        return NULL;

    if (likely(reply->sc != NIL))
        pop(reply, s, client, to, t);
    else
        reply->server = (u16)server;
    reply->caller = NIL;
    to->reply = NIL;
    if (likely(call))
        deliver(to, 0, info, w0, w1, w2, w3);
    else
        to->fault = PN_FAULT_NULL;
    wait_at(ep, e, r, server, t);
    return run(to, client, b, s);
}
