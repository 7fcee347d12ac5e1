/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver of a 16550 serial port: received bytes by interrupt into a small buffer, sent bytes by waiting.
 */
#include <stdint.h>
#include <microkit.h>

#include "protocol.h"

#define INTERRUPT 0
#define CLIENT    1
#define SIZE      64u

enum uart_register { DATA = 0, INTERRUPT_ENABLE = 1, FIFO_CONTROL = 2, MODEM_CONTROL = 4, LINE_STATUS = 5 };

#define ENABLE_RECEIVE 0x01
#define FIFO_ON        0x01
#define OUT2           0x08 /* gates the interrupt line */
#define RECEIVED       0x01
#define CAN_SEND       0x20

uintptr_t registers;

static uint8_t buffer[SIZE];
static uint32_t put, taken; /* only grow; their difference is what is in the buffer */

static volatile uint8_t *uart(enum uart_register offset)
{
    return (volatile uint8_t *)(registers + (uintptr_t)offset);
}

void init(void)
{
    *uart(FIFO_CONTROL) = FIFO_ON;
    *uart(MODEM_CONTROL) = OUT2;
    *uart(INTERRUPT_ENABLE) = ENABLE_RECEIVE;
}

/* Bytes for which there is no room are lost, as on any serial line without flow control. */
void notified(microkit_channel ch)
{
    while (*uart(LINE_STATUS) & RECEIVED) {
        uint8_t byte = *uart(DATA);

        if (put - taken < SIZE) {
            buffer[put++ % SIZE] = byte;
        }
    }
    microkit_irq_ack(ch);
    microkit_notify(CLIENT);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    seL4_Word label = microkit_msginfo_get_label(request);
    seL4_Word count = microkit_msginfo_get_count(request);

    (void)ch;
    if (label == REQUEST_READ && count == 0) {
        if (put == taken) {
            return microkit_msginfo_new(ANSWER_EMPTY, 0);
        }
        microkit_mr_set(0, buffer[taken++ % SIZE]);
        return microkit_msginfo_new(ANSWER_OK, 1);
    }
    if (label == REQUEST_WRITE && count == 1) {
        while (!(*uart(LINE_STATUS) & CAN_SEND)) {
        }
        *uart(DATA) = (uint8_t)microkit_mr_get(0);
        return microkit_msginfo_new(ANSWER_OK, 0);
    }
    return microkit_msginfo_new(ANSWER_REFUSED, 0);
}
