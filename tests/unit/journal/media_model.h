/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk or NOR flash in memory, as hostile as the power makes it. Until a flush, any subset of the units
 * written may be on the medium after a cut, in any order, and some of them torn. A NOR flash clears bits
 * only; writing a unit twice between two erases is an error of the caller and recorded as one.
 */
#ifndef TEST_JOURNAL_MEDIA_MODEL_H
#define TEST_JOURNAL_MEDIA_MODEL_H

#include <media.h>
#include <stddef.h>

#define MEDIA_MODEL_MAX (1u << 20)
#define MEDIA_PENDING   64u

/* What a cut leaves of the operations since the last flush. */
enum media_cut {
    CUT_NOTHING,    /* none of them happened */
    CUT_EVERYTHING, /* all of them did */
    CUT_LAST,       /* only the last one: the order was changed */
    CUT_FIRST,      /* all but the last one */
    CUT_TORN,       /* each unit at random: old, new, or a mixture */
    CUT_KINDS
};

struct media_pending {
    struct media_op op;
    uint8_t data[MEDIA_IO_MAX];
};

struct media_model {
    struct media_geometry geometry;
    uint8_t medium[MEDIA_MODEL_MAX]; /* what a power cut leaves */
    uint8_t view[MEDIA_MODEL_MAX];   /* what is read before it */
    struct media_pending pending[MEDIA_PENDING];
    size_t pending_count;
    uint64_t operations; /* writes, erases and flushes so far */
    uint64_t cut_at;     /* the power fails in place of this operation, counted from 1; 0: never */
    uint64_t fail_at;    /* this operation reports an error, having done half of its work; 0: none */
    uint64_t bad_unit;   /* a unit that cannot be read, counted from 1; 0: none */
    unsigned sick;       /* kinds of operations that fail for the time being, 1 << enum media_op_kind each */
    bool off;
    unsigned rule_broken; /* a NOR unit was written twice, or an operation was out of bounds */
    uint64_t random;
    uint64_t bytes_written;
};

void media_model_init(struct media_model *m, uint64_t size, uint32_t unit, uint32_t erase, uint64_t seed);

/* Do it. After the cut everything fails. */
enum media_result media_model_do(struct media_model *m, const struct media_op *op);

/* The power comes back: pending operations are settled as `kind` says. */
void media_model_power(struct media_model *m, enum media_cut kind);

uint64_t media_model_random(struct media_model *m, uint64_t below);

#endif
