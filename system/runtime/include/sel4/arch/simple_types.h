/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has what depends on the machine: one header serves here.
 */
#ifndef SEL4_ARCH_SIMPLE_TYPES_H
#define SEL4_ARCH_SIMPLE_TYPES_H

#include <sel4/simple_types.h>

#endif
