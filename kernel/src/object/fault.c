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

static void set_word(struct tcb *to, u32 position, u64 value)
{
    if (position < PN_MSG_REGS)
        to->reg[REG_A2 + position] = value;
    else if (position < PN_MAX_MSG)
        buffer_at(to->self)->word[position + 1] = value;
}

static u64 get_word(const struct tcb *from, u32 position)
{
    if (position < PN_MSG_REGS)
        return from->reg[REG_A2 + position];
    return position < PN_MAX_MSG ? buffer_at(from->self)->word[position + 1] : 0;
}

static u32 put_registers(const struct tcb *t, struct tcb *to, u32 count)
{
    for (u32 i = 0; i < count; i++)
        set_word(to, i, t->reg[carried_register(i)]);
    return count;
}

static u32 put_timeout(const struct tcb *t, struct tcb *to)
{
    u16 s = t->sc;
    if (s == NIL)
        return 0;
    set_word(to, 0, sc_at(s)->badge);
    set_word(to, 1, ticks_to_us(sc_at(s)->consumed));
    sc_at(s)->consumed = 0;
    return 2;
}

COLD void fault_message(const struct tcb *t, struct tcb *to, u64 badge)
{
    u32 length = 4;
    if (t->fault != PN_FAULT_TIMEOUT)
        set_word(to, 0, t->reg[REG_PC]);
    switch (t->fault) {
    case PN_FAULT_UNKNOWN_SYSCALL:
        length = put_registers(t, to, SYSCALL_REGISTERS);
        set_word(to, length++, t->reg[REG_A7]);
        break;
    case PN_FAULT_USER_EXCEPTION:
        (void)put_registers(t, to, EXCEPTION_REGISTERS);
        set_word(to, 2, t->fault_code);
        set_word(to, 3, t->fault_address);
        break;
    case PN_FAULT_CAP:
        set_word(to, 1, t->fault_address);
        set_word(to, 2, t->fault_code);
        set_word(to, 3, MISSING_CAPABILITY);
        break;
    case PN_FAULT_TIMEOUT:
        length = put_timeout(t, to);
        break;
    default:
        set_word(to, 1, t->fault_address);
        set_word(to, 2, t->fault_code == SCAUSE_FETCH_ACCESS || t->fault_code == SCAUSE_FETCH_PAGE);
        set_word(to, 3, t->fault_code);
        break;
    }
    to->reg[REG_A0] = badge;
    to->reg[REG_A1] = ((u64)t->fault << PN_MSGINFO_LABEL_SHIFT) + length;
}

COLD void fault_raise(struct tcb *t, enum pn_fault fault, u64 address, u64 code)
{
    const struct binding *b = binding_at(t->self);
    u16 endpoint = fault == PN_FAULT_TIMEOUT ? b->timeout_endpoint : b->fault_endpoint;
    t->fault = (u8)fault;
    t->fault_address = address;
    t->fault_code = code;
    if (endpoint == NIL) {
        hook_unhandled_fault(t);
        if (b->vital)
            kernel_reset("a vital thread faulted (pc, address)", t->reg[REG_PC], address);
        sched_remove(t);
        t->fault = PN_FAULT_NULL;
        t->state = THREAD_INACTIVE;
        return;
    }
    if (fault == PN_FAULT_TIMEOUT)
        endpoint_send(t, endpoint, b->timeout_badge, SEND_CALL_KEEP);
    else
        endpoint_send(t, endpoint, b->fault_badge, SEND_CALL);
}

COLD bool fault_answered(struct tcb *t, const struct tcb *from)
{
    u64 info = from->reg[REG_A1];
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    u32 count = 0;
    if (t->fault == PN_FAULT_UNKNOWN_SYSCALL)
        count = SYSCALL_REGISTERS;
    else if (t->fault == PN_FAULT_USER_EXCEPTION)
        count = EXCEPTION_REGISTERS;
    for (u32 i = 0; i < count && i < length; i++)
        t->reg[carried_register(i)] = get_word(from, i);
    return fault_resumes(info);
}
