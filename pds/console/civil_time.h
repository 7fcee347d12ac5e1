/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calendar date and time of day from seconds since 1970 (UTC, proleptic Gregorian).
 */
#ifndef CIVIL_TIME_H
#define CIVIL_TIME_H

#include <time.h>

struct civil_time {
    unsigned year, month, day, hour, minute, second;
};

static inline struct civil_time civil_from_unix(uint64_t seconds)
{
    time_t when = (time_t)seconds;
    struct civil_time civil = {1970, 1, 1, 0, 0, 0};
    struct tm tm;

    if (gmtime_r(&when, &tm)) {
        civil =
            (struct civil_time){(unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday,
                                (unsigned)tm.tm_hour,        (unsigned)tm.tm_min,     (unsigned)tm.tm_sec};
    }
    return civil;
}

#endif
