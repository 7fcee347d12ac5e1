/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's system calls as C functions, for test programs. */
#ifndef TEST_SYS_H
#define TEST_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <postern/abi.h>
#include <postern/boot.h>

typedef uint64_t word;

/* Registers of one system call, in and out. */
struct regs {
    word a0, a1, a2, a3, a4, a5, a6, t0;
};

static inline void syscall(int64_t number, struct regs *r)
{
    register word a0 __asm__("a0") = r->a0;
    register word a1 __asm__("a1") = r->a1;
    register word a2 __asm__("a2") = r->a2;
    register word a3 __asm__("a3") = r->a3;
    register word a4 __asm__("a4") = r->a4;
    register word a5 __asm__("a5") = r->a5;
    register word a6 __asm__("a6") = r->a6;
    register word a7 __asm__("a7") = (word)number;
    register word t0 __asm__("t0") = r->t0;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7), "r"(t0)
                     : "memory");
    r->a0 = a0;
    r->a1 = a1;
    r->a2 = a2;
    r->a3 = a3;
    r->a4 = a4;
    r->a5 = a5;
}

static inline word info(word label, word length)
{
    return label << PN_MSGINFO_LABEL_SHIFT | length;
}

static inline word label_of(word message_info)
{
    return message_info >> PN_MSGINFO_LABEL_SHIFT;
}

static inline word length_of(word message_info)
{
    return message_info & PN_MSGINFO_LENGTH_MASK;
}

/* Word i >= 4 of the calling thread's message buffer at 'buffer'. */
static inline volatile word *message_word(word buffer, unsigned i)
{
    return (volatile word *)buffer + 1 + i;
}

static inline word read_time(void)
{
    word value;
    __asm__ volatile("rdtime %0" : "=r"(value));
    return value;
}

#endif
