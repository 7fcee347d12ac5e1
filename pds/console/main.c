/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: everybody's log lines and the operator's shell on one serial line.
 */
#include <microkit.h>
#include <postern/metrics.h>
#include <postern/protocol/bytes.h>
#include <postern/ring_port.h>
#include "merge.h"
#include "output.h"
#include "ports.h"
#include "shell.h"

static struct ring input;
static uint64_t *metric_input, *metric_bad;

static void read_input(void)
{
    uint8_t bytes[UART_RX_SLOT_SIZE];
    uint32_t kind, length, tries;

    for (tries = 0; tries < ring_batch(&input); tries++) {
        enum ring_status status = ring_pop(&input, &kind, bytes, sizeof bytes, &length);

        if (status == RING_OK && kind == BYTES_DATA) {
            metric_add(metric_input, length);
            shell_input(bytes, length);
        } else if (status == RING_OK || status == RING_TOO_LONG) {
            metric_add(metric_bad, 1);
        } else if (status == RING_EMPTY || status == RING_PEER_BAD) {
            return;
        }
    }
}

static void print_lines(void)
{
    if (merge_ready()) {
        shell_hide();
        merge_run();
        shell_redraw();
    }
}

/* In rounds: whoever sends without end holds nobody else up, and what is left after a round is not forgotten.
 */
static void serve(void)
{
    do {
        read_input();
        print_lines();
        output_flush();
    } while (merge_ready() || ring_consumer_has_more(&input));
    ring_metrics_update();
}

void notified(microkit_channel ch)
{
    (void)ch;
    serve();
}

void init(void)
{
    metrics_start(console_metrics);
    metric_input = metrics_add("input");
    metric_bad = metrics_add("bad_messages");
    output_start();
    merge_start();
    RING_CONSUMER(&input, uart_rx, UART_RX);
    shell_start();
    output_printf("\nPostern gateway. `help` lists the commands.\n");
    serve();
}
