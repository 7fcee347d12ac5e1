/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Order live-first: readings that the journal gives ahead of their turn are packed into messages of their
 * own, which go before those that wait. What the broker has of them is remembered as ranges of numbers, and
 * passed over when its turn comes; what it has not is sent in its turn like any other.
 */
#ifndef POSTERN_LIVE_H
#define POSTERN_LIVE_H

#include "uplink.h"

/* After uplink_init's other parts. */
void live_init(struct uplink *u, const struct batch_rules *rules);

/* The journal has answered RESUME: it begins after number `released`. */
void live_start(struct uplink *u, uint64_t boot, uint64_t released);

/* Everything is to be given anew. */
void live_clear(struct uplink *u);

/* Takes a reading ahead of its turn, or leaves it to its turn. A private copy from an untrusted peer. */
void live_take(struct uplink *u, const struct stored_reading *r, uint64_t now_ns);

/* Keeps a reading whose turn it is until live_go_on can pack it. */
void live_hold(struct uplink *u, const struct stored_reading *r);

/* Packs what is held and may be packed now. */
void live_go_on(struct uplink *u, uint64_t now_ns);

/* How many more readings the journal may give in turn, if that is worth a message; 0: it is not. */
uint32_t live_wants(const struct uplink *u);

/* Is it one of the messages that go ahead? */
static inline bool live_owns(const struct uplink *u, const struct outbox_message *m)
{
    return u->live.on && m >= u->live.outbox.message && m <= u->live.outbox.message + u->live.outbox.mask;
}

/* The broker has no trace of a message ahead of its turn, or refuses it for good: its readings are sent, and
 * if need be given up, in their turn. */
static inline void live_leave(struct outbox_message *m)
{
    m->state = OUTBOX_REFUSED;
}

#endif
