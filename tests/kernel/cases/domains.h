/* SPDX-License-Identifier: BSD-2-Clause */
/* What the cases about domains share: a round of three slots, and threads that write down when they ran. */
#ifndef TEST_DOMAINS_H
#define TEST_DOMAINS_H

#include "cases.h"
#include "../lib/bursts.h"
#include "../lib/slots.h"

/* Domain 1, domain 2, and the rest of the round for the root task, in domain 0. */
enum { ROUND_US = 5000, SLOT_US = 2000 };

#define SLACK_US 3  /* from the last look at the clock to the end of a slot or budget */
#define ENTRY_US 60 /* to leave the kernel that checks its invariants */

extern struct bursts domain_seen[4];
extern word domain_end; /* of what domain_running does */

/* Runs until the end and fills domain_seen[i]. */
void domain_running(word i);

struct thread domain_thread(word domain, word priority, word budget, word period);
struct thread domain_unlimited(word domain, word priority);

/* The schedule begins now; the end is in the middle of the first slot, 'rounds' later. */
void domain_begin(word rounds);

/* From the beginning of its slot, in us. */
word domain_position_us(word time);

/* domain_seen[i] ran, and in this domain's time only. */
void domain_check_only(unsigned i, word domain);

#endif
