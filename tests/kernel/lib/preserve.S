/* SPDX-License-Identifier: BSD-2-Clause */
/* word call_preserving(cptr ep): Call with every register that must survive set to a value of its own. Answer: 0 if
 * all of them still have it. */
    .section .text
    .globl call_preserving
call_preserving:
    addi sp, sp, -128
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    sd tp, 104(sp)
    sd gp, 112(sp)
    sd sp, 120(sp)
    .irp r, ra,gp,tp,t0,t1,t2,t3,t4,t5,t6,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,a6
    la \r, mark_\r
    .endr
    li a1, 0
    li a7, -1
    ecall
    addi a7, a7, 1
    mv a0, a7
    .irp r, ra,gp,tp,t0,t1,t2,t3,t4,t5,t6,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,a6
    la a2, mark_\r
    xor a2, a2, \r
    or a0, a0, a2
    .endr
    ld a2, 120(sp)
    xor a2, a2, sp
    or a0, a0, a2
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    ld tp, 104(sp)
    ld gp, 112(sp)
    addi sp, sp, 128
    ret

    .section .rodata
    .irp r, ra,gp,tp,t0,t1,t2,t3,t4,t5,t6,s0,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,s11,a6
mark_\r:
    .dword 0
    .endr
