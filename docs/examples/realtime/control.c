/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The urgent task: woken every 5 ms by the real-time clock's alarm, it notes how late it starts. After 100
 * periods it says so, and how much time the others had.
 */
#include <microkit.h>

#include "clock.h"

#define ALARM     0
#define PERIODS   100
#define PERIOD_NS 5000000u

enum rtc_register {
    TIME_LOW = 0x00, /* reading it latches the high word */
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08, /* writing it arms the alarm with the high word written before */
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_INTERRUPT = 0x1c
};

uintptr_t registers, hog_time, background_time;

static uint64_t due, began, worst;
static uint32_t periods;

static volatile uint32_t *rtc(enum rtc_register offset)
{
    return (volatile uint32_t *)(registers + (uintptr_t)offset);
}

static uint64_t rtc_ns(void)
{
    uint64_t low = *rtc(TIME_LOW);

    return (uint64_t)*rtc(TIME_HIGH) << 32 | low;
}

static void next_period(void)
{
    due += PERIOD_NS;
    *rtc(ALARM_HIGH) = (uint32_t)(due >> 32);
    *rtc(ALARM_LOW) = (uint32_t)due;
}

static void show(const char *what, uint64_t number, const char *unit)
{
    microkit_dbg_puts(what);
    microkit_dbg_put32((seL4_Uint32)number);
    microkit_dbg_puts(unit);
}

static uint64_t percent(uintptr_t account, uint64_t elapsed)
{
    return (*(volatile const uint64_t *)account * 100 + elapsed / 2) / elapsed;
}

void init(void)
{
    *rtc(IRQ_ENABLED) = 1;
    began = clock_ticks();
    due = rtc_ns();
    next_period();
}

void notified(microkit_channel ch)
{
    uint64_t late = rtc_ns() - due;

    worst = late > worst ? late : worst;
    *rtc(CLEAR_INTERRUPT) = 1;
    microkit_irq_ack(ch);
    if (++periods < PERIODS) {
        next_period();
        return;
    }
    show("control: started ", periods, " times");
    show(", at most ", worst / 1000, " us late\n");
    show("hog: had ", percent(hog_time, clock_ticks() - began), " percent of the time\n");
    show("background: had ", percent(background_time, clock_ticks() - began), " percent of the time\n");
}
