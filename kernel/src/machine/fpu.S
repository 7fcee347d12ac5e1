/* SPDX-License-Identifier: BSD-2-Clause */
/* FPU registers to and from memory; the caller has switched the FPU on. Layout: struct fpu_state. */
    .option arch, +d
    .section .text
    .macro each operation
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation f\n, \n*8(a0)
    .endr
    .endm

    .globl machine_fpu_save
machine_fpu_save:
    each fsd
    frcsr t0
    sd t0, 256(a0)
    ret

    .globl machine_fpu_restore
machine_fpu_restore:
    each fld
    ld t0, 256(a0)
    fscsr t0
    ret
