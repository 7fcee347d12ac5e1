/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to the serial line: a bounded buffer in front of the ring to the UART driver. When it is full, callers
 * wait for their turn (output_room), so that nothing is cut in the middle of a line.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

void output_start(void);

/* Bytes that can be written now without loss. */
size_t output_room(void);

/* Queue text; what does not fit is dropped and counted. "\n" becomes "\r\n". */
void output_write(const char *text, size_t length);
void output_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Move as much as possible to the UART driver. */
void output_flush(void);

#endif
