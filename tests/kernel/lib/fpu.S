/* SPDX-License-Identifier: BSD-2-Clause */
/* All floating-point registers at once: void fpu_set(word seed), word fpu_check(word seed): register n holds
 * seed + n, fcsr the low bits of seed; answer: how many do not. */
    .option arch, +d
    .section .text

    .macro each operation
    \operation f0, 0
    \operation f1, 1
    \operation f2, 2
    \operation f3, 3
    \operation f4, 4
    \operation f5, 5
    \operation f6, 6
    \operation f7, 7
    \operation f8, 8
    \operation f9, 9
    \operation f10, 10
    \operation f11, 11
    \operation f12, 12
    \operation f13, 13
    \operation f14, 14
    \operation f15, 15
    \operation f16, 16
    \operation f17, 17
    \operation f18, 18
    \operation f19, 19
    \operation f20, 20
    \operation f21, 21
    \operation f22, 22
    \operation f23, 23
    \operation f24, 24
    \operation f25, 25
    \operation f26, 26
    \operation f27, 27
    \operation f28, 28
    \operation f29, 29
    \operation f30, 30
    \operation f31, 31
    .endm

    .macro put register, number
    addi t0, a0, \number
    fmv.d.x \register, t0
    .endm

    .macro compare register, number
    fmv.x.d t0, \register
    addi t1, a0, \number
    sub t0, t0, t1
    snez t0, t0
    add t2, t2, t0
    .endm

    .globl fpu_set
fpu_set:
    each put
    andi t0, a0, 0x1f
    fscsr t0
    ret

    .globl fpu_check
fpu_check:
    li t2, 0
    each compare
    frcsr t0
    andi t1, a0, 0x1f
    sub t0, t0, t1
    snez t0, t0
    add a0, t2, t0
    ret

    /* word fpu_not_zero(void): how many registers are not 0. */
    .macro nonzero register, number
    fmv.x.d t0, \register
    snez t0, t0
    add a0, a0, t0
    .endm

    .globl fpu_not_zero
fpu_not_zero:
    frcsr a0
    snez a0, a0
    each nonzero
    ret
