/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shell's commands print, from the pages that other components share read-only. A page may say
 * anything at any time; each is read by a module that copies and bounds.
 */
#include <string.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/timer_client.h>
#include "civil_time.h"
#include "letters_text.h"
#include "metrics_view.h"
#include "output.h"
#include "ports.h"
#include "operate.h"
#include "show.h"
#include "postmortem_text.h"
#include "store_text.h"
#include "uplink_text.h"

struct metrics_source {
    const char *name;
    const volatile uint64_t *page;
};
#define METRICS_SOURCE(pd) {#pd, &metrics_##pd},
static const struct metrics_source metrics_source[] = {PORTS_METRICS(METRICS_SOURCE)};
#define SOURCES (sizeof metrics_source / sizeof metrics_source[0])

static void show_metrics(const struct metrics_source *source)
{
    uint32_t count;

    if (!metrics_view_count(*source->page, &count)) {
        output_printf("%-10s its table is corrupt\n", source->name);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct metric metric = metrics_view_entry(*source->page, i);

        output_printf("%-10s %-32s %20llu\n", source->name, metric.name, (unsigned long long)metric.value);
    }
}

void show_stats(const char *argument)
{
    size_t i;
    int shown = 0;

    for (i = 0; i < SOURCES; i++) {
        if (!*argument || strcmp(argument, metrics_source[i].name) == 0) {
            show_metrics(&metrics_source[i]);
            shown++;
        }
    }
    if (shown == 0) {
        output_printf("stats: no component \"%s\"; `status` lists them\n", argument);
    }
}

void show_sensors(const char *argument)
{
    (void)argument;
    show_stats("sensors");
}

/* The journal, which comes before the console, has done it at once, unless it is busy. */
static void clear_letters(void)
{
    microkit_notify((microkit_channel)clear_letters_id);
    uint32_t left = letters_count(journal_state);
    if (left == 0) {
        output_printf("dead letters: cleared\n");
    } else {
        output_printf("dead letters: the journal is asked to clear them\n");
    }
}

void show_store(const char *argument)
{
    if (*argument == '\0') {
        store_text(journal_state);
    } else if (strcmp(argument, "dead") == 0) {
        letters_text(journal_state);
    } else if (strcmp(argument, "dead clear") == 0) {
        clear_letters();
    } else {
        output_printf("store: no \"%s\"; only `dead` and `dead clear`\n", argument);
    }
}

void show_uplink(const char *argument)
{
    (void)argument;
    uplink_text(metrics_uplink);
}

void show_postmortem(const char *argument)
{
    postmortem_text(postmortem, postmortem_told, argument);
}

static void show_clock(void)
{
    struct wall_time now;
    uint64_t up = clock_ns() / 1000000000u;
    struct civil_time civil;

    output_printf("up       %llu s\n", (unsigned long long)up);
    if (!timer_now(timer_id, &now)) {
        output_printf("time     the timer does not answer\n");
        return;
    }
    civil = civil_from_unix(now.wall_ns / 1000000000u);
    output_printf("time     %04u-%02u-%02u %02u:%02u:%02u UTC%s\n", civil.year, civil.month, civil.day,
                  civil.hour, civil.minute, civil.second,
                  now.quality != CLOCK_UNSET ? "" : " (clock not set)");
}

void show_status(const char *argument)
{
    show_boots();
    show_clock();
    show_pds(argument);
}
