/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated machine below the host build of the kernel: time, timer, interrupt controller, FPU registers,
 * and traps as machine/trap.S takes them. Nothing moves unless the driver says so.
 */
#ifndef MODEL_MACHINE_HOST_H
#define MODEL_MACHINE_HOST_H

#include <postern/limits.h>
#include "types.h"

struct tcb;

#define HOST_SOURCES 1024u
#define HOST_FPU     33u

/* A source of the interrupt controller, as its gateway sees it. */
struct host_source {
    bool pending;
    bool claimed;
    bool enabled;
};

struct host {
    u64 now;      /* ticks */
    u64 drift;    /* ticks that pass at each look at the clock; 0: exact runs */
    u64 deadline; /* of the timer */
    u64 satp;
    u64 enabled; /* sie */
    u64 counters;
    u64 fences;
    u64 code_fences;
    u64 fast; /* system calls that went the short way, since the program began */
    u64 image_paddr;
    u64 f[HOST_FPU]; /* FPU registers, fcsr last */
    bool fpu_on;
    bool sealed; /* memory in the section .sealed is read-only */
    struct host_source source[HOST_SOURCES];
    u16 sources;
    bool withdrawn; /* the next claim finds nothing */
};

extern struct host host;

/* Machine and kernel memory as after power on: .bss is cleared, pools hold 'garbage' in every word. */
void host_power_on(u64 garbage);

/* What sip & sie would be. */
u64 host_pending(void);

/* wfi: the driver lets something happen (drive.c implements it), or leaves the kernel for good. */
void host_wait(void);

/* The kernel gave up, which no test expects; does not return (drive.c implements it). */
_Noreturn void host_stop(const char *reason);

/* The kernel resets the machine: the sequence ends (drive.c implements it). */
_Noreturn void host_reset(void);

/* A device raises its interrupt line. */
void host_raise(u16 source);

/* What lies at the physical address of a kernel object. */
const void *host_object(u64 paddr);

/* Put a copy of the boot descriptor where its window shows it. */
void host_place_boot(const void *bytes, u64 size);

/* The traps of machine/trap.S: the context of the thread that trapped in, of the one to run out. */
struct tcb *host_ecall(struct tcb *t);
struct tcb *host_exception(struct tcb *t, u64 cause, u64 value);
struct tcb *host_interrupt(struct tcb *t);

#endif
