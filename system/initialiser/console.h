/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saying why the system cannot be built. Release kernels have no console: there the message is lost and the
 * task stops.
 */
#ifndef INITIALISER_CONSOLE_H
#define INITIALISER_CONSOLE_H

#include <stdint.h>

/* "initialiser: WHAT for 'NAME': error N", then stop for good. */
_Noreturn void console_stop(const char *what, const char *name, uint64_t error);

/* Tell a debug kernel what a thread is called; release kernels do not know names. */
void console_name(uint64_t tcb_slot, const char *name);

#endif
