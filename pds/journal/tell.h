/* SPDX-License-Identifier: BSD-2-Clause */
/* What people see of the journal: lines in the log, and metrics. */
#ifndef POSTERN_JOURNAL_TELL_H
#define POSTERN_JOURNAL_TELL_H

#include "disk.h"
#include "intake.h"
#include "outlet.h"
#include "sealer.h"
#include "store.h"

struct tell_sources {
    const struct store *store;
    const struct disk *disk;
    const struct sealer *sealer;
    const struct intake *intake;
    const struct outlet *outlet;
    uint64_t turned_away; /* how often nothing could be taken */
};

/* Register the metrics in the page at address `metrics`. */
void tell_start(uint64_t metrics);

/* The store has entered a condition, from another one: a line about it. */
void tell_condition(const struct store *s, enum store_condition before, uint64_t recovery_ns);

/* The dead letters have changed: a line if one was lost. */
void tell_fallen(const struct store *s);

void tell_metrics(const struct tell_sources *sources, uint64_t recovery_ns);

#endif
