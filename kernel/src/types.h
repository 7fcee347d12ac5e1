/* SPDX-License-Identifier: BSD-2-Clause */
/* Short names of the fixed-width integers, and the index value that names no object. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* "No object" in every field that holds the index of an object: pools of linked objects begin at 1. */
#define NIL ((u16)0)

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Functions off the quick paths: never inlined, so that the quick paths stay short. */
#define COLD  __attribute__((noinline))
#define QUICK __attribute__((noinline))

#endif
