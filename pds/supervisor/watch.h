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
    uint64_t demand;
    uint64_t moved_ms;
    bool wanted; /* at the last look there was work */
    bool fresh;  /* not looked at since it was started */
};

/* What is seen of a component at one time. */
struct watch_view {
    uint64_t sum;    /* of the counters of its work */
    uint64_t demand; /* of others' counters that move when there is work for it */
    bool waited_for; /* somebody waits for it now */
};

/* Sum, modulo 2^64, of the page's counters with these names (separated by single blanks). 0 if the page makes
 * no sense; a counter that is not there adds nothing. */
uint64_t watch_sum(const struct metrics_page *page, const char *counters);

/* The component has just been started. */
void watch_begin(struct watch *watch, uint64_t now_ms);

/* True: it has not worked for deadline_ms, and all the while somebody waited for it, or demand had moved
 * since it last worked. Demand from before its start, and demand that moves back (another start of who makes
 * it), is none. */
bool watch_stuck(struct watch *watch, const struct watch_view *view, uint64_t now_ms, uint64_t deadline_ms);

#endif
