/* SPDX-License-Identifier: BSD-2-Clause */
/* The axiom of this name in kernel/src/object/cap.c, for all values. */
#include <stdint.h>

uint64_t nondet_u64(void);

void and_at_most(void)
{
    uint64_t a = nondet_u64();
    uint64_t m = nondet_u64();
    __CPROVER_assert((a & m) <= a, "and_at_most");
}
