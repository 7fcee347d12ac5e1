/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's invariants as predicates: for debug builds, host tests and proofs. */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

#include "types.h"

/* What is broken, or NULL. True of every state between two system calls. */
const char *kernel_check(void);

#endif
