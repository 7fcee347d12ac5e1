/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel sees at boot in its two windows. The kernel declares them as constants, so this file, which
 * fills them, does not include its header.
 */
#include <string.h>
#include "host.h"

#define BOOT_BYTES (2u * PN_PAGE_SIZE)
#define TREE_BYTES (496u * PN_PAGE_SIZE)

extern u8 window_boot[BOOT_BYTES];
extern u8 window_device_tree[TREE_BYTES];
u8 window_boot[BOOT_BYTES] __attribute__((aligned(PN_PAGE_SIZE)));
u8 window_device_tree[TREE_BYTES] __attribute__((aligned(PN_PAGE_SIZE)));

static u64 boot_used;
static u64 tree_used;

static void place(u8 *window, u64 limit, u64 *used, const void *bytes, u64 size, u64 offset)
{
    memset(window, 0, *used);
    *used = 0;
    if (size > limit || offset > limit - size)
        host_stop("window too small");
    if (size != 0)
        memcpy(window + offset, bytes, size);
    *used = offset + size;
}

void host_place_boot(const void *bytes, u64 size, u64 offset)
{
    place(window_boot, sizeof window_boot, &boot_used, bytes, size, offset);
}

void host_place_tree(const void *bytes, u64 size, u64 offset)
{
    place(window_device_tree, sizeof window_device_tree, &tree_used, bytes, size, offset);
}
