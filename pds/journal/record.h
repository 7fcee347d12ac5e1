/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a frame of the log holds: the journal's state and some readings, in a compact form. Every frame
 * repeats the state, so that the last one found is enough to go on. The dead letters are not in each: the
 * others say in which frame they are.
 */
#ifndef POSTERN_JOURNAL_RECORD_H
#define POSTERN_JOURNAL_RECORD_H

#include "ledger.h"
#include <postern/protocol/journal_state.h>
#include <postern/protocol/reading.h>
#include <stddef.h>

#define RECORD_READINGS    96u                         /* at most in one frame */
#define RECORD_SESSION_MAX 256u                        /* bytes of the uplink's own state */
#define RECORD_BOOTS       8u                          /* starts whose clock is remembered */
#define RECORD_LETTERS     ((uint32_t)JOURNAL_LETTERS) /* dead letters, at most */

/* Bytes that the state, one reading and one dead letter take at most. */
#define RECORD_STATE_MAX   1384u
#define RECORD_READING_MAX 36u
#define RECORD_LETTER_MAX  38u

/* Wall time of a start of the gateway: wall_ns = mono_ns + offset_ns. */
struct record_clock {
    uint64_t boot;
    int64_t offset_ns;
    uint8_t quality;    /* enum clock_quality of <postern/protocol/timer.h> */
    uint64_t better_ns; /* mono_ns since when it is so good; before that it was worse. 0: always */
};

/* Readings that are kept as first..last and given out under numbers that are higher. */
struct record_jump {
    uint64_t first;
    uint64_t last;
    uint64_t by; /* 0: there are none */
};

/* The dead letters, as every frame tells of them. */
struct record_dead {
    uint64_t version; /* counts their changes; 0: there was never one */
    uint64_t fallen;  /* readings ever that found no room there, or had to make some */
    uint64_t serial;  /* segment of the frame that holds them in this version, 0: this one */
    uint32_t offset;  /* of that frame in the segment */
    uint32_t count;
};

struct record_state {
    uint64_t boot;     /* which start wrote this, counted from 1 */
    uint64_t released; /* readings up to here are delivered or in the ledger */
    uint64_t wall_ns;  /* latest wall time that was known, 0: none */
    struct ledger ledger;
    struct record_clock clock[RECORD_BOOTS]; /* boots in ascending order */
    uint32_t clocks;
    uint8_t session[RECORD_SESSION_MAX];
    uint32_t session_length;
    struct record_jump jump;
    uint64_t shift; /* all jumps together */
    uint64_t
        unsure; /* first number of the starts since the broker has agreed on numbers, 0: it has in this one */
    uint64_t claimed; /* up to here numbers may be used without another frame: after a power cut they are
                         lost, 0: none */
    struct record_dead dead;
};

/* Write a frame, with `letters` (state->dead.count of them), or, if NULL, with the place that state->dead
 * names. Returns its length; 0: more than `room` bytes, or a state that record_read would refuse. */
size_t record_write(uint8_t *out, size_t room, const struct record_state *state,
                    const struct journal_letter *letters, const struct reading *readings, uint32_t count);

/*
 * Read a frame: `state`, and up to RECORD_READINGS readings with ascending numbers. If state->dead.serial is
 * 0, `letters` (RECORD_LETTERS at most) are those of the frame. `letters` and `readings` may be NULL if they
 * are of no interest. False: malformed; all of it is then undefined. Nothing about it is trusted: ranges and
 * counts are checked.
 */
bool record_read(const uint8_t *in, size_t length, struct record_state *state, struct journal_letter *letters,
                 struct reading *readings, uint32_t *count);

#endif
