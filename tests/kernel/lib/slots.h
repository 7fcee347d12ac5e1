/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain schedules for tests: which domain's time it was. */
#ifndef TEST_SLOTS_H
#define TEST_SLOTS_H

#include "test.h"

struct slot {
    word domain;
    word us; /* 0: end marker */
};

/* Set one entry; the answer's label. 'start' is PN_SCHEDULE_*. */
word slot_set(word entry, word domain, word ticks, word start);

/* Set these entries, 'start' last, and let the schedule begin with it, now or at seal. The entries from
 * 'start' to the end, or to a marker, are what the next two know of. */
void slots_begin(const struct slot *slots, unsigned count, unsigned start, word when);

/* The schedule begins now: for slots_begin at seal. */
void slots_begin_here(void);

/* The domain whose time it was. */
word slot_domain(word time);

/* Ticks from the beginning of that slot, and its length. */
word slot_position(word time);
word slot_length(word time);

#endif
