/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has what depends on the machine: one header serves here.
 */
#ifndef SEL4_ARCH_FUNCTIONS_H
#define SEL4_ARCH_FUNCTIONS_H

#include <sel4/functions.h>

#endif
