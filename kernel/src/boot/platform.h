/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel needs to know of the machine, read from the device tree. */
#ifndef KERNEL_BOOT_PLATFORM_H
#define KERNEL_BOOT_PLATFORM_H

#include "boot/fdt.h"
#include "boot/region.h"

struct platform {
    struct region_list memory;   /* all RAM */
    struct region_list reserved; /* RAM that belongs to firmware */
    struct region_list devices;  /* devices of the kernel and firmware: PLIC, CLINT */
    u64 timebase_hz;
    u64 plic_paddr;
    u64 plic_context; /* of S-mode on the boot hart */
    u16 irq_sources;
    bool has_sstc;
    bool has_fpu;
};

/* Fill '*p' for the hart that booted. Answer: what is wrong with the tree, or NULL. */
const char *platform_read(struct platform *p, const struct fdt *tree, u64 hart);

#endif
