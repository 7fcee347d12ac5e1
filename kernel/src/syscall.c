/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls: look the capabilities up, check the rights, hand over to the object. */
#include "trap.h"
#include "hooks.h"
#include "invoke.h"
#include "object/fault.h"
#include "state.h"

#define ECALL_BYTES 4u

static void invocation_answer(u16 t, const struct invocation *in, enum pn_error error)
{
    struct tcb *thread = tcb_at(t);
    tcb_answer(t, error);
    thread->reg[REG_A1] += in->answer_count;
    /* Longer answers (registers) are in place already. */
    for (u32 i = 0; i < in->answer_count && i < 2; i++) {
        if (in->answer_count <= 2 && in->method != PN_TCB_READ_REGISTERS)
            thread->reg[REG_A2 + i] = in->answer[i];
    }
}

static enum pn_error invoke_object(u16 t, struct cap cap, bool call)
{
    const struct tcb *thread = tcb_at(t);
    u64 info = thread->reg[REG_A1];
    struct invocation in = {0};
    in.thread = t;
    in.cap = cap;
    in.method = info >> PN_MSGINFO_LABEL_SHIFT;
    in.count = info & PN_MSGINFO_LENGTH_MASK;
    if (in.count > PN_MAX_MSG)
        in.count = PN_MAX_MSG;
    for (u32 i = 0; i < PN_MSG_REGS && i < in.count; i++)
        in.word[i] = thread->reg[REG_A2 + i];
    for (u32 i = PN_MSG_REGS; i < INVOKE_WORDS && i < in.count; i++)
        in.word[i] = ks_buffer[t].word[i + 1];
    enum pn_error error = invoke(&in);
    if (call && !in.silent)
        invocation_answer(t, &in, error);
    return PN_OK;
}

/* The send half of every system call. Errors: INVALID_CAPABILITY, the message went nowhere. */
static enum pn_error send(u16 t, u64 cptr, enum send_mode mode)
{
    struct cap cap = cap_lookup(t, cptr);
    bool call = mode == SEND_CALL;
    switch (cap_type(cap)) {
    case PN_CAP_ENDPOINT:
        if (!cap_allows(cap, call ? PN_WRITE | PN_CALL : PN_WRITE))
            return PN_ERR_INVALID_CAPABILITY;
        endpoint_send(t, cap_index(cap), cap.badge, mode);
        return PN_OK;
    case PN_CAP_NOTIFICATION:
        if (!cap_allows(cap, PN_WRITE))
            return PN_ERR_INVALID_CAPABILITY;
        notification_signal(cap_index(cap), cap.badge);
        if (call)
            tcb_answer(t, PN_OK);
        return PN_OK;
    case PN_CAP_REPLY:
        reply_send(cap_index(cap), t);
        if (call)
            tcb_answer(t, PN_OK);
        return PN_OK;
    case PN_CAP_NULL:
        return PN_ERR_INVALID_CAPABILITY;
    default:
        return invoke_object(t, cap, call);
    }
}

/* The thread is told, instead of the system call: capability 'cptr' does not do. */
static void capability_fault(u16 t, u64 cptr, bool receiving)
{
    tcb_at(t)->reg[REG_PC] -= ECALL_BYTES;
    fault_raise(t, PN_FAULT_CAP, cptr, receiving);
}

/* A thread that only sent goes on, unless its answer gave the scheduling context away. */
static void go_on(u16 t)
{
    if (tcb_at(t)->state == THREAD_READY)
        sched_need_context(t);
}

/* The receive half. 'with_reply': a6 names the reply object. */
static void receive(u16 t, bool blocking, bool with_reply)
{
    const struct tcb *thread = tcb_at(t);
    u64 cptr = thread->reg[REG_A0];
    struct cap cap = cap_lookup(t, cptr);
    if (unlikely(thread->state != THREAD_READY)) /* it suspended or reset itself in the send half */
        return;
    u64 type = cap_type(cap);
    u16 i = cap_index(cap);
    if (unlikely(!cap_allows(cap, PN_READ))) {
        capability_fault(t, cptr, true);
    } else if (likely(type == PN_CAP_ENDPOINT)) {
        u16 reply = NIL;
        if (with_reply) {
            struct cap offered = cap_lookup(t, thread->reg[REG_A6]);
            if (unlikely(cap_type(offered) != PN_CAP_REPLY)) {
                capability_fault(t, thread->reg[REG_A6], true);
                return;
            }
            reply = cap_index(offered);
        }
        endpoint_receive(t, i, reply, blocking);
    } else if (type == PN_CAP_NOTIFICATION && i < PN_MAX_NOTIFICATIONS &&
               (fixed_bound_tcb[i] == NIL || fixed_bound_tcb[i] == t)) {
        notification_wait(t, i, blocking);
    } else {
        capability_fault(t, cptr, true);
    }
}

static void system_call(u16 t, u64 number)
{
    const struct tcb *thread = tcb_at(t);
    enum pn_error error;
    switch ((int64_t)number) {
    case PN_SYS_CALL:
        error = send(t, thread->reg[REG_A0], SEND_CALL);
        if (unlikely(error != PN_OK))
            tcb_answer(t, error);
        go_on(t);
        break;
    case PN_SYS_REPLY_RECV: {
        struct cap reply = cap_lookup(t, thread->reg[REG_A6]);
        if (likely(cap_type(reply) == PN_CAP_REPLY))
            reply_send(cap_index(reply), t);
        receive(t, true, true);
        break;
    }
    case PN_SYS_SEND:
        if (unlikely(send(t, thread->reg[REG_A0], SEND_ONCE) != PN_OK))
            capability_fault(t, thread->reg[REG_A0], false);
        go_on(t);
        break;
    case PN_SYS_NBSEND:
        (void)send(t, thread->reg[REG_A0], SEND_NOW);
        go_on(t);
        break;
    case PN_SYS_NBSEND_RECV:
        (void)send(t, thread->reg[REG_T0], SEND_NOW);
        receive(t, true, true);
        break;
    case PN_SYS_NBSEND_WAIT:
        (void)send(t, thread->reg[REG_T0], SEND_NOW);
        receive(t, true, false);
        break;
    case PN_SYS_RECV:
        receive(t, true, true);
        break;
    case PN_SYS_NBRECV:
        receive(t, false, true);
        break;
    case PN_SYS_WAIT:
        receive(t, true, false);
        break;
    case PN_SYS_NBWAIT:
        receive(t, false, false);
        break;
    case PN_SYS_YIELD:
        sched_yield(t);
        break;
    default:
        if (hook_syscall(t, number))
            break;
        tcb_at(t)->reg[REG_PC] -= ECALL_BYTES;
        fault_raise(t, PN_FAULT_UNKNOWN_SYSCALL, 0, 0);
        break;
    }
}

struct tcb *handle_syscall(struct tcb *self)
{
    u16 t = tcb_index(self);
    system_call(t, self->reg[REG_A7]);
    hook_leave();
    return tcb_at(sched_choose());
}
