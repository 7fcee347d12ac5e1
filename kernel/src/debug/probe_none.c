/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordinary debug kernels have no probing system calls. */
#include "probe/probe.h"

bool probe_syscall(struct tcb *t, u64 number)
{
    (void)t;
    (void)number;
    return false;
}
