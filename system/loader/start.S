/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First instructions of the image, entered by the firmware: S-mode, MMU off, a0 hart, a1 device tree. Runs wherever it
 * was loaded; the header behind the first jump tells the composer that this is a loader and how long it is.
 */
    .section .text.start, "ax"
    .globl _start
    .option norvc
_start:
    j       1f
    .balign 8
    .quad   0x3144414f4c4e5450 /* IMAGE_LOADER_MAGIC */
    .quad   loader_end - _start
1:  csrw    sie, zero
    la      t0, trap
    csrw    stvec, t0
    la      sp, loader_stack_top
    la      a2, _start
    la      a3, loader_end
    call    loader_main
2:  wfi
    j       2b

    .balign 4
trap:
    la      sp, loader_stack_top
    csrr    a0, stval
    call    loader_trap
    j       2b

/* void loader_enter(boot, kernel): leave for the kernel for good. */
    .globl loader_enter
loader_enter:
    fence   rw, rw
    fence.i
    jr      a1
