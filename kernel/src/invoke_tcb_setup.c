/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of threads that exist before seal only: what a thread is bound to. */
#include "invoke.h"
#include "object/vspace.h"
#include "state.h"

#define ALL_FLAGS (PN_TCB_FPU | PN_TCB_COUNTERS | PN_TCB_PASSIVE | PN_TCB_VITAL)

/* An optional fault endpoint: absent, or with the rights that a fault message needs. */
static bool fault_capability_good(struct cap c, u64 cptr)
{
    return cptr == 0 || (cap_type(c) == PN_CAP_ENDPOINT && cap_allows(c, PN_WRITE | PN_CALL));
}

static struct binding *binding_of(const struct tcb *t)
{
    u16 i = t->self;
    if (i > PN_MAX_TCBS)
        kernel_stop_index();
    return &fixed_binding[i];
}

static enum pn_error check_buffer(u16 v, u64 vaddr)
{
    return vaddr == 0 ? PN_OK : vspace_check_map(v, vaddr, false);
}

static enum pn_error configure(struct invocation *in, struct tcb *t)
{
    if (in->count < INVOKE_WORDS)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap cnode = cap_lookup(in->thread, in->word[0]);
    struct cap vspace = cap_lookup(in->thread, in->word[1]);
    struct cap fault = cap_lookup(in->thread, in->word[3]);
    struct cap timeout = cap_lookup(in->thread, in->word[5]);
    u64 vaddr = in->word[2];
    u64 flags = in->word[4];
    if (t->state != THREAD_INACTIVE)
        return PN_ERR_ILLEGAL_OPERATION;
    if (cap_type(cnode) != PN_CAP_CNODE || !cap_is(vspace, PN_CAP_VSPACE, PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    if (!fault_capability_good(fault, in->word[3]) || !fault_capability_good(timeout, in->word[5]))
        return PN_ERR_INVALID_CAPABILITY;
    if (flags > ALL_FLAGS || ((flags & PN_TCB_FPU) != 0 && !fixed.has_fpu))
        return PN_ERR_INVALID_ARGUMENT;
    enum pn_error error = check_buffer(cap_index(vspace), vaddr);
    if (error != PN_OK)
        return error;

    struct binding *b = binding_of(t);
    struct cnode slots = fixed_cnode[cap_index(cnode) % PN_MAX_CNODES];
    b->slot_base = slots.base;
    b->slot_count = slots.count;
    b->vspace = cap_index(vspace);
    b->satp = vspace_satp(b->vspace);
    b->fault_endpoint = in->word[3] != 0 ? cap_index(fault) : NIL;
    b->fault_badge = fault.badge;
    b->timeout_endpoint = in->word[5] != 0 ? cap_index(timeout) : NIL;
    b->timeout_badge = timeout.badge;
    b->flags = (u8)(flags & (PN_TCB_FPU | PN_TCB_COUNTERS));
    b->vital = (flags & PN_TCB_VITAL) != 0;
    b->configured = 1;
    t->moving = (flags & PN_TCB_PASSIVE) != 0;
    if (vaddr != 0)
        vspace_map(b->vspace, vaddr, false, kernel_map_physical(buffer_at(t->self)), PN_READ | PN_WRITE);
    return PN_OK;
}

/* The thread runs on no scheduling context but its own, and its own is not lent along a call. */
static bool context_at_rest(const struct tcb *t)
{
    u16 own = binding_at(t->self)->sc;
    bool home = own != NIL && sc_at(own)->home_thread == t->self;
    if (t->sc != NIL && !(home && t->sc == own))
        return false;
    if (!home)
        return true;
    const struct sched_context *sc = sc_at(own);
    return sc->reply == NIL && (sc->thread == NIL || sc->thread == t->self);
}

static enum pn_error set_sched(struct invocation *in, struct tcb *t)
{
    if (in->count < 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap sched = cap_lookup(in->thread, in->word[1]);
    u16 s = cap_index(sched);
    if (in->word[0] >= PN_PRIORITIES)
        return invoke_range(in, 0, PN_PRIORITIES - 1);
    if (in->word[2] >= PN_MAX_DOMAINS)
        return invoke_range(in, 0, PN_MAX_DOMAINS - 1);
    if (in->word[1] != 0 && cap_type(sched) != PN_CAP_SCHED_CONTEXT)
        return PN_ERR_INVALID_CAPABILITY;
    if (t->state != THREAD_INACTIVE || !context_at_rest(t))
        return PN_ERR_ILLEGAL_OPERATION;
    /* Configured, and nobody else's. */
    if (in->word[1] != 0) {
        const struct sched_context *sc = sc_at(s);
        bool own = sc->home_thread == t->self;
        bool used = sc->home_thread != NIL || sc->home_notification != NIL || sc->thread != NIL;
        if (sc->budget == 0 || (used && !own))
            return PN_ERR_ILLEGAL_OPERATION;
    }

    struct binding *b = binding_of(t);
    t->priority = (u8)(in->word[0] & 0xffu);
    t->domain = (u8)(in->word[2] % PN_MAX_DOMAINS);
    if (b->sc != NIL && sc_at(b->sc)->home_thread == t->self) {
        sc_at(b->sc)->home_thread = NIL;
        sc_at(b->sc)->thread = NIL;
        t->sc = NIL;
    }
    b->sc = NIL;
    if (in->word[1] != 0) {
        b->sc = s;
        sc_at(s)->home_thread = t->self;
        sched_context_attach(s, t);
    }
    return PN_OK;
}

static enum pn_error bind_notification(struct invocation *in, struct tcb *t)
{
    if (in->count < 1)
        return PN_ERR_TRUNCATED_MESSAGE;
    struct cap c = cap_lookup(in->thread, in->word[0]);
    u16 n = cap_index(c);
    if (!cap_is(c, PN_CAP_NOTIFICATION, PN_READ))
        return PN_ERR_INVALID_CAPABILITY;
    if (n > PN_MAX_NOTIFICATIONS)
        kernel_stop_index();
    struct binding *b = binding_of(t);
    if (fixed_bound_tcb[n] != NIL || b->notification != NIL)
        return PN_ERR_ILLEGAL_OPERATION;
    fixed_bound_tcb[n] = t->self;
    b->notification = n;
    notification_bound(t, n);
    return PN_OK;
}

static enum pn_error set_start(struct invocation *in, struct tcb *t)
{
    if (in->count < 3)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (t->state != THREAD_INACTIVE)
        return PN_ERR_ILLEGAL_OPERATION;
    struct binding *b = binding_of(t);
    b->start_pc = in->word[0];
    b->start_sp = in->word[1];
    b->start_a0 = in->word[2];
    tcb_load_start(t);
    return PN_OK;
}

enum pn_error invoke_tcb_setup(struct invocation *in)
{
    struct tcb *t = tcb_at(cap_index(in->cap));
    switch (in->method) {
    case PN_TCB_CONFIGURE:
        return configure(in, t);
    case PN_TCB_SET_SCHED:
        return set_sched(in, t);
    case PN_TCB_BIND_NOTIFICATION:
        return bind_notification(in, t);
    case PN_TCB_SET_START:
        return set_start(in, t);
    default:
        return PN_ERR_ILLEGAL_OPERATION;
    }
}
