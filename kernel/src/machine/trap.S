/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way into the kernel and out of it. sscratch holds the current thread's context (struct tcb, registers first)
 * while user mode runs, and 0 while the kernel runs, which is how a trap taken by the kernel itself is recognised.
 */
    /* As in postern/abi.h (checked in syscall.c). */
    .equ PN_SYS_CALL, -1
    .equ PN_SYS_REPLY_RECV, -2

    /* All but x4 (tp), x5 (t0) and x10 (a0). */
    .macro user_registers operation, base
    .irp n, 1,2,3,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation x\n, \n*8(\base)
    .endr
    .endm

    .section .text.trap, "ax"
    .balign 64
    .globl trap_entry
trap_entry:
    csrrw tp, sscratch, tp
    beqz tp, trap_in_kernel
    sd t0, 5*8(tp)
    sd a0, 10*8(tp)
    user_registers sd, tp
    csrrw t0, sscratch, zero
    sd t0, 4*8(tp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, kernel_stack_top
    csrr t1, sepc
    csrr t2, scause
    li t0, 8
    bne t2, t0, 1f
    addi t1, t1, 4
    sd t1, 0(tp)
    li t0, PN_SYS_CALL
    bne a7, t0, 3f
    /* The short ways take their arguments from where user code put them, and this thread. */
    mv a7, tp
    call fast_call
    beqz a0, 5f

    /* a0: context of the thread to run. */
    .globl trap_return
trap_return:
    /* A load reservation of the thread that ran must not survive into the next one. */
    sc.d zero, zero, (sp)
    csrw sscratch, a0
    ld t0, 0(a0)
    csrw sepc, t0
    user_registers ld, a0
    ld tp, 4*8(a0)
    ld t0, 5*8(a0)
    ld a0, 10*8(a0)
    sret

3:  li t0, PN_SYS_REPLY_RECV
    bne a7, t0, 4f
    mv a7, tp
    call fast_reply_receive
    bnez a0, trap_return
    mv a0, tp
    call handle_reply_receive
    j trap_return
4:  mv a0, tp
    call handle_syscall
    j trap_return
5:  mv a0, tp
    call handle_call
    j trap_return

1:  sd t1, 0(tp)
    mv a0, tp
    mv a1, t2
    bltz a1, 2f
    csrr a2, stval
    call handle_exception
    j trap_return
2:  call handle_interrupt
    j trap_return

    /* The kernel itself trapped: its stack may be gone, so report on another one. */
trap_in_kernel:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, emergency_stack_top
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call handle_kernel_trap
