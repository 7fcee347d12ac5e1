/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the clock shows: monotonic time plus an offset that comes from the real-time clock, a floor and, if
 * the product asks one, a time server that may lie. Pure; all times are nanoseconds, monotonic or since 1970.
 * docs/decisions/time.md says why it is as it is.
 */
#ifndef DISCIPLINE_H
#define DISCIPLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <postern/protocol/timer.h>

#define DISCIPLINE_SLEW_MAX  UINT64_C(128000000)          /* corrections up to this are slewed, others step */
#define DISCIPLINE_SLEW_RATE 2000u                        /* 1 ns in so many: 500 ppm */
#define DISCIPLINE_STEP_MAX  UINT64_C(600000000000)       /* more is doubted */
#define DISCIPLINE_AGREE     UINT64_C(1000000000)         /* doubted answers this near to each other agree */
#define DISCIPLINE_AGREEING  3u                           /* and so many together are believed */
#define DISCIPLINE_SPACING   UINT64_C(10000000000)        /* between answers that count */
#define DISCIPLINE_AGE_MAX   UINT64_C(5000000000)         /* of an answer when it is told */
#define DISCIPLINE_ERROR_MAX UINT64_C(1000000000)         /* of an answer */
#define DISCIPLINE_RTC_STEP  UINT64_C(1000000000)         /* of the real-time clock: less proves nothing */
#define DISCIPLINE_LIFE      UINT64_C(630720000000000000) /* 20 years after the release */

struct discipline {
    uint64_t release;
    uint64_t floor; /* never less than release */
    bool persisted;
    enum clock_quality quality;
    uint64_t offset; /* wall = mono + offset, modulo 2^64 */

    /* The slew that is under way: what is left of it at slew_from. */
    int64_t slew;
    uint64_t slew_from;

    /* Answers that are doubted. */
    uint64_t doubted_offset;
    unsigned doubted_count;

    /* What there is to tell. */
    bool answered; /* an answer counted, at last_answer */
    uint64_t last_answer;
    uint64_t corrected_at; /* mono; 0: never */
    int64_t corrected_by;
    uint64_t error;
    uint64_t slews, steps, refused;
};

/* The clock counts from the release until discipline_rtc. */
void discipline_start(struct discipline *d, uint64_t release, uint64_t mono);

/* The real-time clock says `rtc` at `mono`: followed if it is not below the floor nor absurd, and if no time
 * server knows better. True if that was a step. */
bool discipline_rtc(struct discipline *d, uint64_t rtc, uint64_t mono);

/* Somebody remembers a wall time: the floor rises to it, never falls. True if the clock had to step; by more
 * than DISCIPLINE_RTC_STEP it counts as unset from then on. A real-time clock of whole seconds may be so much
 * behind after a short time without power. A floor that no release can live to see is refused: false, and
 * nothing changes. */
bool discipline_floor(struct discipline *d, uint64_t floor, uint64_t mono);

/* A time server's answer: `wall` at `at`, off by up to `error`; told at `mono`. */
enum clock_verdict discipline_answer(struct discipline *d, uint64_t wall, uint64_t at, uint64_t error,
                                     uint64_t mono);

/* The wall clock at `mono`, which does not go back between calls. */
uint64_t discipline_wall(struct discipline *d, uint64_t mono);

#endif
