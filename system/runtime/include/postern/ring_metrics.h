/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each ring's peer has done wrong, where the operator sees it: an entry "peer_bad.<ring>" of the
 * component's metrics for each of its rings. RING_PRODUCER, RING_CONSUMER and LOG_START add theirs.
 */
#ifndef POSTERN_RING_METRICS_H
#define POSTERN_RING_METRICS_H

#include <stdint.h>
#include <postern/ring.h>

/* One ring's entry; static memory of whoever adds it, all fields are ring_metrics.c's. */
struct ring_metric {
    struct ring_metric *next;
    const struct ring *ring;
    const char *name;
    uint64_t *bad;
};

/* From now on `ring` is counted as "peer_bad.<name>". ring, name and metric must stay. Once for each metric.
 */
void ring_metrics_add(struct ring_metric *metric, const struct ring *ring, const char *name);

/* Stores the counters in the metrics page (<postern/metrics.h>), which has to be started: at the end of each
 * activation. */
void ring_metrics_update(void);

#endif
