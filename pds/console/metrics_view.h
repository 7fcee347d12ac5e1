/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading another component's counters: it may write anything into its page at any time, so entries are
 * copied, their number is bounded and names are filtered.
 */
#ifndef METRICS_VIEW_H
#define METRICS_VIEW_H

#include <postern/metrics.h>
#include <stdbool.h>

/* How many entries the page has, at most METRICS_MAX. False: it says that it has more; it is corrupt. */
bool metrics_view_count(uint64_t page, uint32_t *count);

/* A copy of entry `i`, below METRICS_MAX. Its name is NUL-terminated and printable. */
struct metric metrics_view_entry(uint64_t page, uint32_t i);

#endif
