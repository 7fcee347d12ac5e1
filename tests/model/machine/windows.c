/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel sees at boot in its window. The kernel declares it as a constant, so this file, which fills
 * it, does not include its header.
 */
#include <string.h>
#include "host.h"

extern u8 window_boot[PN_PAGE_SIZE];
u8 window_boot[PN_PAGE_SIZE] __attribute__((aligned(PN_PAGE_SIZE)));

void host_place_boot(const void *bytes, u64 size)
{
    memset(window_boot, 0, sizeof window_boot);
    if (size > sizeof window_boot)
        host_stop("window too small");
    if (size != 0)
        memcpy(window_boot, bytes, size);
}
