/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stand-in for kernel/src/machine/: what firmware, PLIC and the kernel's own page tables answer is arbitrary
 * within what the headers promise. The window onto the boot descriptor is declared and defined nowhere:
 * arbitrary bytes.
 */
#include "machine/machine.h"
#include "machine/csr.h"
#include "machine/kernel_map.h"
#include "machine/plic.h"
#include "__fc_builtin.h"

volatile u64 hart_value;

void machine_fpu_save(struct fpu_state *s)
{
    for (u32 i = 0; i < 32; i++)
        s->f[i] = hart_value;
    s->fcsr = hart_value;
}

void machine_fpu_restore(const struct fpu_state *s)
{
    u64 last = s->f[31];
    u64 control = s->fcsr;
    (void)last;
    (void)control;
}

bool machine_probe_stimecmp(void)
{
    return hart_value != 0;
}

void machine_timer_init(bool has_stimecmp)
{
    (void)has_stimecmp;
}

void machine_set_timer(u64 deadline)
{
    (void)deadline;
}

void machine_putchar(u8 byte)
{
    (void)byte;
}

void plic_init(u64 paddr, u64 context, u16 sources)
{
    (void)paddr;
    (void)context;
    (void)sources;
}

u32 plic_claim(void)
{
    return (u32)(hart_value & 0xffffffffu);
}

void plic_complete(u16 source)
{
    (void)source;
}

void plic_enable(u16 source)
{
    //@ assert source_below_1024: source < 1024;
    (void)source;
}

void plic_disable(u16 source)
{
    //@ assert source_below_1024: source < 1024;
    (void)source;
}

void kernel_map_init(u64 image_paddr)
{
    (void)image_paddr;
}

/* The image lies in RAM. */
u64 kernel_map_physical(const void *object)
{
    (void)object;
    return hart_value % 0x100000000000u * 4096u;
}

u64 kernel_map_root_entry(void)
{
    return hart_value;
}

u64 kernel_map_image_size(void)
{
    return hart_value % 0x800000u;
}

void kernel_map_boot(u64 paddr)
{
    (void)paddr;
}

void kernel_map_forget_boot(void)
{
}

void kernel_map_plic(u64 priority, u64 enable, u64 context)
{
    (void)priority;
    (void)enable;
    (void)context;
}

void kernel_map_seal(void)
{
}
