/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry points of machine/trap.S: each gets the trapped thread's context and answers whose context to
 * restore. */
#ifndef KERNEL_TRAP_H
#define KERNEL_TRAP_H

#include "object/tcb.h"

/* ecall (the program counter is already behind it): Call, ReplyRecv, all others. */
struct tcb *handle_call(struct tcb *self);
struct tcb *handle_reply_receive(struct tcb *self);
struct tcb *handle_syscall(struct tcb *self);
struct tcb *handle_exception(struct tcb *self, u64 cause, u64 value);
struct tcb *handle_interrupt(struct tcb *self, u64 cause);

/* The kernel itself trapped. */
_Noreturn void handle_kernel_trap(u64 cause, u64 pc, u64 value);

#endif
