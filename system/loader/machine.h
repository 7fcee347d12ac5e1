/* SPDX-License-Identifier: BSD-2-Clause */
/* What loader and kernel need to know of the machine, read from the device tree. */
#ifndef LOADER_MACHINE_H
#define LOADER_MACHINE_H

#include <postern/boot.h>

#include "fdt.h"
#include "region.h"

struct machine {
    struct region_list memory;    /* all RAM */
    struct region_list reserved;  /* RAM that belongs to firmware */
    struct region_list devices;   /* devices of the kernel and firmware: PLIC, CLINT */
    struct pn_boot_machine facts; /* without untypeds */
};

/* Fill '*m' for the hart that booted. Answer: what is wrong with the tree, or NULL. */
const char *machine_read(struct machine *m, const struct fdt *tree, uint64_t hart);

/* All of 'r' is RAM, not reserved, and inside 'ram'. */
bool machine_usable(const struct machine *m, struct region ram, struct region r);

/* Add the untypeds: memory of 'ram' and behind it that is neither reserved nor the system's own, then all
 * other addresses but those of kernel and firmware. Answer: what is wrong with the system, or NULL. */
const char *machine_share(struct machine *m, struct region ram, const struct pn_boot_system *system);

#endif
