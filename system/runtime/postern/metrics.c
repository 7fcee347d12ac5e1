/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's side of a metrics page.
 */
#include <string.h>
#include <postern/metrics.h>

static struct metrics_page *page;
static uint64_t scratch;

_Static_assert(sizeof(struct metrics_page) <= 4096, "a metrics page is one page");

void metrics_start(uint64_t address)
{
    page = (struct metrics_page *)(uintptr_t)address;
    memset(page, 0, sizeof *page);
    page->magic = METRICS_MAGIC;
}

uint64_t *metrics_add(const char *name)
{
    struct metric *metric;
    size_t length = strlen(name);

    if (!page || page->count >= METRICS_MAX) {
        return &scratch;
    }
    metric = &page->metric[page->count];
    if (length >= METRICS_NAME_SIZE) {
        length = METRICS_NAME_SIZE - 1;
    }
    memcpy(metric->name, name, length);
    metric->name[length] = '\0';
    metric->value = 0;
    page->count++;
    return &metric->value;
}
