/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of the component's rings. Entries are made at the first update: the log's ring is older than the
 * page.
 */
#include <stdio.h>
#include <postern/metrics.h>
#include <postern/ring_metrics.h>

static struct ring_metric *first;

void ring_metrics_add(struct ring_metric *metric, const struct ring *ring, const char *name)
{
    *metric = (struct ring_metric){.next = first, .ring = ring, .name = name};
    first = metric;
}

void ring_metrics_update(void)
{
    for (struct ring_metric *metric = first; metric; metric = metric->next) {
        if (!metric->bad) {
            char name[METRICS_NAME_SIZE];

            (void)snprintf(name, sizeof name, "peer_bad.%s", metric->name);
            metric->bad = metrics_add(name);
        }
        metric_set(metric->bad, metric->ring->counters.peer_bad);
    }
}
