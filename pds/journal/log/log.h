/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's log: append-only frames of readings on a disk or NOR flash, as a state machine without I/O.
 *
 * The owner does what log_next names and tells log_done how it went, until log_next has nothing more. Then
 * the log is idle (or has failed) and takes one request: log_append, log_read, log_previous.
 *
 * An appended frame is durable when the log is idle again and `appended` has moved: header, frame and a flush
 * have succeeded. Frames are found again whatever is cut or lost around them.
 *
 * Space: readings up to `released` are needed no longer. A segment is used anew only after a durable frame
 * has said so, and frames with readings leave one segment free, in which a frame without readings can still
 * say it. Then a full log loses nothing: it says LOG_FULL.
 */
#ifndef POSTERN_JOURNAL_LOG_H
#define POSTERN_JOURNAL_LOG_H

#include "format.h"
#include "media.h"

#define LOG_SEGMENTS_MIN 4u
#define LOG_SEGMENTS_MAX 256u
#define LOG_FRAME_MAX    FORMAT_FRAME_MAX
#define LOG_PAYLOAD_MAX  (LOG_FRAME_MAX - FORMAT_HEADER_SIZE)

/* How many segments a frame is tried in when the medium reports errors. */
#define LOG_ATTEMPTS 4u

/* The same for the first frame after log_reopen: a medium that goes on failing must not use up the segments.
 */
#define LOG_ATTEMPTS_WARY 2u

enum log_status {
    LOG_OK,
    LOG_NOT_IDLE, /* an operation is under way, or the log has failed */
    LOG_FULL,     /* no segment may be used anew */
    LOG_ORDER,    /* numbers must go up */
    LOG_TOO_LONG,
    LOG_GEOMETRY /* the medium is too small, or its units do not fit each other */
};

enum log_step {
    LOG_STEP_SETTLE,  /* recovery: a flush, so that whatever can be read is durable */
    LOG_STEP_HEADERS, /* recovery: the header of each segment */
    LOG_STEP_REPAIR,  /* recovery: segments whose header cannot be read */
    LOG_STEP_LAST,    /* looking for the last frame before a position */
    LOG_STEP_FETCH,   /* it was seen: read it once more */
    LOG_STEP_SEARCH,  /* looking for the next frame with readings */
    LOG_STEP_PICK,    /* reading a frame whose place is known */
    LOG_STEP_ERASE,
    LOG_STEP_HEADER,
    LOG_STEP_FRAME,
    LOG_STEP_FLUSH,
    LOG_STEP_IDLE,
    LOG_STEP_FAILED
};

enum log_failure {
    LOG_NO_FAILURE,
    LOG_OTHER_LAYOUT,   /* a journal of another version: nothing was changed; `layout` says which */
    LOG_OTHER_GEOMETRY, /* a journal that was made for other sizes: nothing was changed */
    LOG_MEDIUM /* frames could not be written in LOG_ATTEMPTS segments, or nothing could be flushed or read */
};

/* A frame that was found. `payload` points into the log and is valid until the next request. */
struct log_found {
    bool found;
    uint64_t serial;
    uint32_t offset; /* in the segment */
    struct frame_header header;
    const uint8_t *payload;
};

struct log_counters {
    uint64_t read_errors;  /* since the log was opened */
    uint64_t write_errors; /* failed writes, erases and flushes */
    uint64_t damaged;      /* units that could not be read, or whose frame is not whole */
    uint64_t written;      /* bytes */
    uint64_t erases;
    uint64_t repaired; /* segments recognised without their header */
};

/* A place in the log. */
struct log_position {
    uint64_t serial; /* 0: nowhere */
    uint32_t offset; /* in the segment */
};

/* How much a scan reads at once. */
enum log_reach {
    LOG_REACH_WIDE, /* as much as the largest frame */
    LOG_REACH_UNIT, /* a wide read has failed: only the next unit */
    LOG_REACH_FRAME /* the unit begins a longer frame: just that */
};

/* Looking for frames in one segment. */
struct log_scan {
    struct log_position at; /* next unit to look at */
    uint32_t place;
    uint32_t limit;     /* offset behind the last unit to look at */
    uint32_t buffer_at; /* offset of what is in `reading`; `have` bytes of it */
    uint32_t have;
    enum log_reach reach;
    uint32_t used_end;          /* offset behind the last unit that is not erased */
    struct frame_header header; /* of the frame at `at` */
    uint8_t id[FORMAT_ID_SIZE]; /* and its journal */
    uint32_t frame_size;        /* its bytes, whole units */
};

/* What the frames of a segment without header say. */
struct log_repair {
    uint64_t serial;
    uint64_t life;
    uint64_t first_seq;
    uint8_t id[FORMAT_ID_SIZE];
};

/* The frame on its way to the medium. */
struct log_pending {
    uint64_t first_seq;
    uint64_t last_seq;
    uint64_t release;
    uint32_t size; /* bytes, whole units */
    uint32_t length;
    unsigned attempts;
};

