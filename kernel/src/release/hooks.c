/* SPDX-License-Identifier: BSD-2-Clause */
/* Release builds: nothing beyond the kernel itself. */
#include "hooks.h"

bool hook_syscall(struct tcb *t, u64 number)
{
    (void)t;
    (void)number;
    return false;
}

void hook_leave(void)
{
}

void hook_unhandled_fault(const struct tcb *t)
{
    (void)t;
}

void hook_boot(void)
{
}
