/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls: look the capabilities up, check the rights, hand over to the object. */
#include "trap.h"
#include "hooks.h"
#include "invoke.h"
#include "object/fault.h"
#include "state.h"

static void invocation_answer(struct tcb *t, const struct invocation *in, enum pn_error error)
{
    tcb_answer(t, error);
    t->reg[REG_A1] += in->answer_count;
    /* Registers that were read are in place already. */
    for (u32 i = 0; i < in->answer_count && i < 2; i++) {
        if (in->method != PN_TCB_READ_REGISTERS || error != PN_OK)
            t->reg[REG_A2 + i] = in->answer[i];
    }
}

static COLD void invoke_object(struct tcb *t, struct cap cap, bool call)
{
    u64 info = t->reg[REG_A1];
    struct invocation in = {0};
    in.thread = t;
    in.cap = cap;
    in.method = info >> PN_MSGINFO_LABEL_SHIFT;
    in.silent = !call;
    in.count = info & PN_MSGINFO_LENGTH_MASK;
    if (in.count > PN_MAX_MSG)
        in.count = PN_MAX_MSG;
    for (u32 i = 0; i < PN_MSG_REGS && i < in.count; i++)
        in.word[i] = t->reg[REG_A2 + i];
    for (u32 i = PN_MSG_REGS; i < INVOKE_WORDS && i < in.count; i++)
        in.word[i] = buffer_at(t->self)->word[i + 1];
    enum pn_error error = invoke(&in);
    if (!in.silent)
        invocation_answer(t, &in, error);
}

/* Sending to anything but an endpoint. */
static COLD enum pn_error send_other(struct tcb *t, struct cap cap, bool call)
{
    switch (cap_type(cap)) {
    case PN_CAP_NOTIFICATION:
        if (!cap_allows(cap, PN_WRITE))
            return PN_ERR_INVALID_CAPABILITY;
        notification_signal(cap_index(cap), cap.badge);
        break;
    case PN_CAP_REPLY:
        reply_send(cap_index(cap), t);
        break;
    case PN_CAP_NULL:
        return PN_ERR_INVALID_CAPABILITY;
    default:
        invoke_object(t, cap, call);
        return PN_OK;
    }
    if (call)
        tcb_answer(t, PN_OK);
    return PN_OK;
}

