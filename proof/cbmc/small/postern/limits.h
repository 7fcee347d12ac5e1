/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-in for kernel/abi/postern/limits.h: pools so small that whole system calls can be explored from every
 * state. Only sizes of pools and of messages differ; check.py compares names and values.
 */
#ifndef POSTERN_LIMITS_H
#define POSTERN_LIMITS_H

#define PN_MAX_TCBS           3
#define PN_MAX_ENDPOINTS      2
#define PN_MAX_NOTIFICATIONS  2
#define PN_MAX_REPLIES        2
#define PN_MAX_SCHED_CONTEXTS 3
#define PN_MAX_UNTYPEDS       2
#define PN_MAX_VSPACES        2
#define PN_MAX_PAGE_TABLES    2
#define PN_MAX_CNODES         2
#define PN_MAX_SLOTS          8
#define PN_MAX_IRQS           3
#define PN_MAX_REFILLS        3
#define PN_MAX_DOMAINS        2
#define PN_MAX_SCHEDULE       2

#define PN_PRIORITIES    256
#define PN_PAGE_BITS     12
#define PN_PAGE_SIZE     0x1000
#define PN_LARGE_BITS    21
#define PN_LARGE_SIZE    0x200000
#define PN_MAX_MSG       8
#define PN_MSG_REGS      4
#define PN_MAX_CPTR      4
#define PN_MIN_BUDGET_US 20
#define PN_MAX_PERIOD_US 3600000000

#define PN_USER_TOP      0x4000000000
#define PN_MSGBUF_VADDR  0x3fffffe000
#define PN_STACK_TOP     0x3fffffd000
#define PN_PROGRAM_VADDR 0x200000

#endif
