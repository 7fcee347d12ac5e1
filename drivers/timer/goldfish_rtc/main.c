/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timer component on the goldfish RTC: time of day for everybody, and one time-out for each client, delivered
 * as a notification when the RTC's alarm fires. Registers as in QEMU's docs and Linux' binding
 * google,goldfish-rtc.
 */
#include <microkit.h>
#include <postern/clock.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/timer.h>
#include <postern/release_time.h>
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

static struct timeouts timeouts;
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

static microkit_msginfo answer_now(void)
{
    uint64_t wall = rtc_now();
    uint64_t mono = clock_ns();
    enum clock_quality quality = wall >= RELEASE_TIME_NS ? CLOCK_RTC : CLOCK_UNSET;

    microkit_mr_set(0, quality == CLOCK_RTC ? wall : RELEASE_TIME_NS + mono);
    microkit_mr_set(1, mono);
    microkit_mr_set(2, quality);
    return microkit_msginfo_new(TIMER_OK, 3);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    seL4_Word call = microkit_msginfo_get_label(msginfo);
    seL4_Word count = microkit_msginfo_get_count(msginfo);

    metric_add(metric_calls, 1);
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
    if (rtc_now() < RELEASE_TIME_NS) {
        log_warn("real-time clock is before this release's date: using the release date until it is set");
    }
    wake_clients();
}
