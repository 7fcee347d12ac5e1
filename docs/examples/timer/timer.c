/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver of QEMU's goldfish real-time clock, whose alarm gives an interrupt: one time-out for one client.
 */
#include <stdint.h>
#include <microkit.h>

#include "protocol.h"

#define ALARM  0
#define CLIENT 1

enum rtc_register {
    TIME_LOW = 0x00, /* reading it latches the high word */
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08, /* writing it arms the alarm with the high word written before */
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    CLEAR_ALARM = 0x14,
    CLEAR_INTERRUPT = 0x1c
};

uintptr_t registers;

static volatile uint32_t *rtc(enum rtc_register offset)
{
    return (volatile uint32_t *)(registers + (uintptr_t)offset);
}

void init(void)
{
    *rtc(CLEAR_ALARM) = 1;
    *rtc(CLEAR_INTERRUPT) = 1;
    *rtc(IRQ_ENABLED) = 1;
}

/* Quiet the device, then let the interrupt come again, then tell the client. */
void notified(microkit_channel ch)
{
    if (ch == ALARM) {
        *rtc(CLEAR_INTERRUPT) = 1;
        microkit_irq_ack(ch);
        microkit_notify(CLIENT);
    }
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    uint64_t at = microkit_mr_get(0);
    uint64_t low;

    if (ch != CLIENT || microkit_msginfo_get_label(request) != REQUEST_TIMEOUT ||
        microkit_msginfo_get_count(request) != 1 || at > TIMEOUT_MAX) {
        return microkit_msginfo_new(ANSWER_REFUSED, 0);
    }
    low = *rtc(TIME_LOW);
    at += (uint64_t)*rtc(TIME_HIGH) << 32 | low;
    *rtc(ALARM_HIGH) = (uint32_t)(at >> 32);
    *rtc(ALARM_LOW) = (uint32_t)at;
    return microkit_msginfo_new(ANSWER_OK, 0);
}
