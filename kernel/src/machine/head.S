/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First instructions: from wherever the loader put the image, with the MMU off, to boot_main at the kernel's
 * own virtual address. In: a0 physical address of the boot descriptor.
 */
#include <postern/limits.h>

    .section .text.start, "ax"
    .globl _start
_start:
    csrw sie, zero
    rdtime s1
    rdinstret s2
    mv s0, a0
    lla t0, early_trap
    csrw stvec, t0
    li t0, 0xc6122          /* SUM, MXR, FS, SPP, SPIE, SIE off */
    csrc sstatus, t0
    .option push
    .option norelax
    lla gp, __global_pointer$
    lla sp, kernel_stack_top
    lla t0, __clear_start
    lla t1, __clear_end
    .option pop
1:  sd zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b

    /* Functions of the kernel preserve no register but s0 and sp. */
    addi sp, sp, -16
    sd s1, 0(sp)
    sd s2, 8(sp)
    call kernel_map_build   /* a0: satp */
    ld s1, 0(sp)
    ld s2, 8(sp)

    /* Switching the MMU on faults at the next instruction, whose handler is the same place at its high address. */
    .option push
    .option norelax
    lla s3, _start
    ld t1, start_virtual
    sub t2, t1, s3
    lla t0, 2f
    add t0, t0, t2
    .option pop
    csrw stvec, t0
    sfence.vma
    csrw satp, a0
    .balign 4
2:  .option push
    .option norelax
    lla gp, __global_pointer$
    lla sp, kernel_stack_top
    lla t0, trap_in_kernel_entry
    .option pop
    csrw stvec, t0
    csrw sscratch, zero
    mv a0, s0
    mv a1, s3
    mv a2, s1
    mv a3, s2
    call boot_main          /* a0: context of the root task */
    lla t0, trap_entry
    csrw stvec, t0
    li t0, 0x100            /* SPP: return to user mode (the trap that switched the MMU on had set it) */
    csrc sstatus, t0
    li t0, 0x20             /* SPIE: user mode runs with interrupts on */
    csrs sstatus, t0
    tail trap_return

    .balign 8
start_virtual:
    .dword _start

    .balign 4
early_trap:
    wfi
    j early_trap

    /* Traps during boot: nothing but a report. */
    .balign 4
trap_in_kernel_entry:
    lla sp, emergency_stack_top
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call handle_kernel_trap

    /* bool machine_probe_stimecmp(void): a trap at the write means no. */
    .globl machine_probe_stimecmp
machine_probe_stimecmp:
    csrr t0, stvec
    lla t1, 3f
    csrw stvec, t1
    li a0, 0
    li t2, -1
    csrw 0x14d, t2
    li a0, 1
    .balign 4
3:  csrw stvec, t0
    ret
