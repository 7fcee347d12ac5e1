/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry point of the analysis of the loader's device-tree reader: an arbitrary tree, an arbitrary system. */
#include <stddef.h>
#include "machine.h"
#include "__fc_builtin.h"

#define TREE_MAX 0x200000u /* what loader.c lets the reader see */

static volatile uint64_t any_value;
static uint8_t tree[TREE_MAX];

void main_tree(void)
{
    static struct machine machine;
    static struct pn_boot_system system;
    struct fdt reader = {.bytes = tree};
    Frama_C_make_unknown((char *)tree, sizeof tree);
    Frama_C_make_unknown((char *)&system, sizeof system);
    if (fdt_open(&reader, tree, TREE_MAX) && machine_read(&machine, &reader, any_value) == NULL)
        (void)machine_share(&machine, region_make(any_value, any_value), &system);
}
