/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: stopping, starting, resetting, registers. */
#include "object/tcb.h"
#include "object/fault.h"
#include "state.h"

#define ECALL_BYTES 4u

void tcb_init(u16 t)
{
    struct tcb *thread = tcb_at(t);
    struct binding *b = &fixed_binding[t];
    struct binding empty = {0};
    empty.notification = NIL;
    empty.sc = NIL;
    empty.fault_endpoint = NIL;
    empty.timeout_endpoint = NIL;
    *b = empty;
    thread->state = THREAD_INACTIVE;
    thread->queue = QUEUE_NONE;
    thread->sc = NIL;
    thread->next = NIL;
    thread->prev = NIL;
    thread->object = NIL;
    thread->reply = NIL;
    tcb_load_start(t);
    for (u32 i = 0; i < PN_PAGE_SIZE / 8; i++)
        ks_buffer[t].word[i] = 0;
}

void tcb_load_start(u16 t)
{
    struct tcb *thread = tcb_at(t);
    const struct binding *b = binding_at(t);
    for (u32 i = 0; i < 32; i++)
        thread->reg[i] = 0;
    thread->reg[REG_PC] = b->start_pc;
    thread->reg[REG_SP] = b->start_sp;
    thread->reg[REG_A0] = b->start_a0;
    if (ks.fpu_owner == t)
        ks.fpu_owner = NIL;
    for (u32 i = 0; i < 32; i++)
        ks_fpu[t].f[i] = 0;
    ks_fpu[t].fcsr = 0;
    if (ks.loaded == t)
        ks.loaded = NIL;
}

/* Leave the queue or reply that a blocked thread waits in. */
static void cancel_wait(u16 t)
{
    struct tcb *thread = tcb_at(t);
    switch (thread->state) {
    case THREAD_RECEIVE:
    case THREAD_SEND:
        endpoint_remove(t);
        break;
    case THREAD_WAIT:
        notification_remove(t);
        break;
    case THREAD_REPLY:
        reply_cancel(thread->reply);
        break;
    default:
        return;
    }
    if (thread->fault == PN_FAULT_NULL)
        thread->reg[REG_PC] -= ECALL_BYTES;
    thread->fault = PN_FAULT_NULL;
    thread->reply = NIL;
}

void tcb_suspend(u16 t)
{
    cancel_wait(t);
    sched_remove(t);
    tcb_at(t)->state = THREAD_INACTIVE;
}

void tcb_resume(u16 t)
{
    if (tcb_at(t)->state == THREAD_READY)
        return;
    cancel_wait(t);
    sched_wake(t);
}

/* Nobody may wait for ever for a thread that starts anew. */
static void release_waiters(u16 t)
{
    u64 epoch = tcb_at(t)->epoch;
    for (u16 r = 0; r < fixed.replies; r++) {
        struct reply *reply = reply_at(r);
        if (reply->server != t || reply->caller == NIL)
            continue;
        u16 c = reply->caller;
        struct tcb *caller = tcb_at(c);
        enum pn_fault fault = (enum pn_fault)caller->fault;
        reply_abandon(r, PN_ERR_PEER_RESTARTED, epoch);
        /* A fault is told to the handler's next life. */
        if (fault != PN_FAULT_NULL && c != t)
            fault_raise(c, fault, caller->fault_address, caller->fault_code);
    }
    for (u16 e = 0; e < fixed.endpoints; e++) {
        if (endpoint_at(e)->server == t)
            endpoint_refuse_callers(e, epoch);
    }
}

void tcb_reset(u16 t)
{
    struct tcb *thread = tcb_at(t);
    tcb_suspend(t);
    thread->epoch = (u32)((thread->epoch + 1ull) & 0xffffffffu);
    release_waiters(t);
    sched_context_release(t);
    tcb_load_start(t);
}

static u32 register_number(u64 position)
{
    /* pc, ra, sp, gp, s0-s11, a0-a7, t0-t6, tp */
    static const u8 numbers[32] = {0,  1,  2,  3,  8,  9,  18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                   10, 11, 12, 13, 14, 15, 16, 17, 5,  6,  7,  28, 29, 30, 31, 4};
    return numbers[position % 32];
}

u64 tcb_get_register(u16 t, u64 position)
{
    return tcb_at(t)->reg[register_number(position)];
}

void tcb_set_register(u16 t, u64 position, u64 value)
{
    tcb_at(t)->reg[register_number(position)] = value;
}

void tcb_answer(u16 t, u64 label)
{
    struct tcb *thread = tcb_at(t);
    thread->reg[REG_A0] = 0;
    thread->reg[REG_A1] = label << PN_MSGINFO_LABEL_SHIFT;
}
