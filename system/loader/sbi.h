/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two firmware calls that the loader needs: a console to say what is wrong, and switching the machine
 * off.
 */
#ifndef LOADER_SBI_H
#define LOADER_SBI_H

#include <stdint.h>

void sbi_puts(const char *text);
void sbi_put_hex(uint64_t value);

/* Say "postern loader: REASON" (and a value) on the console and switch off. */
_Noreturn void loader_stop(const char *reason);
_Noreturn void loader_stop_at(const char *reason, uint64_t value);
/* Say "postern loader: PART: REASON". */
_Noreturn void loader_stop_in(const char *part, const char *reason);

#endif
