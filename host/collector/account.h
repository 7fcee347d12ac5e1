/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds what never came against what each gateway's ledger admits, so that each missing number has a cause
 * or is named as not explained. */
#ifndef COLLECTOR_ACCOUNT_H
#define COLLECTOR_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger.h"
#include "track.h"

struct account;

/* NULL: no memory. */
struct account *account_new(void);
void account_free(struct account *account);

/* Keeps a copy as the device's ledger, instead of an earlier one. False: more than TRACK_MAX_DEVICES devices,
 * or no memory. */
bool account_take(struct account *account, const char *device, const struct ledger *ledger);

/* Called for each missing range (disjoint ones) before the first account_explain. */
void account_count(struct account *account, const char *device, struct track_range missing);

/* Calls back for the parts of a missing range, in ascending order, with the cause that the ledger tells, or
 * NULL. A range of the ledger explains nothing if more of its numbers are missing than it admits. */
void account_explain(const struct account *account, const char *device, struct track_range missing,
                     void (*each)(void *context, const char *device, struct track_range part,
                                  const char *cause),
                     void *context);

#endif
