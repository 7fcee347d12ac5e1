/* SPDX-License-Identifier: BSD-2-Clause */
/* What the collector writes on standard output: aligned lines for people, or one JSON object a line. */
#ifndef COLLECTOR_PRINT_H
#define COLLECTOR_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger.h"
#include "postmortem.h"
#include "reading.h"
#include "track.h"

/* Totals of one run. */
struct totals {
    /* explained: those of the missing that a ledger tells the cause of */
    uint64_t readings, missing, explained, duplicates, out_of_order, malformed;
};

/* Chooses the form for everything below, and writes the table's head if it is the one for people. Every
 * line is flushed. In JSON each line has a "type", named after its function below. */
void print_start(bool json);

void print_subscribed(const char *filter);
void print_disconnected(const char *reason);
void print_reading(const struct reading *r);
/* "gap": the range is missing so far. */
void print_gap(const char *device, struct track_range range);
void print_duplicate(const struct reading *r);
void print_out_of_order(const struct reading *r);
/* The topic comes from a sender: what is not printable ASCII is shown as '?'. */
void print_malformed(const char *topic, const char *error);
/* A device's loss ledger, as it was taken. */
void print_ledger(const char *device, const struct ledger *ledger);
/* What a device tells of a component that failed; the report itself only in JSON. */
void print_postmortem(const char *device, const struct postmortem *postmortem);
/* At the end of a run, a device's first and highest number. */
void print_received(const char *device, struct track_range range);
/* "missing", at the end of a run: the range never came. cause: as the ledger says, NULL: not explained. */
void print_missing(const char *device, struct track_range range, const char *cause);
void print_summary(const struct totals *totals);

#endif
