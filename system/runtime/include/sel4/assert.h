/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's assertions. A failed one prints its place in debug builds and stops the program with a fault at
 * address 0; a program may define __assert_fail itself.
 */
#ifndef SEL4_ASSERT_H
#define SEL4_ASSERT_H

#include <sel4/config.h>
#include <sel4/macros.h>

#ifdef __cplusplus
extern "C" {
#endif

void __assert_fail(const char *text, const char *file, int line, const char *function);

#ifdef __cplusplus
}
#endif

#define seL4_Fail(text)        __assert_fail(text, __FILE__, __LINE__, __func__)
#define seL4_Assert(condition) ((condition) ? (void)0 : seL4_Fail(#condition))

#ifdef CONFIG_DEBUG_BUILD
#define seL4_DebugAssert(condition) seL4_Assert(condition)
#else
#define seL4_DebugAssert(condition) ((void)0)
#endif

#define seL4_CompileTimeAssert(condition) SEL4_COMPILE_ASSERT(seL4_CompileTimeAssert, condition)

#endif
