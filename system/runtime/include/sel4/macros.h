/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's helper macros, as far as they mean something for a program.
 */
#ifndef SEL4_MACROS_H
#define SEL4_MACROS_H

#define SEL4_PACKED                 __attribute__((packed))
#define SEL4_DEPRECATED(reason)     __attribute__((deprecated(reason)))
#define SEL4_OFFSETOF(type, member) __builtin_offsetof(type, member)

#define LIBSEL4_UNUSED      __attribute__((unused))
#define LIBSEL4_WEAK        __attribute__((weak))
#define LIBSEL4_NOINLINE    __attribute__((noinline))
#define LIBSEL4_INLINE      static inline
#define LIBSEL4_INLINE_FUNC static inline
#define LIBSEL4_BIT(n)      (1UL << (n))

#ifdef __cplusplus
#define SEL4_COMPILE_ASSERT(name, condition) static_assert(condition, #name);
#else
#define SEL4_COMPILE_ASSERT(name, condition) _Static_assert(condition, #name);
#endif

/* Makes an enumeration as wide as a word. */
#define SEL4_FORCE_LONG_ENUM(type) sel4_widest_##type = 0x7fffffffffffffff

/* Marks what libsel4 has and this kernel has not: using it is a compile error that says why. */
#define SEL4_ABSENT(reason) __attribute__((error("not available: " reason)))

#endif
