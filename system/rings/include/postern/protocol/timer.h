/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the timer component (protected procedure calls; the answer's label is enum timer_status). Each
 * client has one time-out pending; it is notified on the same channel when it expires. Clients use
 * <postern/timer_client.h>.
 */
#ifndef POSTERN_PROTOCOL_TIMER_H
#define POSTERN_PROTOCOL_TIMER_H

enum timer_call {
    TIMER_NOW = 1, /* answer w0 wall clock ns since 1970 (UTC), w1 monotonic ns taken at the same moment,
                    * w2 clock quality (enum clock_quality) */
    TIMER_SET = 2, /* w0 monotonic ns: notify then (at once if past); replaces an earlier one */
    TIMER_CANCEL = 3,
    TIMER_FLOOR = 4,   /* from `journal` alone. w0 wall clock ns that an earlier moment has seen: the clock
                        * never   shows less. Answer w0: the floor from now on */
    TIMER_CORRECT = 5, /* from `net` alone. w0 wall clock ns that a server told, w1 monotonic ns that it is
                        * for, w2 how far it may be off in ns. Answer w0: enum clock_verdict */
    TIMER_STATUS = 6   /* answer: TIMER_STATUS_WORDS words, in the order of enum timer_status_word */
};

enum timer_status { TIMER_OK, TIMER_BAD_CALL };

/* In rising order of trust. */
enum clock_quality {
    CLOCK_UNSET, /* the real-time clock says less than the floor: wall time counts from there, not the world's
                  */
    CLOCK_RTC,
    CLOCK_SNTP /* the real-time clock or none, corrected by a time server, which is not authenticated */
};

/* What became of an answer of a time server. */
enum clock_verdict {
    CLOCK_SLEWED,  /* the rest is made up for slowly */
    CLOCK_STEPPED, /* the clock jumped */
    CLOCK_DOUBTED, /* too far to be believed once; enough further answers that agree will be */
    CLOCK_SOON,    /* too soon after the last one */
    CLOCK_STALE,   /* of the future, or too long ago */
    CLOCK_VAGUE,   /* may be off by too much */
    CLOCK_EARLY,   /* before the floor */
    CLOCK_LATE,    /* after every time that this release can live to see */
    CLOCK_VERDICTS
};

enum timer_status_word {
    TIMER_STATUS_WALL,
    TIMER_STATUS_MONO, /* at the same moment */
    TIMER_STATUS_QUALITY,
    TIMER_STATUS_FLOOR,     /* wall ns */
    TIMER_STATUS_PERSISTED, /* 1: the floor came from the journal; 0: from the release */
    TIMER_STATUS_LAST,      /* mono ns of the last correction, 0: none */
    TIMER_STATUS_OFFSET,    /* by which it moved the clock, signed ns */
    TIMER_STATUS_ERROR,     /* how far the clock may have been off after it, ns */
    TIMER_STATUS_SLEW,      /* signed ns still to be made up for */
    TIMER_STATUS_SLEWS,     /* how often, by each kind */
    TIMER_STATUS_STEPS,
    TIMER_STATUS_REFUSED,
    TIMER_STATUS_WORDS
};

#endif