/* Fields are the log's; the first group may be read while it is idle. */
struct log {
    enum log_failure failure;
    uint32_t layout;
    uint64_t next_seq; /* the smallest number that an appended frame may start with */
    uint64_t released; /* durably so */
    uint64_t appended; /* frames made durable since the start */
    struct log_found found;
    struct log_counters counters;
    uint32_t segment_size;
    uint32_t segments;

    struct media_geometry geometry;
    uint8_t id[FORMAT_ID_SIZE];
    uint64_t own_life;
    uint64_t newest; /* serial of the newest segment, 0: none */
    uint64_t oldest; /* serial of the oldest one that is still needed */
    bool open;       /* frames may be appended to the newest segment, at `offset` */
    uint32_t offset;

    enum log_step step;
    struct media_op op;
    uint32_t place; /* HEADERS, REPAIR */
    bool recovering;
    bool named;          /* `id` is that of the medium */
    bool other_geometry; /* a journal for other sizes was seen */
    bool other_layout;   /* a journal of another layout was seen */
    struct log_scan scan;
    struct log_repair repair;
    struct log_position before; /* LAST: frames before this only */
    struct log_position resume; /* SEARCH: where the last one ended */
    uint64_t resume_seq;        /* and no frame before it has a number like this or larger */
    uint64_t wanted;            /* SEARCH: a number; PICK: the frame's offset */
    bool wary;                  /* opened again, and no frame is durable since */
    uint64_t errors_before;     /* read errors before this search */
    struct log_pending pending;

    uint64_t serial[LOG_SEGMENTS_MAX]; /* by place; 0: no segment of this journal */
    uint64_t first_seq[LOG_SEGMENTS_MAX];
    uint64_t life[LOG_SEGMENTS_MAX];
    uint8_t writing[LOG_FRAME_MAX];
    uint8_t reading[LOG_FRAME_MAX];
};

/*
 * Begin: the log looks at the medium first. `segment_size` in bytes (0: the log chooses) is a multiple of the
 * erase block and of the unit. `unique` are 16 random bytes, others at each start: they tell what this start
 * wrote from left-overs, and name the journal if the medium holds none yet. When the log is idle, `found` is
 * the last frame, if there is any; log_release must then tell what is released.
 * LOG_GEOMETRY, LOG_OK.
 */
enum log_status log_open(struct log *l, const struct media_geometry *geometry, uint32_t segment_size,
                         const uint8_t *unique);

/* Begin anew on the same medium. `unique` as above. Counters go on, but for the read errors. */
void log_reopen(struct log *l, const uint8_t *unique);

/* The operation to do now; NULL: none, the log is idle or has failed. */
const struct media_op *log_next(struct log *l);

/* The operation that log_next named has ended. */
void log_done(struct log *l, enum media_result result);

static inline bool log_idle(const struct log *l)
{
    return l->step == LOG_STEP_IDLE;
}

/*
 * After recovery: what a frame that was found says about released readings. Never goes back.
 */
void log_release(struct log *l, uint64_t upto);

/*
 * Append readings first_seq..last_seq (not all numbers between need be there), or none if last_seq is
 * first_seq - 1. `upto`: readings up to this number are released as soon as the frame is durable.
 * The payload is copied. LOG_OK: goes on with log_next. LOG_FULL, LOG_ORDER, LOG_TOO_LONG, LOG_NOT_IDLE.
 */
enum log_status log_append(struct log *l, uint64_t first_seq, uint64_t last_seq, const uint8_t *payload,
                           uint32_t length, uint64_t upto);

/* What an append of `length` bytes that releases up to `upto` would answer, if its numbers are in order. */
enum log_status log_room(const struct log *l, uint32_t length, uint64_t upto);

/* Room for frames of any kind in the last segment that may be opened, after an append of `length` bytes that
 * releases up to `upto` (and has room); UINT32_MAX: that is not the last one. */
uint32_t log_left(const struct log *l, uint32_t length, uint64_t upto);

/* Find the first frame with readings whose last number is at least `seq`, into `found`. */
enum log_status log_read(struct log *l, uint64_t seq);

/* Has the last log_read or log_fetch met something that could not be read? */
static inline bool log_unread(const struct log *l)
{
    return l->counters.read_errors != l->errors_before;
}

/* Where the frame lies that was appended last; only after one was. */
struct log_position log_appended_at(const struct log *l);

/* Read the frame that lies at this place into `found`; none if there is none of this journal. */
enum log_status log_fetch(struct log *l, struct log_position at);

/* Find the frame before `found` (which must be a frame), of any kind, into `found`. */
enum log_status log_previous(struct log *l);

/* Numbers first..last that the oldest segment holds: what would be given up to make room. False: the log has
 * only one segment. */
bool log_oldest(const struct log *l, uint64_t *first, uint64_t *last);

/* Fill in bytes: of all segments that are still needed, and of all that may be. */
uint64_t log_used(const struct log *l);
uint64_t log_capacity(const struct log *l);

#endif
