/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the root task (a0: bootinfo) and of the worker, which runs the same code in its own address space. */
    .section .text.start, "ax"
    .globl _start
_start:
    la sp, root_stack_top
    call root_main
1:  j 1b

    .globl worker_start
worker_start:
    call worker_main
2:  j 2b

    .section .bss
    .balign 16
    .space 0x2000
root_stack_top:
    .space 0x2000
    .globl worker_stack_top
worker_stack_top:
