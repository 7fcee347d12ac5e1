/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timer component on the goldfish RTC: time of day for everybody, corrected by whom the product lets tell it,
 * and one time-out for each client, delivered as a notification when the RTC's alarm fires. Registers as in
 * QEMU's docs and Linux' binding google,goldfish-rtc.
 */
#include <string.h>
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/ring_metrics.h>
#include <postern/protocol/timer.h>
#include <postern/release_time.h>
#include "discipline.h"
#include "ports.h"
#include "timeouts.h"

enum rtc_register {
    RTC_TIME_LOW = 0x00, /* reading it latches the high word */
    RTC_TIME_HIGH = 0x04,
    RTC_ALARM_LOW = 0x08, /* writing it arms the alarm with the high word written before */
    RTC_ALARM_HIGH = 0x0c,
    RTC_IRQ_ENABLED = 0x10,
    RTC_CLEAR_ALARM = 0x14,
    RTC_CLEAR_INTERRUPT = 0x1c
};

#define NS_PER_MS INT64_C(1000000)

static struct timeouts timeouts;
static struct discipline wall_clock;
static uint64_t *metric_calls, *metric_expired, *metric_refused;

static volatile uint32_t *rtc(enum rtc_register offset)
{
    return (volatile uint32_t *)(uintptr_t)(rtc_regs + (uint64_t)offset);
}

static uint64_t rtc_now(void)
{
    uint64_t low = *rtc(RTC_TIME_LOW);

    return low | (uint64_t)*rtc(RTC_TIME_HIGH) << 32;
}

static void arm(uint64_t at)
{
    *rtc(RTC_ALARM_HIGH) = (uint32_t)(at >> 32);
    *rtc(RTC_ALARM_LOW) = (uint32_t)(at & 0xffffffffu);
}

static void deliver(void)
{
    uint64_t due = timeouts_expire(&timeouts, clock_ns());
    unsigned client;

    for (client = 0; due != 0; client++, due >>= 1) {
        if (due & 1) {
            metric_add(metric_expired, 1);
            microkit_notify(client);
        }
    }
}

/* Deliver what is due and set the alarm for the next time-out. The alarm runs on the RTC, the time-outs on
 * the time CSR: an alarm that fires early finds nothing due and is set again. */
static void run(void)
{
    uint64_t next, now;

    deliver();
    next = timeouts_next(&timeouts);
    if (next == TIMEOUT_NONE) {
        *rtc(RTC_CLEAR_ALARM) = 1;
        return;
    }
    now = clock_ns();
    arm(rtc_now() + (next > now ? next - now : 0));
}

static uint64_t wall_now(uint64_t mono)
{
    if (discipline_rtc(&wall_clock, rtc_now(), mono)) {
        log_warn("the real-time clock jumped by %lld ms", (long long)(wall_clock.corrected_by / NS_PER_MS));
    }
    return discipline_wall(&wall_clock, mono);
}

static microkit_msginfo answer_now(void)
{
    uint64_t mono = clock_ns();

    microkit_mr_set(0, wall_now(mono));
    microkit_mr_set(1, mono);
    microkit_mr_set(2, wall_clock.quality);
    return microkit_msginfo_new(TIMER_OK, 3);
}

static microkit_msginfo answer_status(void)
{
    uint64_t mono = clock_ns();
    uint64_t word[TIMER_STATUS_WORDS] = {
        [TIMER_STATUS_WALL] = wall_now(mono),
        [TIMER_STATUS_MONO] = mono,
        [TIMER_STATUS_QUALITY] = wall_clock.quality,
        [TIMER_STATUS_FLOOR] = wall_clock.floor,
        [TIMER_STATUS_PERSISTED] = wall_clock.persisted,
        [TIMER_STATUS_LAST] = wall_clock.corrected_at,
        [TIMER_STATUS_OFFSET] = (uint64_t)wall_clock.corrected_by,
        [TIMER_STATUS_ERROR] = wall_clock.error,
        [TIMER_STATUS_SLEW] = (uint64_t)wall_clock.slew,
        [TIMER_STATUS_SLEWS] = wall_clock.slews,
        [TIMER_STATUS_STEPS] = wall_clock.steps,
        [TIMER_STATUS_REFUSED] = wall_clock.refused,
    };

    for (unsigned i = 0; i < TIMER_STATUS_WORDS; i++) {
        microkit_mr_set((seL4_Uint8)i, word[i]);
    }
    return microkit_msginfo_new(TIMER_OK, TIMER_STATUS_WORDS);
}

