/* SPDX-License-Identifier: BSD-2-Clause */
/* Where debug builds add something: debug/ or release/ implements this, the build chooses. */
#ifndef KERNEL_HOOKS_H
#define KERNEL_HOOKS_H

#include "types.h"

struct tcb;

/* A system call that only debug kernels know. False: unknown. */
bool hook_syscall(struct tcb *t, u64 number);

/* Before the kernel is left: check the invariants. */
void hook_leave(void);

/* Thread 't' faulted and nobody handles it: tell the developer. */
void hook_unhandled_fault(const struct tcb *t);

/* A line about the boot. */
void hook_boot(void);

#endif
