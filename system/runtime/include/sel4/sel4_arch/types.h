/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has what depends on the machine: one header serves here.
 */
#ifndef SEL4_SEL4_ARCH_TYPES_H
#define SEL4_SEL4_ARCH_TYPES_H

#include <sel4/types.h>

#endif
