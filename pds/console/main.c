/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: everybody's log lines and the operator's shell on one serial line.
 */
#include <microkit.h>
#include <postern/protocol/bytes.h>
#include <postern/ring_port.h>
#include "merge.h"
#include "output.h"
#include "ports.h"
#include "shell.h"

static struct ring input;

static void read_input(void)
{
    uint8_t bytes[UART_RX_SLOT_SIZE];
    uint32_t kind, length, tries;

    for (tries = 0; tries < ring_batch(&input); tries++) {
        enum ring_status status = ring_pop(&input, &kind, bytes, sizeof bytes, &length);

        if (status == RING_OK && kind == BYTES_DATA) {
            shell_input(bytes, length);
        } else if (status == RING_PEER_BAD || (status == RING_EMPTY && !ring_consumer_has_more(&input))) {
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

void notified(microkit_channel ch)
{
    if (ch == uart_rx_id) {
        read_input();
    } else {
        print_lines();
    }
    output_flush();
}

void init(void)
{
    output_start();
    merge_start();
    RING_CONSUMER(&input, uart_rx, UART_RX);
    shell_start();
    output_printf("\nPostern gateway. `help` lists the commands.\n");
    print_lines();
    output_flush();
}
