/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log lines: format into a private buffer, push one message, never wait.
 */
#include <stdarg.h>
#include <stdio.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/ring_metrics.h>

#define TEXT_MAX 240

static struct ring ring;
static struct ring_metric ring_metric;
static uint64_t ring_channel;
static bool started;
static uint32_t lost_total;
static uint32_t lost_pending;

void log_start(uint64_t own, uint64_t peer, uint64_t channel, uint32_t slots, uint32_t slot_size)
{
    ring_producer_start(&ring, own, peer, slots, slot_size);
    ring_metrics_add(&ring_metric, &ring, "log");
    ring_channel = channel;
    started = true;
}

static void count_lost(void)
{
    lost_total++;
    lost_pending++;
}

static uint32_t text_length(int formatted, uint32_t room)
{
    if (formatted < 0) {
        return 0;
    }
    return (uint32_t)formatted < room ? (uint32_t)formatted : room - 1;
}

void log_write(enum log_level level, const char *format, ...)
{
    struct log_line line = {.time = clock_ticks(), .level = (uint32_t)level, .lost = lost_pending};
    char text[TEXT_MAX];
    uint32_t room = TEXT_MAX;
    uint32_t length;
    enum ring_status status;
    va_list args;

    if (!started) {
        count_lost();
        return;
    }
    if (ring_payload_max(&ring) - sizeof line < room) {
        room = ring_payload_max(&ring) - (uint32_t)sizeof line;
    }
    va_start(args, format);
    length = text_length(vsnprintf(text, room, format, args), room);
    va_end(args);
    status = ring_push2(&ring, LOG_LINE, &line, sizeof line, text, length);
    if (status == RING_RESTARTED) {
        status = ring_push2(&ring, LOG_LINE, &line, sizeof line, text, length);
    }
    if (status != RING_OK) {
        count_lost();
        return;
    }
    lost_pending = 0;
    /* Not later: what is said last may be about the end of this component. */
    if (ring_must_notify(&ring)) {
        microkit_notify((microkit_channel)ring_channel);
    }
}

uint32_t log_lost(void)
{
    return lost_total;
}
