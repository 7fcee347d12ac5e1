/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to the serial line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <postern/metrics.h>
#include <postern/protocol/bytes.h>
#include <postern/ring_port.h>
#include "ports.h"
#include "output.h"

#define BUFFER_SIZE 8192
#define LINE_MAX    200

static struct ring ring;
static char buffer[BUFFER_SIZE];
static size_t used;
static uint64_t *metric_output;

void output_start(void)
{
    RING_PRODUCER(&ring, uart_tx, UART_TX);
    metric_output = metrics_add("output");
    used = 0;
}

size_t output_room(void)
{
    return BUFFER_SIZE - used;
}

static void put(char c)
{
    if (used < BUFFER_SIZE) {
        buffer[used++] = c;
    }
}

void output_write(const char *text, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        if (text[i] == '\n') {
            put('\r');
        }
        put(text[i]);
    }
}

void output_printf(const char *format, ...)
{
    char line[LINE_MAX];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length > 0) {
        output_write(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    }
}

void output_flush(void)
{
    size_t sent = 0;

    while (sent < used) {
        size_t room = ring_payload_max(&ring);
        size_t length = used - sent < room ? used - sent : room;
        enum ring_status status = ring_push(&ring, BYTES_DATA, buffer + sent, (uint32_t)length);

        if (status == RING_OK) {
            sent += length;
            metric_add(metric_output, length);
        } else if (status != RING_RESTARTED && !ring_producer_has_space(&ring)) {
            break;
        }
    }
    memmove(buffer, buffer + sent, used - sent);
    used -= sent;
    ring_notify(&ring, uart_tx_id);
}
