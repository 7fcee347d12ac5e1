/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on the firmware's console, in debug builds only. */
#ifndef KERNEL_DEBUG_PRINT_H
#define KERNEL_DEBUG_PRINT_H

#include "types.h"

void print_text(const char *text);
void print_number(u64 value);
void print_hex(u64 value);

#endif
