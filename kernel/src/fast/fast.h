/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Short ways through the two system calls of a protected call. Each either does all that the general way
 * (syscall.c) would do, to the same final state, or declines: answers NULL and has changed nothing.
 */
#ifndef KERNEL_FAST_FAST_H
#define KERNEL_FAST_FAST_H

#include "types.h"

struct tcb;

/* The registers of Call by thread 't', as they lie in its context: a0..a5 and, unused, a6. Answer: whose
 * context to restore. */
struct tcb *fast_call(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 a6, struct tcb *t);

/* The same of ReplyRecv: a0..a6. */
struct tcb *fast_reply_receive(u64 cptr, u64 info, u64 w0, u64 w1, u64 w2, u64 w3, u64 reply_cptr,
                               struct tcb *t);

#endif
