/* SPDX-License-Identifier: BSD-2-Clause */
/* Start code of the bare-metal handshake benchmark, and the credentials that the runner made for it. */
    .section .text.start
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, bench_stack_end
    la tp, bench_tls
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  call main
3:  j 3b

    .globl bench_semihost
    .balign 16
bench_semihost:
    .option push
    .option norvc
    slli zero, zero, 0x1f
    ebreak
    srai zero, zero, 7
    .option pop
    ret

    .section .rodata
    .globl bench_ca, bench_cert, bench_key
bench_ca:
    .incbin "ca.pem"
    .byte 0
bench_cert:
    .incbin "client.pem"
    .byte 0
bench_key:
    .incbin "client.key"
    .byte 0

    .bss
    .balign 16
bench_tls:
    .space 64
    .space 65536
bench_stack_end:
