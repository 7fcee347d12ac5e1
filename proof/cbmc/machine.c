/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-in for kernel/src/machine/: what the hart and the firmware answer is arbitrary. What edits the
 * kernel's own page tables must not be called after boot but by seal.
 */
#include "machine/csr.h"
#include "machine/kernel_map.h"
#include "machine/machine.h"
#include "machine/plic.h"

void machine_fpu_save(struct fpu_state *s)
{
    struct fpu_state any;
    *s = any;
}

void machine_fpu_restore(const struct fpu_state *s)
{
    (void)s;
}

void machine_set_timer(u64 deadline)
{
    (void)deadline;
}

void machine_putchar(u8 byte)
{
    (void)byte;
}

_Noreturn void machine_reset(void)
{
    __CPROVER_assume(0);
}

_Noreturn void machine_power_off(void)
{
    __CPROVER_assume(0);
}

u32 plic_claim(void)
{
    return (u32)(nondet_u64() & 0xffffffffu);
}

void plic_complete(u16 source)
{
    (void)source;
}

void plic_enable(u16 source)
{
    (void)source;
}

void plic_disable(u16 source)
{
    (void)source;
}

u64 kernel_map_physical(const void *object)
{
    (void)object;
    return nondet_u64();
}

u64 kernel_map_root_entry(void)
{
    return nondet_u64();
}

/* Seal is the last that writes the kernel's own page tables. */
void kernel_map_seal(void)
{
    __CPROVER_assert(0, "the kernel's own page tables are not edited");
}
