/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where libsel4 has seL4_DebugAssert.
 */
#ifndef SEL4_DEBUG_ASSERT_H
#define SEL4_DEBUG_ASSERT_H

#include <sel4/assert.h>

#endif
