/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of threads that remain after seal: start, stop, reset, registers, epoch. */
#include "invoke.h"
#include "state.h"

#define USER_REGISTERS 32u

static u64 argument(const struct tcb *t, u64 position)
{
    if (position < PN_MSG_REGS)
        return t->reg[REG_A2 + position];
    return position < PN_MAX_MSG ? buffer_at(t->self)->word[position + 1] : 0;
}

static enum pn_error write_registers(struct invocation *in, struct tcb *t)
{
    u64 count = in->word[1];
    if (in->count < 2 || count > in->count - 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (count > USER_REGISTERS)
        return invoke_range(in, 0, USER_REGISTERS);
    if (t == in->thread || !binding_at(t->self)->configured)
        return PN_ERR_ILLEGAL_OPERATION;
    /* A thread that waits in a system call leaves it; one that waits for its fault handler goes on waiting.
     */
    u8 state = t->state;
    if (state != THREAD_READY && t->fault == PN_FAULT_NULL)
        tcb_suspend(t);
    for (u64 i = 0; i < count; i++)
        t->reg[tcb_register(i)] = argument(in->thread, i + 2);
    if ((in->word[0] & 1u) != 0)
        tcb_resume(t);
    return PN_OK;
}

static enum pn_error read_registers(struct invocation *in, struct tcb *t)
{
    u64 count = in->word[1];
    if (in->count < 2)
        return PN_ERR_TRUNCATED_MESSAGE;
    if (count > USER_REGISTERS)
        return invoke_range(in, 0, USER_REGISTERS);
    if (t == in->thread)
        return PN_ERR_ILLEGAL_OPERATION;
    if ((in->word[0] & 1u) != 0) {
        if (!cap_allows(in->cap, PN_WRITE))
            return PN_ERR_INVALID_CAPABILITY;
        tcb_suspend(t);
    }
    for (u64 i = 0; i < count && !in->silent; i++) {
        u64 value = t->reg[tcb_register(i)];
        if (i < PN_MSG_REGS)
            in->thread->reg[REG_A2 + i] = value;
        else
            buffer_at(in->thread->self)->word[i + 1] = value;
    }
    in->answer_count = count;
    return PN_OK;
}

static enum pn_error reset(struct invocation *in, struct tcb *t)
{
    if (!binding_at(t->self)->configured)
        return PN_ERR_ILLEGAL_OPERATION;
    tcb_reset(t);
    in->silent = in->silent || t == in->thread;
    in->answer_count = 1;
    in->answer[0] = t->epoch;
    return PN_OK;
}

static enum pn_error write_method(struct invocation *in, struct tcb *t)
{
    switch (in->method) {
    case PN_TCB_WRITE_REGISTERS:
        return write_registers(in, t);
    case PN_TCB_SUSPEND:
        tcb_suspend(t);
        return PN_OK;
    case PN_TCB_RESUME:
        if (!binding_at(t->self)->configured)
            return PN_ERR_ILLEGAL_OPERATION;
        tcb_resume(t);
        return PN_OK;
    case PN_TCB_RESET:
        return reset(in, t);
    default:
        return invoke_tcb_setup(in);
    }
}

enum pn_error invoke_tcb(struct invocation *in)
{
    struct tcb *t = tcb_at(cap_index(in->cap));
    bool reads = in->method == PN_TCB_READ_REGISTERS || in->method == PN_TCB_EPOCH;
    if (!cap_allows(in->cap, reads ? PN_READ : PN_WRITE))
        return PN_ERR_INVALID_CAPABILITY;
    if (in->method == PN_TCB_EPOCH) {
        in->answer_count = 1;
        in->answer[0] = t->epoch;
        return PN_OK;
    }
    if (in->method == PN_TCB_READ_REGISTERS)
        return read_registers(in, t);
    return write_method(in, t);
}
