/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts the kernel on a synthetic machine, through its own boot code, and the model beside it. */
#ifndef MODEL_BOOT_H
#define MODEL_BOOT_H

#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* What differs from machine to machine. */
struct machine_kind {
    uint32_t hz;      /* of the timebase */
    uint32_t sources; /* of the PLIC */
    bool has_fpu;
    uint64_t garbage; /* what memory contains that nobody cleared */
};

/* Power on and boot; the root task's context. The model is in the same state afterwards. */
struct tcb *boot_both(const struct machine_kind *kind);

#endif
