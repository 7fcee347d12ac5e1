/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of every protection domain, at the first start and at every restart: whatever state the program died in, it
 * finds everything of its own as new. gp and sp are set, .data is restored from the pristine copy if the composer
 * provided one, the rest of .bss, the stack, the message buffer and the FPU are cleared. Then the C part, which never
 * returns, runs. Nothing here relies on a register: a restart sets the program counter alone.
 */
#include <postern/limits.h>

    /* Linker scripts of others need not place a block for thread-local variables. */
    .weak __tls_block

    /* What the earlier incarnation left behind is told before it is cleared, if the program wants it. */
    .weak postern_last_words

    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norvc
    j       .Lbegin
    /* At entry + 4 in every program: where one that has nothing more to do stays, and where a debug build of a parent
     * sends a child that is to run in circles. */
.Lhalt:
    j       .Lhalt
    .option pop
.Lbegin:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      t0, postern_last_words
    beqz    t0, 6f
    /* The stack is what it speaks of: it runs on the message buffer, which is cleared below. */
    mv      a0, sp
    li      a2, PN_STACK_TOP
    la      a1, postern_stack_size
    ld      a1, 0(a1)
    sub     a1, a2, a1
    li      sp, PN_MSGBUF_VADDR + PN_PAGE_SIZE
    jalr    t0
6:  li      sp, PN_STACK_TOP
    la      t0, postern_template
    ld      t0, 0(t0)
    li      t3, -1
    beq     t0, t3, 4f
    la      t1, _data
    la      t2, postern_template_size
    ld      t2, 0(t2)
    add     t2, t1, t2
1:  bgeu    t1, t2, 2f
    ld      t3, 0(t0)
    sd      t3, 0(t1)
    addi    t0, t0, 8
    addi    t1, t1, 8
    j       1b
2:  la      t2, _bss_end
    call    clear
    la      t1, postern_stack_size
    ld      t1, 0(t1)
    mv      t2, sp
    sub     t1, t2, t1
    call    clear
    li      t1, PN_MSGBUF_VADDR
    li      t2, PN_MSGBUF_VADDR + PN_PAGE_SIZE
    call    clear
    la      t1, postern_fpu
    ld      t1, 0(t1)
    beqz    t1, 4f
    call    postern_reset_fpu
4:  la      tp, __tls_block
    call    microkit_main
    j       .Lhalt

/* Zeroes from t1 up to t2, in words. */
clear:
    bgeu    t1, t2, 6f
    sd      zero, 0(t1)
    addi    t1, t1, 8
    j       clear
6:  ret

/* Address and size of the pristine copy of what follows _data, set in the image by the composer. The copy may reach into
 * .bss, where descriptions patch variables too; the rest starts as zero. Address -1: there is no copy, and the image's
 * loader has prepared everything. Read-only, so that a program that went astray cannot change where its data comes from.
 */
    .section .rodata.postern, "a"
    .balign 8
    .globl postern_template
    .type postern_template, @object
    .size postern_template, 8
postern_template:
    .dword  -1
    .globl postern_template_size
    .type postern_template_size, @object
    .size postern_template_size, 8
postern_template_size:
    .dword  0
/* The stack's bytes, and whether the FPU may be used: 0 unless the composer sets them. */
    .globl postern_stack_size
    .type postern_stack_size, @object
    .size postern_stack_size, 8
postern_stack_size:
    .dword  0
    .globl postern_fpu
    .type postern_fpu, @object
    .size postern_fpu, 8
postern_fpu:
    .dword  0
