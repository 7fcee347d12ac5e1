/* SPDX-License-Identifier: BSD-2-Clause */
/* From the first C instruction at the kernel's own address to the root task. */
#ifndef KERNEL_BOOT_BOOT_H
#define KERNEL_BOOT_BOOT_H

#include <postern/boot.h>
#include "object/tcb.h"

/* Called by machine/head.S with the physical addresses of boot descriptor and kernel image and the time and
 * instret CSRs at the kernel's first instruction; answers the root task's context. */
struct tcb *boot_main(u64 descriptor, u64 image, u64 time, u64 instret);

/* Copy the boot descriptor at physical address 'paddr' to '*d'; what is wrong with it, or NULL. */
const char *descriptor_read(struct pn_boot *d, u64 paddr, u64 image_paddr);

/* Root task, its address space and capabilities; what is wrong, or NULL. Thread 1 is the root task. */
const char *root_create(const struct pn_boot *d, u64 entry_time, u64 entry_instret);

#endif