/* The send half of every system call. Errors: INVALID_CAPABILITY, the message went nowhere. */
static inline enum pn_error send(struct tcb *t, struct cap cap, enum send_mode mode)
{
    bool call = mode == SEND_CALL;
    if (unlikely(cap_type(cap) != PN_CAP_ENDPOINT))
        return send_other(t, cap, call);
    if (!cap_allows(cap, call ? PN_WRITE | PN_CALL : PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    endpoint_send(t, cap_index(cap), cap.badge, mode);
    return PN_OK;
}

/* The thread is told, instead of the system call: capability 'cptr' does not do. */
static COLD void capability_fault(struct tcb *t, u64 cptr, bool receiving)
{
    t->reg[REG_PC] -= ECALL_BYTES;
    fault_raise(t, PN_FAULT_CAP, cptr, receiving);
}

/* A thread that only sent goes on, unless its answer gave the scheduling context away. */
static inline void go_on(struct tcb *t)
{
    if (t->state == THREAD_READY)
        sched_need_context(t);
}

static void receive_notification(struct tcb *t, struct cap cap, bool blocking)
{
    u16 n = cap_index(cap);
    if (n <= PN_MAX_NOTIFICATIONS && (fixed_bound_tcb[n] == NIL || fixed_bound_tcb[n] == t->self))
        notification_wait(t, n, blocking);
    else
        capability_fault(t, t->reg[REG_A0], true);
}

/* The receive half. 'with_reply': a6 names the reply object. */
static inline void receive(struct tcb *t, const struct binding *b, bool blocking, bool with_reply)
{
    u64 cptr = t->reg[REG_A0];
    struct cap cap = cap_at(b, cptr);
    if (unlikely(t->state != THREAD_READY)) /* it suspended or reset itself in the send half */
        return;
    if (unlikely(!cap_allows(cap, PN_READ))) {
        capability_fault(t, cptr, true);
        return;
    }
    if (likely(cap_type(cap) == PN_CAP_ENDPOINT)) {
        struct cap offered = with_reply ? cap_at(b, t->reg[REG_A6]) : cap_null();
        if (unlikely(with_reply && cap_type(offered) != PN_CAP_REPLY)) {
            capability_fault(t, t->reg[REG_A6], true);
            return;
        }
        endpoint_receive(t, b, cap_index(cap), cap_index(offered), blocking);
    } else if (cap_type(cap) == PN_CAP_NOTIFICATION) {
        receive_notification(t, cap, blocking);
    } else {
        capability_fault(t, cptr, true);
    }
}

static struct tcb *leave(void)
{
    hook_leave();
    return sched_choose();
}

QUICK struct tcb *handle_call(struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    enum pn_error error = send(t, cap_at(b, t->reg[REG_A0]), SEND_CALL);
    if (unlikely(error != PN_OK))
        tcb_answer(t, error);
    go_on(t);
    return leave();
}

QUICK struct tcb *handle_reply_receive(struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    struct cap reply = cap_at(b, t->reg[REG_A6]);
    if (likely(cap_type(reply) == PN_CAP_REPLY))
        reply_send(cap_index(reply), t);
    receive(t, b, true, true);
    return leave();
}

static COLD void send_once(struct tcb *t, struct cap cap)
{
    if (unlikely(send(t, cap, SEND_ONCE) != PN_OK))
        capability_fault(t, t->reg[REG_A0], false);
    go_on(t);
}

static QUICK struct tcb *handle_send(struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    struct cap cap = cap_at(b, t->reg[REG_A0]);
    if (likely(cap_type(cap) == PN_CAP_NOTIFICATION && cap_allows(cap, PN_WRITE))) {
        notification_signal(cap_index(cap), cap.badge);
        return leave();
    }
    send_once(t, cap);
    return leave();
}

static COLD void unknown(struct tcb *t, u64 number)
{
    if (hook_syscall(t, number))
        return;
    t->reg[REG_PC] -= ECALL_BYTES;
    fault_raise(t, PN_FAULT_UNKNOWN_SYSCALL, 0, 0);
}

/* The forms that need not be as quick. */
static COLD void other_syscall(struct tcb *t, u64 number)
{
    const struct binding *b = binding_at(t->self);
    switch ((int64_t)number) {
    case PN_SYS_NBSEND:
        (void)send(t, cap_at(b, t->reg[REG_A0]), SEND_NOW);
        go_on(t);
        break;
    case PN_SYS_NBSEND_RECV:
        (void)send(t, cap_at(b, t->reg[REG_T0]), SEND_NOW);
        receive(t, b, true, true);
        break;
    case PN_SYS_NBSEND_WAIT:
        (void)send(t, cap_at(b, t->reg[REG_T0]), SEND_NOW);
        receive(t, b, true, false);
        break;
    case PN_SYS_NBRECV:
        receive(t, b, false, true);
        break;
    case PN_SYS_NBWAIT:
        receive(t, b, false, false);
        break;
    case PN_SYS_YIELD:
        sched_yield(t);
        break;
    default:
        unknown(t, number);
        break;
    }
}

_Static_assert(PN_SYS_CALL == -1 && PN_SYS_REPLY_RECV == -2, "machine/trap.S");

struct tcb *handle_syscall(struct tcb *t)
{
    u64 number = t->reg[REG_A7];
    switch ((int64_t)number) {
    case PN_SYS_SEND:
        return handle_send(t);
    case PN_SYS_RECV:
        receive(t, binding_at(t->self), true, true);
        return leave();
    case PN_SYS_WAIT:
        receive(t, binding_at(t->self), true, false);
        return leave();
    default:
        other_syscall(t, number);
        return leave();
    }
}
