/* SPDX-License-Identifier: BSD-2-Clause */
/* What all measurements share: time stamps in executed instructions and how they become one figure. */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include "../lib/test.h"

#define BENCH_ROUNDS 2000
#define BENCH_WARMUP 64

/* The counter just before an instruction and just behind it, each read by its neighbour. */
struct stamps {
    word before;
    word after;
};

/* Instructions executed between two readings of the counter, the readings themselves excluded. */
static inline word between(word earlier, word later)
{
    return later - earlier - 1;
}

/* One system call, its answer in 'r'. */
static inline struct stamps timed_syscall(int64_t number, struct regs *r)
{
    register word a0 __asm__("a0") = r->a0;
    register word a1 __asm__("a1") = r->a1;
    register word a2 __asm__("a2") = r->a2;
    register word a3 __asm__("a3") = r->a3;
    register word a4 __asm__("a4") = r->a4;
    register word a5 __asm__("a5") = r->a5;
    register word a6 __asm__("a6") = r->a6;
    register word a7 __asm__("a7") = (word)number;
    struct stamps at;
    __asm__ volatile("rdinstret %0\n\tecall\n\trdinstret %1"
                     : "=&r"(at.before), "=&r"(at.after), "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5)
                     : "r"(a6), "r"(a7)
                     : "memory");
    r->a0 = a0;
    r->a1 = a1;
    r->a2 = a2;
    r->a3 = a3;
    r->a4 = a4;
    r->a5 = a5;
    return at;
}

/* Called before each round, outside of what is measured; the one in the middle calls bench_middle, where
 * tests/bench/steps.py begins to watch. */
void bench_middle(void);
static inline void bench_round(unsigned round)
{
    if (round == BENCH_WARMUP + BENCH_ROUNDS / 2)
        bench_middle();
}

/* Median of BENCH_ROUNDS values, which are sorted by this. */
word bench_median(word *values);

#endif
