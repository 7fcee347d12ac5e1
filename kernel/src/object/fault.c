/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault messages in seL4's format (MCS, RISC-V) and what their answers may change. */
#include "object/fault.h"
#include "hooks.h"
#include "object/ipc.h"
#include "state.h"

#define SCAUSE_FETCH_ACCESS 1u
#define SCAUSE_FETCH_PAGE   12u
#define MISSING_CAPABILITY  2u

/* Registers that an unknown system call's message carries, in its order; also those of a user exception: 2.
 */
#define SYSCALL_REGISTERS   10u
#define EXCEPTION_REGISTERS 2u

static u32 carried_register(u32 position)
{
    static const u8 registers[SYSCALL_REGISTERS] = {REG_PC,     REG_SP,     REG_RA,     REG_A0,
                                                    REG_A0 + 1, REG_A0 + 2, REG_A0 + 3, REG_A0 + 4,
                                                    REG_A0 + 5, REG_A0 + 6};
    return registers[position % SYSCALL_REGISTERS];
}

static void set_word(u16 to, u32 position, u64 value)
{
    if (position < PN_MSG_REGS)
        tcb_at(to)->reg[REG_A2 + position] = value;
    else if (to < PN_MAX_TCBS && position < PN_MAX_MSG)
        ks_buffer[to].word[position + 1] = value;
}

static u64 get_word(u16 from, u32 position)
{
    if (position < PN_MSG_REGS)
        return tcb_at(from)->reg[REG_A2 + position];
    if (from < PN_MAX_TCBS && position < PN_MAX_MSG)
        return ks_buffer[from].word[position + 1];
    return 0;
}

static u32 put_registers(u16 t, u16 to, u32 count)
{
    for (u32 i = 0; i < count; i++)
        set_word(to, i, tcb_at(t)->reg[carried_register(i)]);
    return count;
}

static u32 put_timeout(u16 t, u16 to)
{
    u16 s = tcb_at(t)->sc;
    if (s == NIL)
        return 0;
    set_word(to, 0, sc_at(s)->badge);
    set_word(to, 1, ticks_to_us(sc_at(s)->consumed));
    sc_at(s)->consumed = 0;
    return 2;
}

void fault_message(u16 t, u16 to, u64 badge)
{
    const struct tcb *thread = tcb_at(t);
    u32 length = 4;
    set_word(to, 0, thread->reg[REG_PC]);
    switch (thread->fault) {
    case PN_FAULT_UNKNOWN_SYSCALL:
        length = put_registers(t, to, SYSCALL_REGISTERS);
        set_word(to, length++, thread->reg[REG_A7]);
        break;
    case PN_FAULT_USER_EXCEPTION:
        (void)put_registers(t, to, EXCEPTION_REGISTERS);
        set_word(to, 2, thread->fault_code);
        set_word(to, 3, thread->fault_address);
        break;
    case PN_FAULT_CAP:
        set_word(to, 1, thread->fault_address);
        set_word(to, 2, thread->fault_code);
        set_word(to, 3, MISSING_CAPABILITY);
        break;
    case PN_FAULT_TIMEOUT:
        length = put_timeout(t, to);
        break;
    default:
        set_word(to, 1, thread->fault_address);
        set_word(to, 2, thread->fault_code == SCAUSE_FETCH_ACCESS || thread->fault_code == SCAUSE_FETCH_PAGE);
        set_word(to, 3, thread->fault_code);
        break;
    }
    tcb_at(to)->reg[REG_A0] = badge;
    tcb_at(to)->reg[REG_A1] = ((u64)thread->fault << PN_MSGINFO_LABEL_SHIFT) + length;
}

void fault_raise(u16 t, enum pn_fault fault, u64 address, u64 code)
{
    struct tcb *thread = tcb_at(t);
    const struct binding *b = binding_at(t);
    u16 endpoint = fault == PN_FAULT_TIMEOUT ? b->timeout_endpoint : b->fault_endpoint;
    thread->fault = (u8)fault;
    thread->fault_address = address;
    thread->fault_code = code;
    if (endpoint == NIL) {
        hook_unhandled_fault(t);
        sched_remove(t);
        thread->fault = PN_FAULT_NULL;
        thread->state = THREAD_INACTIVE;
        return;
    }
    if (fault == PN_FAULT_TIMEOUT)
        endpoint_send(t, endpoint, b->timeout_badge, SEND_CALL_KEEP);
    else
        endpoint_send(t, endpoint, b->fault_badge, SEND_CALL);
}

bool fault_answered(u16 t, u16 from)
{
    struct tcb *thread = tcb_at(t);
    u64 info = tcb_at(from)->reg[REG_A1];
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    u32 count = 0;
    if (thread->fault == PN_FAULT_UNKNOWN_SYSCALL)
        count = SYSCALL_REGISTERS;
    else if (thread->fault == PN_FAULT_USER_EXCEPTION)
        count = EXCEPTION_REGISTERS;
    for (u32 i = 0; i < count && i < length; i++)
        thread->reg[carried_register(i)] = get_word(from, i);
    return info >> PN_MSGINFO_LABEL_SHIFT == 0;
}
