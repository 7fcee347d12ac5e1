/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wall time from several sources, none of which is believed alone and everything.
 */
#include "discipline.h"

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* Puts what has been slewed by now into the offset. */
static void settle(struct discipline *d, uint64_t mono)
{
    uint64_t done = mono > d->slew_from ? (mono - d->slew_from) / DISCIPLINE_SLEW_RATE : 0;

    if (done >= magnitude(d->slew)) {
        d->offset += (uint64_t)d->slew;
        d->slew = 0;
    } else if (done > 0) {
        int64_t part = d->slew < 0 ? -(int64_t)done : (int64_t)done;

        d->offset += (uint64_t)part;
        d->slew -= part;
    }
    /* The part of a nanosecond that is not made up for yet stays due. */
    d->slew_from += done * DISCIPLINE_SLEW_RATE;
    if (d->slew == 0) {
        d->slew_from = mono;
    }
}

static void step(struct discipline *d, uint64_t wall, uint64_t mono)
{
    d->offset = wall - mono;
    d->slew = 0;
    d->slew_from = mono;
}

static bool absurd(const struct discipline *d, uint64_t wall)
{
    return wall > d->release + DISCIPLINE_LIFE;
}

void discipline_start(struct discipline *d, uint64_t release, uint64_t mono)
{
    *d = (struct discipline){.release = release, .floor = release, .quality = CLOCK_UNSET};
    step(d, release + mono, mono);
}

uint64_t discipline_wall(struct discipline *d, uint64_t mono)
{
    settle(d, mono);
    return mono + d->offset;
}

static void note(struct discipline *d, int64_t by, uint64_t error, uint64_t mono)
{
    d->corrected_at = mono;
    d->corrected_by = by;
    d->error = error;
}

bool discipline_rtc(struct discipline *d, uint64_t rtc, uint64_t mono)
{
    if (d->quality == CLOCK_SNTP || rtc < d->floor || absurd(d, rtc)) {
        return false;
    }
    int64_t by = (int64_t)(rtc - discipline_wall(d, mono));
    if (by < 0 && (d->quality == CLOCK_UNSET || magnitude(by) <= DISCIPLINE_RTC_STEP)) {
        /* It was wrong before: that it has come past the floor by now proves nothing. Or it lags by less than
         * what the clock is known to, which goes back for no trifle. */
        return false;
    }
    bool jump = d->quality == CLOCK_RTC && magnitude(by) > DISCIPLINE_RTC_STEP;

    step(d, rtc, mono);
    d->quality = CLOCK_RTC;
    if (jump) {
        d->steps++;
        note(d, by, 0, mono);
    }
    return jump;
}

bool discipline_floor(struct discipline *d, uint64_t floor, uint64_t mono)
{
    if (absurd(d, floor) || floor <= d->floor) {
        return false;
    }
    d->floor = floor;
    d->persisted = true;
    uint64_t now = discipline_wall(d, mono);

    if (now >= floor) {
        return false;
    }
    step(d, floor, mono);
    if (floor - now > DISCIPLINE_RTC_STEP) {
        d->quality = CLOCK_UNSET;
    }
    d->steps++;
    note(d, (int64_t)(floor - now), 0, mono);
    return true;
}

static enum clock_verdict refuse(struct discipline *d, enum clock_verdict verdict)
{
    d->refused++;
    return verdict;
}

/* True if the answer is one of enough that agree; otherwise it is remembered. */
static bool enough(struct discipline *d, uint64_t offset)
{
    bool agrees =
        d->doubted_count > 0 && magnitude((int64_t)(offset - d->doubted_offset)) <= DISCIPLINE_AGREE;

    d->doubted_count = agrees ? d->doubted_count + 1 : 1;
    d->doubted_offset = offset;
    return d->doubted_count >= DISCIPLINE_AGREEING;
}

static enum clock_verdict correct(struct discipline *d, int64_t by, uint64_t error, uint64_t mono)
{
    enum clock_verdict verdict = CLOCK_SLEWED;

    if (magnitude(by) <= DISCIPLINE_SLEW_MAX && d->quality != CLOCK_UNSET) {
        d->slew = by;
        d->slew_from = mono;
        d->slews++;
    } else {
        step(d, mono + d->offset + (uint64_t)by, mono);
        d->steps++;
        verdict = CLOCK_STEPPED;
    }
    d->quality = CLOCK_SNTP;
    d->doubted_count = 0;
    note(d, by, error, mono);
    return verdict;
}

enum clock_verdict discipline_answer(struct discipline *d, uint64_t wall, uint64_t at, uint64_t error,
                                     uint64_t mono)
{
    if (at > mono || mono - at > DISCIPLINE_AGE_MAX) {
        return refuse(d, CLOCK_STALE);
    }
    if (error > DISCIPLINE_ERROR_MAX) {
        return refuse(d, CLOCK_VAGUE);
    }
    if (d->answered && mono - d->last_answer < DISCIPLINE_SPACING) {
        return refuse(d, CLOCK_SOON);
    }
    d->answered = true;
    d->last_answer = mono;
    if (absurd(d, wall)) {
        return refuse(d, CLOCK_LATE);
    }
    if (wall < d->floor) {
        return refuse(d, CLOCK_EARLY);
    }
    int64_t by = (int64_t)(wall + (mono - at) - discipline_wall(d, mono));

    if (d->quality != CLOCK_UNSET && magnitude(by) > DISCIPLINE_STEP_MAX && !enough(d, wall - at)) {
        return refuse(d, CLOCK_DOUBTED);
    }
    return correct(d, by, error, mono);
}
