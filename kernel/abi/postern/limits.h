/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes that the kernel, the composer and the initialiser agree on: pool sizes of the kernel objects and
 * fixed addresses of a user address space. The composer refuses a system that does not fit and says which.
 * Only plain macros, so that C, C++ and assembly can include it.
 */
#ifndef POSTERN_LIMITS_H
#define POSTERN_LIMITS_H

/* Kernel object pools (counts over the life of the machine; nothing is ever freed). */
#define PN_MAX_TCBS           66 /* 63 protection domains, the root task, spare */
#define PN_MAX_ENDPOINTS      128
#define PN_MAX_NOTIFICATIONS  128
#define PN_MAX_REPLIES        128
#define PN_MAX_SCHED_CONTEXTS 66
#define PN_MAX_UNTYPEDS       64
#define PN_MAX_VSPACES        66
#define PN_MAX_PAGE_TABLES    256 /* second and third level tables; the roots are the vspaces */
#define PN_MAX_CNODES         66
#define PN_MAX_SLOTS          32768 /* capability slots of all CNodes together, 16 bytes each */
#define PN_MAX_IRQS           128   /* PLIC sources 1..127 */
#define PN_MAX_REFILLS        8     /* refills of one scheduling context */
#define PN_MAX_DOMAINS        16    /* domains, among which time is divided */
#define PN_MAX_SCHEDULE       100   /* entries of the domain schedule */

#define PN_PRIORITIES    256 /* 0 lowest, 255 highest */
#define PN_PAGE_BITS     12
#define PN_PAGE_SIZE     0x1000
#define PN_LARGE_BITS    21
#define PN_LARGE_SIZE    0x200000
#define PN_MAX_MSG       120 /* message words: 4 in registers, the rest in the message buffer */
#define PN_MSG_REGS      4
#define PN_MAX_CPTR      1024 /* slots of the largest CNode */
#define PN_MIN_BUDGET_US 20
#define PN_MAX_PERIOD_US 3600000000 /* one hour: keeps refill arithmetic far from 2^64 */

/* User address space (Sv39; microkit's layout). */
#define PN_USER_TOP      0x4000000000 /* first address that is not a user address */
#define PN_MSGBUF_VADDR  0x3fffffe000 /* message ("IPC") buffer page of every protection domain */
#define PN_STACK_TOP     0x3fffffd000 /* initial stack pointer; the page above is a guard page */
#define PN_PROGRAM_VADDR 0x200000     /* _start of every protection domain */

#endif
