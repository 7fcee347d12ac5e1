/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that the compiler expects of every freestanding program. */
#ifndef KERNEL_MACHINE_MEMORY_H
#define KERNEL_MACHINE_MEMORY_H

#include "types.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

#endif
