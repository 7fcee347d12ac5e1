/* SPDX-License-Identifier: BSD-2-Clause */
/* How the kernel gives up: a line on the firmware's console, then power off; and how it begins anew. */
#ifndef KERNEL_STOP_H
#define KERNEL_STOP_H

#include "machine/csr.h"
#include "types.h"

/* Print "Postern stopped: <reason>" with two numbers, and stop the machine. */
/*@ assigns \nothing; ensures \false; */
_Noreturn void kernel_stop(const char *reason, u64 first, u64 second);

/* Print "Postern resets the machine: <reason>" with two numbers, and do so. */
/*@ assigns \nothing; ensures \false; */
_Noreturn void kernel_reset(const char *reason, u64 first, u64 second);

/* The same as kernel_stop for what the machine or the loader offers: "<part>: <problem>". */
/*@ requires part: valid_read_string(part); requires problem: valid_read_string(problem);
    assigns \nothing; ensures \false; */
_Noreturn void kernel_stop_boot(const char *part, const char *problem);

/* A stored object index was outside its pool: the kernel's state is broken. */
/*@ assigns \nothing; ensures \false; */
static inline _Noreturn void kernel_stop_index(void)
{
    machine_trap();
}

#endif
