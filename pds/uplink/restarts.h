/* SPDX-License-Identifier: BSD-2-Clause */
/* How often components were started anew, from the supervisor's table (<postern/protocol/pd_states.h>). */
#ifndef POSTERN_RESTARTS_H
#define POSTERN_RESTARTS_H

#include "health.h"

/* Copies what the table at address `page` says into `h`, distrusting it: counts are bounded, names end. 0:
 * there is no table, and nothing was restarted. */
void restarts_read(struct health *h, uint64_t page);

#endif
