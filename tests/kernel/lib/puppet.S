/* SPDX-License-Identifier: BSD-2-Clause */
/* What a puppet runs (puppet.h), and how a thread writes all its registers down. */
    .section .text
    .globl puppet_ecall
    .globl puppet_break
    .option push
    .option norvc
    .balign 4
puppet_ecall:
    ecall
puppet_break:
    ebreak
1:  j 1b
    .option pop

    /* Stores ra, sp, gp, tp, t0..t6, s0..s11, a0..a7 (x1..x31 in order of number) at the address 'puppet_dump_here',
     * except that x31 is lost, then traps. */
    .globl puppet_dump
puppet_dump:
    .option push
    .option norelax
    la t6, puppet_dump_here
    .option pop
    sd x1, 1*8(t6)
    sd x2, 2*8(t6)
    sd x3, 3*8(t6)
    sd x4, 4*8(t6)
    sd x5, 5*8(t6)
    sd x6, 6*8(t6)
    sd x7, 7*8(t6)
    sd x8, 8*8(t6)
    sd x9, 9*8(t6)
    sd x10, 10*8(t6)
    sd x11, 11*8(t6)
    sd x12, 12*8(t6)
    sd x13, 13*8(t6)
    sd x14, 14*8(t6)
    sd x15, 15*8(t6)
    sd x16, 16*8(t6)
    sd x17, 17*8(t6)
    sd x18, 18*8(t6)
    sd x19, 19*8(t6)
    sd x20, 20*8(t6)
    sd x21, 21*8(t6)
    sd x22, 22*8(t6)
    sd x23, 23*8(t6)
    sd x24, 24*8(t6)
    sd x25, 25*8(t6)
    sd x26, 26*8(t6)
    sd x27, 27*8(t6)
    sd x28, 28*8(t6)
    sd x29, 29*8(t6)
    sd x30, 30*8(t6)
    ebreak
2:  j 2b

    .section .bss
    .balign 8
    .globl puppet_dump_here
puppet_dump_here:
    .space 256
