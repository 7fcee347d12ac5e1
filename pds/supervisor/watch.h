/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress of components by their own counters: work that was done, never time that has passed. Pure but for
 * reading the page, which its owner may change or spoil at any time: the worst that it can do is to look
 * busy, or stuck.
 */
#ifndef SUPERVISOR_WATCH_H
#define SUPERVISOR_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/metrics.h>

struct watch {
    uint64_t sum;
    uint64_t moved_ms;
};

/* Sum, modulo 2^64, of the page's counters with these names (separated by single blanks). 0 if the page makes
 * no sense; a counter that is not there adds nothing. */
uint64_t watch_sum(const struct metrics_page *page, const char *counters);

/* The component has just been started. */
void watch_begin(struct watch *watch, uint64_t now_ms);

/* Its counters add up to `sum` now. True: they have not moved for deadline_ms. */
bool watch_stuck(struct watch *watch, uint64_t sum, uint64_t now_ms, uint64_t deadline_ms);

#endif
