/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the server in C++, with the header inside extern "C" as older programs have it.
 */
extern "C" {
#include <microkit.h>

void init(void)
{
    microkit_ppcall(1, microkit_msginfo_new(0, 0));
    microkit_dbg_puts("client: area ");
    microkit_dbg_put32(static_cast<seL4_Uint32>(microkit_mr_get(0)));
    microkit_dbg_puts("\n");
}

void notified(microkit_channel)
{
}
}
