/* SPDX-License-Identifier: BSD-2-Clause */
/* One store of what is there already. */
    .section .text
    /* void probe_store(u64 address) */
    .globl probe_store
probe_store:
    ld t0, 0(a0)
    sd t0, 0(a0)
    ret

    /* u64 probe_try(u64 address): 1 if the load or the store trapped. The trap comes to the label below, and is
     * forgotten. */
    .globl probe_try
probe_try:
    csrr t0, stvec
    csrr t1, sstatus
    lla t2, 1f
    csrw stvec, t2
    mv t3, a0
    li a0, 1
    ld t4, 0(t3)
    sd t4, 0(t3)
    li a0, 0
    .balign 4
1:  csrw stvec, t0
    csrw sstatus, t1
    ret
