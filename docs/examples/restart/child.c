/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spoils its own variables and crashes. After a restart it must find them as they were at the first start.
 */
#include <microkit.h>

#define PARENT 0

static seL4_Uint32 initialised = 42; /* in .data */
static seL4_Uint32 zero;             /* in .bss */

static volatile seL4_Word nowhere = 64; /* an address at which there is nothing */

void init(void)
{
    microkit_dbg_puts("child: starts with ");
    microkit_dbg_put32(initialised);
    microkit_dbg_puts(" and ");
    microkit_dbg_put32(zero);
    microkit_dbg_puts("\n");
    microkit_notify(PARENT);
}

void notified(microkit_channel ch)
{
    (void)ch;
    initialised = 13;
    zero = 13;
    *(volatile int *)nowhere = 0;
}
