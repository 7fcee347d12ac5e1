/* SPDX-License-Identifier: BSD-2-Clause */
/* Test kernels only: system calls by which the kernel tries to break its own protection. */
#ifndef KERNEL_PROBE_PROBE_H
#define KERNEL_PROBE_PROBE_H

#include "types.h"

struct tcb;

/* True: the number was one of the probe's and the forbidden write has been made. */
bool probe_syscall(const struct tcb *t, u64 number);

#endif
