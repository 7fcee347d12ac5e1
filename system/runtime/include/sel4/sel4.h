/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of libsel4 that Microkit programs reach (docs/microkit.md lists it).
 */
#ifndef SEL4_SEL4_H
#define SEL4_SEL4_H

#include <sel4/config.h>
#include <sel4/types.h>
#include <sel4/functions.h>
#include <sel4/syscalls.h>
#include <sel4/syscalls_mrs.h>
#include <sel4/debug.h>
#include <sel4/invocation.h>
#include <sel4/absent.h>
#include <sel4/faults.h>
#include <sel4/assert.h>

#endif
