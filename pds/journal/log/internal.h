/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the log share: recover.c, find.c, append.c and their dispatcher, log.c. */
#ifndef POSTERN_JOURNAL_LOG_INTERNAL_H
#define POSTERN_JOURNAL_LOG_INTERNAL_H

#include "log.h"

static inline uint32_t place_of(const struct log *l, uint64_t serial)
{
    return (uint32_t)((serial - 1) % l->segments);
}

/* Is there such a segment? */
static inline bool segment_exists(const struct log *l, uint64_t serial)
{
    return serial != 0 && l->serial[place_of(l, serial)] == serial;
}

static inline uint32_t round_up(const struct log *l, uint32_t bytes)
{
    return (bytes + l->geometry.unit - 1) / l->geometry.unit * l->geometry.unit;
}

/* Take steps until an operation is named or the log is idle. A step function says true for the former. */
void log_advance(struct log *l);

/* Name the next operation, on the segment at `place`. */
void log_operate(struct log *l, enum media_op_kind kind, uint32_t place, uint32_t offset, uint32_t length,
                 uint8_t *data);

/* Give up segments that are not needed. */
void log_trim(struct log *l);

/* First number behind segment `serial`: of the next segment that exists. */
uint64_t log_end_of(const struct log *l, uint64_t serial);

void log_fail(struct log *l, enum log_failure why);

/* Recovery: HEADERS, REPAIR; ends in find_last. */
void recover_start(struct log *l);
void recover_settled(struct log *l, bool ok);
void recover_header(struct log *l, bool ok);
bool recover_repair_step(struct log *l);
void recover_finish(struct log *l);

/* A scan from `from` up to offset `limit` of the segment at `place`. Serial 0: frames of any serial. */
void scan_start(struct log *l, struct log_position from, uint32_t place, uint32_t limit);
/* The read that the scan asked for has ended. */
void scan_fed(struct log *l, bool ok);
enum scan_result {
    SCAN_FRAME, /* scan.header at scan.at, whole in the buffer */
    SCAN_END,
    SCAN_READ /* l->op has been named */
};
enum scan_result scan_next(struct log *l);
void scan_skip_frame(struct log *l);

/* Finding frames: LAST, FETCH, SEARCH and PICK; the last frame before a position, of any kind. */
void find_last(struct log *l, struct log_position before);
bool find_last_step(struct log *l);
bool find_fetch_step(struct log *l);
bool find_search_step(struct log *l);
bool find_pick_step(struct log *l);

/* Appending: ERASE, HEADER, FRAME, FLUSH. */
void append_done(struct log *l, bool ok);

#endif
