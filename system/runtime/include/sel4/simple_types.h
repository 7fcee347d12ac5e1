/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsel4's numbers for riscv64, and how printf writes them.
 */
#ifndef SEL4_SIMPLE_TYPES_H
#define SEL4_SIMPLE_TYPES_H

typedef signed char seL4_Int8;
typedef unsigned char seL4_Uint8;
typedef short seL4_Int16;
typedef unsigned short seL4_Uint16;
typedef int seL4_Int32;
typedef unsigned int seL4_Uint32;
typedef long seL4_Int64;
typedef unsigned long seL4_Uint64;
typedef seL4_Uint64 seL4_Word;
typedef seL4_Word seL4_CPtr;
typedef seL4_Word seL4_NodeId;
typedef seL4_Int8 seL4_Bool;

#define seL4_True  1
#define seL4_False 0

#ifdef __cplusplus
#define seL4_Null 0L
#else
#define seL4_Null ((void *)0)
#endif

#define SEL4_WORD_CONST(number) number##UL
#define SEL4_PRId_word          "ld"
#define SEL4_PRIi_word          "li"
#define SEL4_PRIu_word          "lu"
#define SEL4_PRIx_word          "lx"

#endif
