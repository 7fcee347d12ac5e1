/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for the sensors component where figures are taken: readings without a bus, each a sample of its
 * own, at a period or as fast as the journal takes them, or first the one and then the other. It has the
 * sensors' place, rights and rings.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/journal_view.h>
#include <postern/kv.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/reading.h>
#include <postern/ring_port.h>
#include <postern/timer_client.h>

#include "ports.h"

/* As if measuring had taken so long: whoever takes a reading may have looked at the clock before. */
#define MEASURING_NS UINT64_C(10000000)

static uint64_t period_us;         /* 0: as fast as they are taken */
static uint64_t burst;             /* so many are made as fast as they are taken even if there is a period */
static uint64_t most = UINT32_MAX; /* readings that are made in all */
static struct ring readings_out;
static uint64_t seq, made, due_ns;
static uint64_t *metric_made;
static bool counting;

/* Like the sensors, nothing is made before the journal has said with which number to begin. */
static bool may_count(void)
{
    struct journal_state state;
    if (!counting && journal_view(journal_state, &state) && state.condition != JOURNAL_STARTING &&
        state.next_number != 0) {
        counting = true;
        seq = state.next_number;
        due_ns = clock_ns();
    }
    return counting;
}

/* False: there is no room, and we shall be notified. */
static bool make_one(uint64_t now)
{
    const struct reading r = {
        .seq = seq,
        .mono_ns = now - MEASURING_NS,
        .value = 2000 + (int64_t)(seq % 500),
        .exponent = -2,
        .quantity = QUANTITY_TEMPERATURE,
        .sample_size = 1,
    };
    for (;;) {
        enum ring_status status = ring_push(&readings_out, READING_VALUE, &r, sizeof r);
        if (status == RING_OK) {
            seq++;
            made++;
            return true;
        }
        if (status != RING_RESTARTED && !ring_producer_has_space(&readings_out)) {
            return false;
        }
    }
}

/* A ring's worth at a time, so that others of this priority are not kept waiting. */
static void flood(uint64_t end)
{
    uint32_t batch = ring_batch(&readings_out);
    bool more = true;
    while (more && batch-- != 0 && made < end) {
        more = make_one(clock_ns());
    }
    ring_notify(&readings_out, readings_id);
    if (more && made < most) {
        (void)timer_set(timer_id, 0);
    }
}

static void paced(void)
{
    uint64_t now = clock_ns();
    if (made < most && now >= due_ns && make_one(now)) {
        ring_notify(&readings_out, readings_id);
    }
    while (due_ns <= now) {
        due_ns += period_us * 1000;
    }
    (void)timer_set(timer_id, due_ns);
}

static void work(void)
{
    if (!may_count()) {
        return;
    }
    if (period_us == 0) {
        flood(most);
    } else if (made < burst) {
        flood(burst);
        due_ns = clock_ns();
    } else {
        paced();
    }
    metric_set(metric_made, made);
}

void notified(microkit_channel ch)
{
    (void)ch;
    work();
}

static void configure(void)
{
    struct kv_field fields[] = {
        {.key = "period_us", .type = KV_NUMBER, .number = &period_us, .max = UINT32_MAX},
        {.key = "burst", .type = KV_NUMBER, .number = &burst, .max = UINT32_MAX},
        {.key = "most", .type = KV_NUMBER, .number = &most, .max = UINT32_MAX},
    };
    const struct kv_result r = kv_parse((const char *)(uintptr_t)feed_conf, feed_conf_size, fields,
                                        sizeof fields / sizeof fields[0]);
    if (r.error != KV_OK) {
        most = 0;
        log_error("feed.conf line %u: %s", r.line, kv_error_text(r.error));
    }
}

void init(void)
{
    LOG_START();
    configure();
    metrics_start(metrics);
    metric_made = metrics_add("made");
    RING_PRODUCER(&readings_out, readings, READINGS);
    work();
}
