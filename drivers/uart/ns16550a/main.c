/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UART driver for 16550A-compatible controllers, interrupt driven, with the transmit FIFO: bytes from the
 * console's ring to the line, received bytes to the console's other ring. Every register is set at the start:
 * an earlier incarnation may have left anything in them.
 */
#include <microkit.h>
#include <postern/log.h>
#include <postern/metrics.h>
#include <postern/protocol/bytes.h>
#include <postern/ring_port.h>
#include "ports.h"

enum uart_register { UART_DATA = 0, UART_IER = 1, UART_FCR = 2, UART_LCR = 3, UART_MCR = 4, UART_LSR = 5 };
/* While LCR_DIVISOR is set, instead of data and interrupts. */
enum { UART_DIVISOR_LOW = 0, UART_DIVISOR_HIGH = 1 };

#define IER_RECEIVE  0x01
#define IER_TRANSMIT 0x02
#define IER_LINE     0x04
#define FCR_ENABLE   0x01
#define FCR_CLEAR    0x06
#define LCR_8N1      0x03
#define LCR_DIVISOR  0x80
#define MCR_DTR_RTS  0x03
#define MCR_OUT2     0x08 /* gates the interrupt line */
#define LSR_READY    0x01
#define LSR_ERRORS   0x1e /* overrun, parity, framing, break */
#define LSR_TX_EMPTY 0x20
#define FIFO_DEPTH   16

/* QEMU virt's clock, from its device tree, and the rate that the firmware uses. */
#define UART_CLOCK_HZ 3686400u
#define UART_BAUD     115200u
#define DIVISOR       (UART_CLOCK_HZ / 16u / UART_BAUD)

static struct ring tx, rx;
static uint8_t line_out[UART_TX_SLOT_SIZE]; /* the message being sent */
static uint32_t out_at, out_length;
static bool receiving, transmitting; /* which interrupts are wanted */
static uint64_t *metric_sent, *metric_received, *metric_dropped, *metric_line_errors, *metric_bad;

static volatile uint8_t *uart(unsigned offset)
{
    return (volatile uint8_t *)(uintptr_t)(uart_regs + (uint64_t)offset);
}

/* The next message from the console into line_out; false if there is none. */
static bool fetch(void)
{
    uint32_t tries, kind;

    for (tries = 0; tries < ring_batch(&tx); tries++) {
        enum ring_status status = ring_pop(&tx, &kind, line_out, sizeof line_out, &out_length);

        out_at = 0;
        if (status == RING_OK && kind == BYTES_DATA && out_length > 0) {
            ring_notify(&tx, uart_tx_id);
            return true;
        }
        out_length = 0;
        metric_add(metric_bad, status == RING_OK || status == RING_TOO_LONG);
        if ((status == RING_EMPTY && !ring_consumer_has_more(&tx)) || status == RING_PEER_BAD) {
            return false;
        }
    }
    return false;
}

/* Interrupts as the two directions want them now. */
static void set_interrupts(void)
{
    *uart(UART_IER) = (uint8_t)(IER_LINE | (receiving ? IER_RECEIVE : 0) | (transmitting ? IER_TRANSMIT : 0));
}

/* Fill the FIFO once; ask for the transmit interrupt only while it matters when the FIFO becomes empty. */
static void transmit(void)
{
    uint32_t room = FIFO_DEPTH;

    transmitting = true;
    if (!(*uart(UART_LSR) & LSR_TX_EMPTY)) {
        return;
    }
    while (room > 0 && (out_at < out_length || fetch())) {
        *uart(UART_DATA) = line_out[out_at++];
        metric_add(metric_sent, 1);
        room--;
    }
    transmitting = room == 0;
}

/* Read up to `room` bytes from the FIFO. */
static uint32_t read_fifo(uint8_t *bytes, uint32_t room)
{
    uint32_t count = 0;

    while (count < room) {
        uint8_t status = *uart(UART_LSR);

        if (status & LSR_ERRORS) {
            metric_add(metric_line_errors, 1);
        }
        if (!(status & LSR_READY)) {
            break;
        }
        bytes[count++] = *uart(UART_DATA);
    }
    return count;
}

/* Received bytes go to the console while its ring has room; otherwise they stay in the FIFO, and the line's
 * own flow control holds the sender, until the console has made room. */
static void receive(void)
{
    uint8_t bytes[UART_RX_SLOT_SIZE - RING_SLOT_HEADER];
    uint32_t messages;

    receiving = true;
    for (messages = 0; messages < ring_batch(&rx); messages++) {
        uint32_t count;

        if (ring_space(&rx) == 0 && !ring_producer_has_space(&rx)) {
            receiving = false;
            break;
        }
        count = read_fifo(bytes, sizeof bytes);
        if (count == 0) {
            break;
        }
        metric_add(ring_push(&rx, BYTES_DATA, bytes, count) == RING_OK ? metric_received : metric_dropped,
                   count);
    }
    ring_notify(&rx, uart_rx_id);
}

void notified(microkit_channel ch)
{
    if (ch == uart_irq || ch == uart_rx_id) {
        receive();
    }
    if (ch == uart_irq || ch == uart_tx_id) {
        transmit();
    }
    set_interrupts();
    ring_metrics_update();
    if (ch == uart_irq) {
        irq_ack_soon(ch);
    }
}

static void set_line(void)
{
    *uart(UART_LCR) = LCR_8N1 | LCR_DIVISOR;
    *uart(UART_DIVISOR_LOW) = DIVISOR & 0xffu;
    *uart(UART_DIVISOR_HIGH) = DIVISOR >> 8;
    *uart(UART_LCR) = LCR_8N1;
}

void init(void)
{
    LOG_START();
    metrics_start(metrics);
    metric_sent = metrics_add("sent");
    metric_received = metrics_add("received");
    metric_dropped = metrics_add("dropped");
    metric_line_errors = metrics_add("line_errors");
    metric_bad = metrics_add("bad_messages");
    RING_CONSUMER(&tx, uart_tx, UART_TX);
    RING_PRODUCER(&rx, uart_rx, UART_RX);
    set_line();
    *uart(UART_IER) = 0;
    *uart(UART_FCR) = FCR_ENABLE | FCR_CLEAR;
    *uart(UART_MCR) = MCR_DTR_RTS | MCR_OUT2;
    receive();
    transmit();
    ring_notify(&tx, uart_tx_id);
    set_interrupts();
}
