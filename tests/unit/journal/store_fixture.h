/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store on a modelled medium, with a stand-in for the crypto component: a keyed checksum and a changed
 * text, bound to the numbers. It remembers what was taken, and what must come out again.
 */
#ifndef TEST_JOURNAL_STORE_FIXTURE_H
#define TEST_JOURNAL_STORE_FIXTURE_H

#include "media_model.h"
#include <store.h>

#define LIFE_NUMBERS 60000u

enum fate { FATE_UNKNOWN, FATE_TAKEN, FATE_DURABLE, FATE_LEFT_OUT };

struct life {
    struct media_model media;
    struct store store;
    uint32_t segment_size;
    uint64_t now;
    uint8_t key;
    uint8_t fate[LIFE_NUMBERS]; /* by number: enum fate */
    int64_t value[LIFE_NUMBERS];
    uint64_t delivered; /* reported to the store */
    uint64_t last_given;
    unsigned actions;
};

void life_init(struct life *l, const struct store_settings *settings, uint32_t segments, bool nor,
               uint64_t seed);

/* The gateway starts: a new store recovers. */
void life_start(struct life *l, const struct store_settings *settings);

/* Do one action. */
void life_do(struct life *l, const struct store_action *a);

/* Do all actions that are due, and wait for a medium that cannot be read at once. */
void life_run(struct life *l);

/* The sensors bring a sample of `count` readings, if the store wants them. How many were taken. */
unsigned life_sample(struct life *l, unsigned count);

/* Give out up to `most` readings, checking each. How many came. */
unsigned life_give(struct life *l, unsigned most);

/* All that was given out is delivered. */
void life_deliver(struct life *l);

/* Everything durable that is not delivered comes out, in order, or is in the ledger; and so is what was left
 * out for lack of room, whose numbers are not used again. */
void life_check(struct life *l, const struct store_settings *settings);

#endif
