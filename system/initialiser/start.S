/* SPDX-License-Identifier: BSD-2-Clause */
/* First instruction of the root task: a0 bootinfo, sp set by the kernel. */
    .section .text.start, "ax"
    .globl _start
_start:
    call    initialiser_main
1:  j       1b
