/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log on a modelled medium and what it must hold: which frames were confirmed as durable, which one was
 * under way, and what was released. Recovery is checked against that.
 */
#ifndef TEST_JOURNAL_LOG_FIXTURE_H
#define TEST_JOURNAL_LOG_FIXTURE_H

#include "media_model.h"
#include <log.h>

#define FIXTURE_FRAMES 4096u

struct fixture_frame {
    uint64_t first;
    uint64_t last;
    uint32_t length;
    uint64_t release;
};

struct fixture {
    struct media_model media;
    struct log log;
    struct fixture_frame frame[FIXTURE_FRAMES]; /* confirmed, in order */
    size_t frames;
    struct fixture_frame under_way; /* last == 0: none */
    uint64_t released;              /* by confirmed frames */
    uint32_t segment_size;
};

/* A medium of `segments` segments of `segment_size` bytes. */
void fixture_init(struct fixture *f, uint32_t segments, uint32_t segment_size, uint32_t unit, bool nor,
                  uint64_t seed);

/* Do operations until the log is idle or has failed. */
void fixture_run(struct fixture *f);

/* Start the log on the medium as it is, and run. */
void fixture_start(struct fixture *f);

/* Append readings (count 0: none) and run. True: confirmed. False: refused, failed, or the power was cut. */
bool fixture_append(struct fixture *f, uint64_t count, uint32_t length, uint64_t release);

/* After a start: everything confirmed and not released is there, in order, whole, and nothing else but the
 * frame under way. `lost_ok`: this many confirmed frames may be missing. The log takes frames again. */
void fixture_check(struct fixture *f, unsigned lost_ok);

#endif