static microkit_msginfo take_floor(uint64_t floor)
{
    (void)wall_now(clock_ns());
    if (discipline_floor(&wall_clock, floor, clock_ns())) {
        log_warn("the clock was behind what the journal remembers: stepped forward by %lld ms",
                 (long long)(wall_clock.corrected_by / NS_PER_MS));
    }
    microkit_mr_set(0, wall_clock.floor);
    return microkit_msginfo_new(TIMER_OK, 1);
}

static microkit_msginfo take_answer(uint64_t wall, uint64_t at, uint64_t error)
{
    static const char *const refusal[CLOCK_VERDICTS] = {
        [CLOCK_DOUBTED] = "it is far from the clock; believed when it is repeated",
        [CLOCK_SOON] = "too soon after the last one",
        [CLOCK_STALE] = "its time of arrival is wrong",
        [CLOCK_VAGUE] = "it is too inexact",
        [CLOCK_EARLY] = "it is before the time that this device has already seen",
        [CLOCK_LATE] = "it is too far in the future",
    };
    bool first = wall_clock.quality != CLOCK_SNTP;

    (void)wall_now(clock_ns());
    enum clock_verdict verdict = discipline_answer(&wall_clock, wall, at, error, clock_ns());

    if (refusal[verdict] != NULL) {
        log_warn("time server's answer not taken: %s", refusal[verdict]);
    } else if (first || verdict == CLOCK_STEPPED) {
        log_info("clock %s by %lld ms after a time server's answer",
                 verdict == CLOCK_STEPPED ? "stepped" : "slewed",
                 (long long)(wall_clock.corrected_by / NS_PER_MS));
    }
    microkit_mr_set(0, verdict);
    return microkit_msginfo_new(TIMER_OK, 1);
}

/* Who may tell the time: by name, since which components there are is the product's choice. */
static bool is_from(const char *client, microkit_channel ch)
{
#define CALLER(name) {#name, &timer_##name##_id},
    static const struct {
        const char *name;
        const volatile uint64_t *channel;
    } caller[] = {PORTS_TIMER(CALLER)};

    for (unsigned i = 0; i < sizeof caller / sizeof *caller; i++) {
        if (*caller[i].channel == ch) {
            return strcmp(caller[i].name, client) == 0;
        }
    }
    return false;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    seL4_Word call = microkit_msginfo_get_label(msginfo);
    seL4_Word count = microkit_msginfo_get_count(msginfo);

    metric_add(metric_calls, 1);
    ring_metrics_update();
    if (call == TIMER_NOW && count == 0) {
        return answer_now();
    }
    if (call == TIMER_CANCEL && count == 0) {
        timeouts_cancel(&timeouts, ch);
        return microkit_msginfo_new(TIMER_OK, 0);
    }
    if (call == TIMER_SET && count == 1 && timeouts_set(&timeouts, ch, microkit_mr_get(0))) {
        run();
        return microkit_msginfo_new(TIMER_OK, 0);
    }
    if (call == TIMER_STATUS && count == 0) {
        return answer_status();
    }
    if (call == TIMER_FLOOR && count == 1 && is_from("journal", ch)) {
        return take_floor(microkit_mr_get(0));
    }
    if (call == TIMER_CORRECT && count == 3 && is_from("net", ch)) {
        return take_answer(microkit_mr_get(0), microkit_mr_get(1), microkit_mr_get(2));
    }
    metric_add(metric_refused, 1);
    return microkit_msginfo_new(TIMER_BAD_CALL, 0);
}

void notified(microkit_channel ch)
{
    if (ch == rtc_irq) {
        *rtc(RTC_CLEAR_INTERRUPT) = 1;
        run();
        microkit_deferred_irq_ack(ch);
    }
}

/* After a restart nothing is armed any more: every client is woken once and asks anew. At boot that finds
 * nobody who waits. */
static void wake_clients(void)
{
    for (microkit_channel ch = 0; ch <= MICROKIT_MAX_CHANNEL_ID; ch++) {
        if ((microkit_notifications >> ch & 1) != 0) {
            microkit_notify(ch);
        }
    }
}

void init(void)
{
    LOG_START();
    metrics_start(metrics);
    metric_calls = metrics_add("calls");
    metric_expired = metrics_add("expired");
    metric_refused = metrics_add("refused");
    timeouts_init(&timeouts);
    *rtc(RTC_CLEAR_ALARM) = 1;
    *rtc(RTC_CLEAR_INTERRUPT) = 1;
    *rtc(RTC_IRQ_ENABLED) = 1;
    discipline_start(&wall_clock, RELEASE_TIME_NS, clock_ns());
    (void)wall_now(clock_ns());
    if (wall_clock.quality == CLOCK_UNSET) {
        log_warn("real-time clock is before this release's date: using the release date until it is set");
    }
    wake_clients();
}
