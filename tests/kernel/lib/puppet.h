/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A puppet is a thread whose registers the test prescribes: it executes one system call and traps, so that
 * everything that the call did to its registers can be seen.
 */
#ifndef TEST_PUPPET_H
#define TEST_PUPPET_H

#include "test.h"

/* Places in the order of registers of a TCB's methods. */
enum place {
    R_PC = 0,
    R_RA = 1,
    R_SP = 2,
    R_GP = 3,
    R_S0 = 4,
    R_A0 = 16,
    R_A1 = 17,
    R_A2 = 18,
    R_A6 = 22,
    R_A7 = 23,
    R_T0 = 24,
    R_TP = 31,
    R_COUNT = 32
};

struct puppet {
    struct thread t;
    cptr ep; /* its faults arrive here, with badge PUPPET_BADGE */
    cptr reply;
    word reg[R_COUNT]; /* before the call; afterwards as it left them */
};

#define PUPPET_BADGE 0x9b

extern const uint32_t puppet_ecall[];
extern const uint32_t puppet_break[];
void puppet_dump(void);
extern word puppet_dump_here[R_COUNT]; /* by number of register; 0 and 31 are not written */

/* A puppet in the root's address space and CNode, or as 't' says; its registers are all different. */
struct puppet puppet_new(void);
struct puppet puppet_of(struct thread t);

/* Prescribe the registers of a system call and let it go. */
void puppet_call(struct puppet *p, int64_t number, const struct regs *in);

/* Let it run with p->reg as they are. */
void puppet_go(struct puppet *p);

/* What it did: still in the call, come back, or faulted; in the two latter cases p->reg is read, the message
 * is in 'fault', and the puppet is inactive. */
enum outcome { BLOCKED, RETURNED, FAULTED };
enum outcome puppet_outcome(struct puppet *p, struct regs *fault);

/* The call, and its outcome after the others had time. */
enum outcome puppet_try(struct puppet *p, int64_t number, const struct regs *in);

/* All registers of a thread. */
void registers_read(cptr tcb, word *reg);
void registers_write(cptr tcb, const word *reg, unsigned count, bool resume);

#endif
