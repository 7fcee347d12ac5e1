/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Merging everybody's log lines into one stream: oldest first among those waiting, with uptime, name and
 * level.
 */
#ifndef MERGE_H
#define MERGE_H

#include <stdbool.h>

void merge_start(void);

/* True if a line waits and the output has room for it. */
bool merge_ready(void);

/* Print waiting lines while the output has room. */
void merge_run(void);

#endif
