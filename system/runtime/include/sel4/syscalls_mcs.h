/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has the system calls of kernels with scheduling contexts: the only ones here.
 */
#ifndef SEL4_SYSCALLS_MCS_H
#define SEL4_SYSCALLS_MCS_H

#include <sel4/syscalls.h>
#include <sel4/syscalls_mrs.h>

#endif
