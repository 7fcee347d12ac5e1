/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt that comes during init() is acknowledged by the runtime: the next one comes although this
 * program never acknowledges.
 */
#include <stdint.h>
#include <microkit.h>

#define SOON_NS 2000000u

enum rtc_register {
    TIME_LOW = 0x00,
    TIME_HIGH = 0x04,
    ALARM_LOW = 0x08,
    ALARM_HIGH = 0x0c,
    IRQ_ENABLED = 0x10,
    ALARM_STATUS = 0x18,
    CLEAR_INTERRUPT = 0x1c
};

uintptr_t registers; /* set by the tool */

static volatile uint32_t *rtc(enum rtc_register offset)
{
    return (volatile uint32_t *)(registers + (uintptr_t)offset);
}

static void arm(void)
{
    uint64_t at = *rtc(TIME_LOW);

    at = (at | (uint64_t)*rtc(TIME_HIGH) << 32) + SOON_NS;
    *rtc(ALARM_HIGH) = (uint32_t)(at >> 32);
    *rtc(ALARM_LOW) = (uint32_t)at;
}

void init(void)
{
    *rtc(IRQ_ENABLED) = 1;
    arm();
    while (*rtc(ALARM_STATUS) != 0) {
    }
    *rtc(CLEAR_INTERRUPT) = 1;
    microkit_dbg_puts("irq: fired during init\n");
}

void notified(microkit_channel ch)
{
    microkit_dbg_puts("irq: notified ");
    microkit_dbg_put8((seL4_Uint8)ch);
    microkit_dbg_puts("\n");
    *rtc(CLEAR_INTERRUPT) = 1;
    arm();
}
