/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that is a client itself: asks the driver for seconds and answers with a date.
 */
#include <stdint.h>
#include <microkit.h>

#include "protocol.h"

#define RTC             2
#define SECONDS_PER_DAY 86400u

static uint32_t days_of_year(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 ? days_of_year(year) - 337 : days[month - 1];
}

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    uint32_t year = 1970, month = 1;
    microkit_msginfo answer;
    uint64_t day;

    (void)ch;
    if (microkit_msginfo_get_label(request) != REQUEST_DATE || microkit_msginfo_get_count(request) != 0) {
        return microkit_msginfo_new(ANSWER_REFUSED, 0);
    }
    answer = microkit_ppcall(RTC, microkit_msginfo_new(REQUEST_SECONDS, 0));
    if (microkit_msginfo_get_label(answer) != ANSWER_OK || microkit_msginfo_get_count(answer) != 1) {
        return microkit_msginfo_new(ANSWER_REFUSED, 0);
    }
    for (day = microkit_mr_get(0) / SECONDS_PER_DAY; day >= days_of_year(year); year++) {
        day -= days_of_year(year);
    }
    for (; day >= days_of_month(year, month); month++) {
        day -= days_of_month(year, month);
    }
    microkit_mr_set(0, year);
    microkit_mr_set(1, month);
    microkit_mr_set(2, day + 1);
    return microkit_msginfo_new(ANSWER_OK, 3);
}
