/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: stopping, starting, resetting, registers. */
#include "object/tcb.h"
#include "object/fault.h"
#include "state.h"

void tcb_load_start(struct tcb *t)
{
    const struct binding *b = binding_at(t->self);
    struct fpu_state *fpu = &ks_fpu[t->self];
    for (u32 i = 0; i < 32; i++)
        t->reg[i] = 0;
    t->reg[REG_PC] = b->start_pc;
    t->reg[REG_SP] = b->start_sp;
    t->reg[REG_A0] = b->start_a0;
    for (u32 i = 0; i < 32; i++)
        fpu->f[i] = 0;
    fpu->fcsr = 0;
    if (ks.fpu_owner == t->self)
        ks.fpu_owner = NIL;
    if (ks.loaded == t->self)
        ks.loaded = NIL;
}

/* Leave the queue or reply that a blocked thread waits in. */
static void cancel_wait(struct tcb *t)
{
    switch (t->state) {
    case THREAD_RECEIVE:
    case THREAD_SEND:
        endpoint_remove(t);
        break;
    case THREAD_WAIT:
        notification_remove(t);
        break;
    case THREAD_REPLY:
        reply_cancel(t->reply);
        break;
    default:
        return;
    }
    if (t->fault == PN_FAULT_NULL)
        t->reg[REG_PC] -= ECALL_BYTES;
    t->fault = PN_FAULT_NULL;
    t->reply = NIL;
}

void tcb_suspend(struct tcb *t)
{
    cancel_wait(t);
    sched_remove(t);
    t->state = THREAD_INACTIVE;
}

void tcb_resume(struct tcb *t)
{
    if (t->state == THREAD_READY)
        return;
    cancel_wait(t);
    sched_wake(t);
}

/* Nobody may wait for ever for a thread that starts anew. */
static void release_waiters(const struct tcb *t)
{
    for (u16 r = 1; r <= fixed.replies; r++) {
        const struct reply *reply = reply_at(r);
        if (reply->server != t->self || reply->caller == NIL)
            continue;
        struct tcb *caller = tcb_at(reply->caller);
        enum pn_fault fault = (enum pn_fault)caller->fault;
        reply_abandon(r, t->epoch);
        /* A fault is told to the handler's next life. */
        if (fault != PN_FAULT_NULL)
            fault_raise(caller, fault, caller->fault_address, caller->fault_code);
    }
    for (u16 e = 1; e <= fixed.endpoints; e++) {
        if (endpoint_at(e)->server == t->self)
            endpoint_refuse_callers(e, t->epoch);
    }
}

void tcb_reset(struct tcb *t)
{
    tcb_suspend(t);
    t->epoch = (u32)((t->epoch + 1ull) & 0xffffffffu);
    release_waiters(t);
    sched_context_release(t);
    tcb_load_start(t);
}

u32 tcb_register(u64 position)
{
    /* pc, ra, sp, gp, s0-s11, a0-a7, t0-t6, tp */
    static const u8 numbers[32] = {0,  1,  2,  3,  8,  9,  18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                   10, 11, 12, 13, 14, 15, 16, 17, 5,  6,  7,  28, 29, 30, 31, 4};
    return numbers[position % 32];
}

void tcb_answer(struct tcb *t, u64 label)
{
    t->reg[REG_A0] = 0;
    t->reg[REG_A1] = label << PN_MSGINFO_LABEL_SHIFT;
}

void tcb_answer_restarted(struct tcb *t, u64 epoch)
{
    tcb_answer(t, PN_ERR_PEER_RESTARTED);
    t->reg[REG_A1] += 1;
    t->reg[REG_A2] = epoch;
}
