/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Merging log lines. Each source has one line looked ahead; the oldest goes first. What a source sends is its
 * own business: text is filtered to printable characters and an absurd time only changes its own place.
 */
#include <string.h>
#include <postern/clock.h>
#include <postern/metrics.h>
#include <postern/protocol/log.h>
#include <postern/ring_port.h>
#include "ports.h"
#include "merge.h"
#include "output.h"

#define ROOM_FOR_LINE 320

struct source {
    const char *name;
    uint64_t channel;
    struct ring ring;
    struct ring_metric ring_metric;
    bool waiting; /* line and text hold a message */
    struct log_line line;
    char text[LOG_SLOT_SIZE];
    uint32_t length;
};

#define INDEX_OF(name) SOURCE_##name,
enum { PORTS_LOG(INDEX_OF) SOURCES };
static struct source source[SOURCES];
static uint64_t *metric_bad;

void merge_start(void)
{
    size_t i = 0;

    metric_bad = metrics_add("bad_lines");
#define START_SOURCE(pd)                                                                             \
    source[i].name = #pd;                                                                            \
    source[i].channel = log_##pd##_id;                                                               \
    ring_consumer_start(&source[i].ring, log_##pd##_own, log_##pd##_peer, LOG_SLOTS, LOG_SLOT_SIZE); \
    ring_metrics_add(&source[i].ring_metric, &source[i].ring, "log." #pd);                           \
    i++;
    PORTS_LOG(START_SOURCE)
}

static void filter(char *text, uint32_t length)
{
    uint32_t i;

    for (i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            text[i] = '?';
        }
    }
}

/* Look one line ahead. Bounded: at most one ring's worth of useless messages is skipped in one activation. */
static void look_ahead(struct source *s)
{
    uint8_t message[LOG_SLOT_SIZE];
    uint32_t kind, length, tries;

    for (tries = 0; !s->waiting && tries < ring_batch(&s->ring); tries++) {
        enum ring_status status = ring_pop(&s->ring, &kind, message, sizeof message, &length);

        if (status == RING_OK && kind == LOG_LINE && length >= sizeof s->line) {
            memcpy(&s->line, message, sizeof s->line);
            s->length = length - (uint32_t)sizeof s->line;
            memcpy(s->text, message + sizeof s->line, s->length);
            filter(s->text, s->length);
            s->waiting = true;
        } else if (status == RING_OK || status == RING_TOO_LONG) {
            metric_add(metric_bad, 1);
        } else if (status == RING_PEER_BAD || (status == RING_EMPTY && !ring_consumer_has_more(&s->ring))) {
            return;
        }
    }
}

static struct source *oldest(void)
{
    struct source *best = NULL;
    size_t i;

    for (i = 0; i < SOURCES; i++) {
        look_ahead(&source[i]);
        if (source[i].waiting && (!best || source[i].line.time < best->line.time)) {
            best = &source[i];
        }
    }
    return best;
}

static const char *level_text(uint32_t level)
{
    static const char *const text[] = {
        [LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

    return level < sizeof text / sizeof text[0] ? text[level] : "?";
}

static void print(struct source *s)
{
    uint64_t us = s->line.time / (CLOCK_HZ / 1000000u);

    if (s->line.lost != 0) {
        output_printf("%6llu.%06llu %-10s %-5s %u lines lost\n", (unsigned long long)(us / 1000000),
                      (unsigned long long)(us % 1000000), s->name, "warn", (unsigned)s->line.lost);
    }
    output_printf("%6llu.%06llu %-10s %-5s %.*s\n", (unsigned long long)(us / 1000000),
                  (unsigned long long)(us % 1000000), s->name, level_text(s->line.level), (int)s->length,
                  s->text);
    s->waiting = false;
}

bool merge_ready(void)
{
    return output_room() >= ROOM_FOR_LINE && oldest() != NULL;
}

void merge_run(void)
{
    size_t budget = (size_t)SOURCES * LOG_SLOTS;

    while (budget > 0 && merge_ready()) {
        print(oldest());
        budget--;
    }
}
