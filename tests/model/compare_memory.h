/* SPDX-License-Identifier: BSD-2-Clause */
/* Capability slots, untyped memory and page tables: the state that seal freezes. */
#ifndef MODEL_COMPARE_MEMORY_H
#define MODEL_COMPARE_MEMORY_H

#include <stdint.h>

/* What differs, in words, or NULL. Between changes of the model the kernel's words must not change at all. */
const char *compare_memory(void);
void compare_memory_reset(void);

/* satp of an address space. */
uint64_t compare_satp(uint16_t vspace);

#endif
