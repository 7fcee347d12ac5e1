/* SPDX-License-Identifier: BSD-2-Clause */
/* From the first C instruction at the kernel's own address to the root task. */
#ifndef KERNEL_BOOT_BOOT_H
#define KERNEL_BOOT_BOOT_H

#include <postern/boot.h>
#include "boot/platform.h"
#include "object/tcb.h"

/* Everything that boot knows. */
struct boot_info {
    u64 hart;
    u64 tree_paddr;
    u64 tree_size;
    u64 image_paddr;
    u64 entry_time;
    u64 entry_instret;
    struct pn_boot loader; /* private copy of the boot descriptor */
    struct platform platform;
};

/* Called by machine/head.S; answers the root task's context. */
struct tcb *boot_main(u64 hart, u64 tree, u64 descriptor, u64 image, u64 time, u64 instret);

/* Private copy of the boot descriptor in its window; what is wrong with it, or NULL. */
const char *descriptor_read(struct boot_info *b, u64 paddr);

/* The descriptor agrees with the machine; what is wrong, or NULL. */
const char *descriptor_check(const struct boot_info *b);

/* Root task, its address space and capabilities; what is wrong, or NULL. Thread 1 is the root task. */
const char *root_create(const struct boot_info *b);

#endif
