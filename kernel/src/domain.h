/* SPDX-License-Identifier: BSD-2-Clause */
/* The domain schedule: time divided among domains, in a fixed order, whatever their threads do. */
#ifndef KERNEL_DOMAIN_H
#define KERNEL_DOMAIN_H

#include "types.h"

/* The schedule, which is complete, begins when the kernel is left: the timer goes off at once. */
void domain_start(void);

/* The current slot is over: put the threads of its domain aside and let the next slot begin. A slot that
 * began late ends on time, unless that has passed, too. */
void domain_next(u64 now);

#endif
