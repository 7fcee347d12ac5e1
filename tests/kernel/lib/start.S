/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the root task, and entry of every thread that a test creates (s0 function, a0 argument). */
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, root_stack_top
    call root_main
1:  j 1b

    .globl thread_entry
thread_entry:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    ld t0, 0(a0)
    ld a0, 8(a0)
    jalr t0
    call thread_finished
2:  j 2b

    .section .bss
    .balign 16
    .space 0x4000
root_stack_top:
