/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loss ledger: which sequence numbers will never be delivered, and why. A range says how many of its
 * numbers are missing; with what was received, a reader can name each of them. The table is bounded: when it
 * is full, neighbours are joined, and a joined range of two causes says so.
 */
#ifndef POSTERN_JOURNAL_LEDGER_H
#define POSTERN_JOURNAL_LEDGER_H

#include <postern/protocol/loss.h>
#include <stdbool.h>
#include <stdint.h>

#define LEDGER_RANGES 16u

struct loss_range {
    uint64_t first;
    uint64_t last;
    uint64_t missing; /* how many of first..last: at least 1 */
    uint8_t cause;    /* enum loss_cause */
};

struct ledger {
    struct loss_range range[LEDGER_RANGES]; /* in the order of `first`, not overlapping */
    uint32_t count;
    uint64_t total[LOSS_CAUSES]; /* numbers lost ever, by cause; SEVERAL stays 0 */
};

/* Numbers first..last are lost. Numbers of one cause that follow each other become one range. Numbers that
 * the ledger has already are not counted twice. */
void ledger_add(struct ledger *l, uint64_t first, uint64_t last, enum loss_cause cause);

/* The same, and what lies between this and the range before of the same cause was delivered: for losses that
 * come at regular distances, so that they take one range. */
void ledger_add_sparse(struct ledger *l, uint64_t number, enum loss_cause cause);

/* Numbers from `first` on are from now on called by higher ones, by so much: what is lost of them too. Of a
 * range that begins before, `late[cause]` of the missing ones are such numbers. */
void ledger_shift(struct ledger *l, uint64_t first, uint64_t by, const uint64_t late[LOSS_CAUSES]);

/* Is the number in a range of which every number is missing? */
bool ledger_has(const struct ledger *l, uint64_t number);

/* All losses together. */
uint64_t ledger_sum(const struct ledger *l);

/* For a ledger from outside: ranges in order, not overlapping, counts and causes in bounds. */
bool ledger_valid(const struct ledger *l);

#endif
