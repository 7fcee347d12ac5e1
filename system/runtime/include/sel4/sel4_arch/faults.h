/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has what depends on the machine: one header serves here.
 */
#ifndef SEL4_SEL4_ARCH_FAULTS_H
#define SEL4_SEL4_ARCH_FAULTS_H

#include <sel4/faults.h>

#endif
