/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Progress by counters.
 */
#include "watch.h"

#include <string.h>

/* Is the NUL-terminated name one of the words? */
static bool named(const char *words, const char *name)
{
    while (*words != '\0') {
        size_t same = 0;

        while (words[same] == name[same] && name[same] != '\0' && name[same] != ' ') {
            same++;
        }
        if (name[same] == '\0' && (words[same] == '\0' || words[same] == ' ')) {
            return same != 0;
        }
        for (words += same; *words != '\0' && *words != ' '; words++) {
        }
        words += *words == ' ' ? 1 : 0;
    }
    return false;
}

uint64_t watch_sum(const struct metrics_page *page, const char *counters)
{
    uint32_t count = *(const volatile uint32_t *)&page->count;
    uint64_t sum = 0;

    if (count > METRICS_MAX) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct metric metric;

        memcpy(&metric, &page->metric[i], sizeof metric);
        metric.name[sizeof metric.name - 1] = '\0';
        if (named(counters, metric.name)) {
            sum += metric.value;
        }
    }
    return sum;
}

void watch_begin(struct watch *watch, uint64_t now_ms)
{
    *watch = (struct watch){.moved_ms = now_ms, .wanted = true, .fresh = true};
}

bool watch_stuck(struct watch *watch, const struct watch_view *view, uint64_t now_ms, uint64_t deadline_ms)
{
    bool worked = view->sum != watch->sum;

    if (worked || watch->fresh || view->demand < watch->demand) {
        watch->demand = view->demand;
    }
    bool wanted = view->waited_for || view->demand != watch->demand;
    if (worked || !wanted || !watch->wanted) {
        watch->moved_ms = now_ms;
    }
    watch->sum = view->sum;
    watch->wanted = wanted;
    watch->fresh = false;
    return now_ms - watch->moved_ms >= deadline_ms;
}
