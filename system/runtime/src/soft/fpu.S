/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs compiled without floating-point instructions leave the FPU alone: touching it would cost them a save and
 * restore at each switch.
 */
    .section .text.start.fpu, "ax"
    .globl postern_reset_fpu
postern_reset_fpu:
    ret
