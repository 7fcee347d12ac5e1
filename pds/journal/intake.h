/* SPDX-License-Identifier: BSD-2-Clause */
/* Readings from the sensors component into the store: only what makes sense, and no more than it takes. */
#ifndef POSTERN_JOURNAL_INTAKE_H
#define POSTERN_JOURNAL_INTAKE_H

#include "store.h"
#include <postern/ring.h>

struct intake {
    struct ring *readings;
    struct store *store;
    uint64_t bad; /* messages that made no sense */
};

void intake_init(struct intake *i, struct ring *readings, struct store *store);

/* Takes what there is and the store wants; what it does not want stays in the ring. True: call again soon. */
bool intake_poll(struct intake *i, uint64_t now_ns);

#endif
