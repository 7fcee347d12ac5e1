/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's side of <postern/protocol/stored.h>: readings to the uplink, and what became of them. The
 * uplink may say anything: it can release only what it was given, and harm nobody's readings but those.
 */
#ifndef POSTERN_JOURNAL_OUTLET_H
#define POSTERN_JOURNAL_OUTLET_H

#include "store.h"
#include <postern/protocol/stored.h>
#include <postern/ring.h>

/* So long after power-on readings wait for a clock that is not set: given out now they would keep a wrong
 * time. */
#define OUTLET_CLOCK_WAIT_NS UINT64_C(60000000000)

struct outlet {
    struct ring *stored;
    struct ring *delivered;
    struct store *store;
    bool asked;          /* STORED_START is to be sent */
    bool started;        /* it has been sent: readings may follow */
    bool catching_up;    /* STORED_ALL has not followed yet */
    bool held;           /* messages wait until the store has dealt with a refusal */
    bool live_asked;     /* readings ahead of their turn are wanted */
    bool live;           /* and given: */
    uint32_t more;       /* then only so many are given in turn */
    uint64_t oldest_seq; /* the number, as given out, of a reading that is not released, 0: none; the oldest
                            as far as is remembered */
    uint64_t oldest_ns;  /* its wall time */
    uint64_t bad;        /* messages that made no sense */
};

void outlet_init(struct outlet *o, struct ring *stored, struct ring *delivered, struct store *store);

/* Does what can be done now, a bounded amount. True: call again soon. The caller notifies the rings' peers.
 */
bool outlet_poll(struct outlet *o, uint64_t now_ns);

#endif
