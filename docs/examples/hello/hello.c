/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest program: it says its name and waits for events that never come.
 */
#include <microkit.h>

void init(void)
{
    microkit_dbg_puts("hello from ");
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts("\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
