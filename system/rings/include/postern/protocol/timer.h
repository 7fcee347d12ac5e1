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
    TIMER_CANCEL = 3
};

enum timer_status { TIMER_OK, TIMER_BAD_CALL };

enum clock_quality {
    CLOCK_UNSET, /* the real-time clock says less than the build: wall time is the build's, not the world's */
    CLOCK_RTC
};

#endif
