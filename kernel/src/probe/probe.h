/* SPDX-License-Identifier: BSD-2-Clause */
/* Test kernels only: system calls by which the kernel tries to break its own protection. */
#ifndef KERNEL_PROBE_PROBE_H
#define KERNEL_PROBE_PROBE_H

#include "types.h"

struct tcb;

/* True: the number was one of the probe's. */
bool probe_syscall(struct tcb *t, u64 number);

/* Store to an address of the kernel what is there already. */
void probe_store(u64 address);

/* The same; 1 if that trapped, which is forgotten. */
u64 probe_try(u64 address);

#endif
