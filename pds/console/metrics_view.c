/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies entries of other components' metrics pages. */
#include "metrics_view.h"
#include <string.h>

static const struct metrics_page *at(uint64_t page)
{
    return (const struct metrics_page *)(uintptr_t)page;
}

bool metrics_view_count(uint64_t page, uint32_t *count)
{
    *count = *(const volatile uint32_t *)&at(page)->count;
    return *count <= METRICS_MAX;
}

struct metric metrics_view_entry(uint64_t page, uint32_t i)
{
    struct metric metric;

    memcpy(&metric, &at(page)->metric[i], sizeof metric);
    metric.name[sizeof metric.name - 1] = '\0';
    for (char *c = metric.name; *c; c++) {
        if (*c <= 0x20 || *c > 0x7e) {
            *c = '?';
        }
    }
    return metric;
}
