/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rest of the kernel asks of the machine, besides control registers (csr.h). */
#ifndef KERNEL_MACHINE_MACHINE_H
#define KERNEL_MACHINE_MACHINE_H

#include "types.h"

/* FPU registers f0..f31 and fcsr. */
struct fpu_state {
    u64 f[32];
    u64 fcsr;
};

/*@ requires \valid(s); assigns *s; */
void machine_fpu_save(struct fpu_state *s);
/*@ requires \valid_read(s); assigns \nothing; */
void machine_fpu_restore(const struct fpu_state *s);

/* Try to write 2^64-1 to stimecmp; false when the hart has no such register (or firmware forbids it). */
/*@ assigns \nothing; */
bool machine_probe_stimecmp(void);

/* Choose how machine_set_timer works; called once at boot. */
void machine_timer_init(bool has_stimecmp);

/* Interrupt at 'deadline' (timebase ticks); replaces the earlier deadline. */
/*@ assigns \nothing; */
void machine_set_timer(u64 deadline);

/* One byte to the firmware's console. */
/*@ assigns \nothing; */
void machine_putchar(u8 byte);

/* Reset: RAM keeps its contents if the machine and its firmware let it. Powers off when the firmware cannot.
 */
/*@ assigns \nothing; ensures \false; */
_Noreturn void machine_reset(void);

/* Power off; spins when the firmware cannot. */
/*@ assigns \nothing; ensures \false; */
_Noreturn void machine_power_off(void);

#endif
