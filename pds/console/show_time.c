/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the clock shows and why it may be believed: the command `time`.
 */
#include <postern/timer_client.h>
#include "civil_time.h"
#include "output.h"
#include "ports.h"
#include "show.h"

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_US UINT64_C(1000)

/* "+1.234567 s" */
static void show_signed(int64_t ns)
{
    uint64_t us = (ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns) / NS_PER_US;

    output_printf("%c%llu.%06llu s", ns < 0 ? '-' : '+', (unsigned long long)(us / 1000000),
                  (unsigned long long)(us % 1000000));
}

static void show_date(const char *label, uint64_t wall_ns, const char *after)
{
    struct civil_time civil = civil_from_unix(wall_ns / NS_PER_S);

    output_printf("%-12s %04u-%02u-%02u %02u:%02u:%02u UTC%s\n", label, civil.year, civil.month, civil.day,
                  civil.hour, civil.minute, civil.second, after);
}

static const char *quality_text(enum clock_quality quality)
{
    static const char *const text[] = {
        [CLOCK_UNSET] = "not set: counts from the floor, not the world's time",
        [CLOCK_RTC] = "real-time clock",
        [CLOCK_SNTP] = "time server (not authenticated)",
    };

    return text[quality];
}

static void show_correction(const uint64_t word[TIMER_STATUS_WORDS])
{
    uint64_t at = word[TIMER_STATUS_LAST], mono = word[TIMER_STATUS_MONO];

    if (at == 0 || at > mono) {
        output_printf("%-12s none\n", "corrected");
    } else {
        output_printf("%-12s ", "corrected");
        show_signed((int64_t)word[TIMER_STATUS_OFFSET]);
        output_printf(", %llu s ago", (unsigned long long)((mono - at) / NS_PER_S));
        if (word[TIMER_STATUS_ERROR] != 0) {
            output_printf(", within %llu us", (unsigned long long)(word[TIMER_STATUS_ERROR] / NS_PER_US));
        }
        output_printf("\n");
    }
    if (word[TIMER_STATUS_SLEW] != 0) {
        output_printf("%-12s ", "under way");
        show_signed((int64_t)word[TIMER_STATUS_SLEW]);
        output_printf("\n");
    }
    output_printf("%-12s %llu steps, %llu slews, %llu answers refused\n", "so far",
                  (unsigned long long)word[TIMER_STATUS_STEPS], (unsigned long long)word[TIMER_STATUS_SLEWS],
                  (unsigned long long)word[TIMER_STATUS_REFUSED]);
}

void show_time(const char *argument)
{
    uint64_t word[TIMER_STATUS_WORDS];

    (void)argument;
    if (!timer_status(timer_id, word)) {
        output_printf("time: the timer does not answer\n");
        return;
    }
    show_date("time", word[TIMER_STATUS_WALL], "");
    output_printf("%-12s %s\n", "source", quality_text(timer_quality(word[TIMER_STATUS_QUALITY])));
    show_correction(word);
    show_date("floor", word[TIMER_STATUS_FLOOR],
              word[TIMER_STATUS_PERSISTED] != 0 ? " (seen before)" : " (this release)");
}
