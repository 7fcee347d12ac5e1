/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of one system call. */
#include "puppet.h"

#define GRACE_US 60

void registers_read(cptr tcb, word *reg)
{
    word read[2] = {0, R_COUNT};
    struct regs r;
    CHECK_EQ(invoke(tcb, PN_TCB_READ_REGISTERS, read, 2, &r), PN_OK);
    CHECK_EQ(r.a1, info(0, R_COUNT));
    reg[0] = r.a2;
    reg[1] = r.a3;
    reg[2] = r.a4;
    reg[3] = r.a5;
    for (unsigned i = 4; i < R_COUNT; i++)
        reg[i] = *message_word(PN_MSGBUF_VADDR, i);
}

void registers_write(cptr tcb, const word *reg, unsigned count, bool resume)
{
    word write[2 + R_COUNT] = {resume, count};
    for (unsigned i = 0; i < count; i++)
        write[2 + i] = reg[i];
    CHECK_EQ(invoke(tcb, PN_TCB_WRITE_REGISTERS, write, 2 + count, NULL), PN_OK);
}

struct puppet puppet_of(struct thread t)
{
    struct puppet p = {.t = t};
    p.ep = new_object(PN_CAP_ENDPOINT, 0);
    p.reply = new_object(PN_CAP_REPLY, 0);
    p.t.fault_endpoint = derived(p.ep, PN_WRITE | PN_CALL, PUPPET_BADGE);
    thread_make(&p.t, NULL, 0);
    for (unsigned i = 0; i < R_COUNT; i++)
        p.reg[i] = 0xb0b00000 + i;
    return p;
}

struct puppet puppet_new(void)
{
    return puppet_of(thread_new());
}

void puppet_go(struct puppet *p)
{
    registers_write(p->t.tcb, p->reg, R_COUNT, true);
}

void puppet_call(struct puppet *p, int64_t number, const struct regs *in)
{
    p->reg[R_PC] = (word)puppet_ecall;
    p->reg[R_A0] = in->a0;
    p->reg[R_A1] = in->a1;
    p->reg[R_A2] = in->a2;
    p->reg[R_A2 + 1] = in->a3;
    p->reg[R_A2 + 2] = in->a4;
    p->reg[R_A2 + 3] = in->a5;
    p->reg[R_A6] = in->a6;
    p->reg[R_A7] = (word)number;
    p->reg[R_T0] = in->t0;
    puppet_go(p);
}

enum outcome puppet_outcome(struct puppet *p, struct regs *fault)
{
    sleep_us(GRACE_US);
    struct regs r = receive(PN_SYS_NBRECV, p->ep, p->reply);
    if (fault != NULL)
        *fault = r;
    if (r.a0 != PUPPET_BADGE)
        return BLOCKED;
    registers_read(p->t.tcb, p->reg);
    CHECK_EQ(invoke0(p->t.tcb, PN_TCB_SUSPEND), PN_OK);
    bool back = label_of(r.a1) == PN_FAULT_USER_EXCEPTION && r.a2 == (word)puppet_break;
    return back ? RETURNED : FAULTED;
}

enum outcome puppet_try(struct puppet *p, int64_t number, const struct regs *in)
{
    puppet_call(p, number, in);
    return puppet_outcome(p, NULL);
}
