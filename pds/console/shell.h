/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operator's shell: a prompt, a line, a command.
 */
#ifndef SHELL_H
#define SHELL_H

#include <stddef.h>
#include <stdint.h>

void shell_start(void);

/* Bytes from the serial line. */
void shell_input(const uint8_t *bytes, size_t count);

/* Show prompt and unfinished line again after other output. */
void shell_redraw(void);

/* Erase prompt and unfinished line before other output. */
void shell_hide(void);

#endif
