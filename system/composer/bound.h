/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long protection domains wait for the processor, whatever the others do: what follows from priorities,
 * budgets and periods alone.
 */
#ifndef COMPOSER_BOUND_H
#define COMPOSER_BOUND_H

#include "model.h"

#define BOUND_NONE UINT64_MAX

/* In microseconds, the longest time that a domain which is ready and has budget left waits for the processor
 * while each other domain of its priority or a higher one takes its whole budget. BOUND_NONE: they may take
 * all time, or turns are taken by a schedule. The kernel's own time comes on top. */
uint64_t bound_start_us(const struct system_model *model, size_t pd);

/* In microseconds, the longest time from the moment a domain has used up its budget to that at which it has
 * some again; 0: its budget is its period. */
uint64_t bound_refill_us(const struct pd *pd);

#endif
