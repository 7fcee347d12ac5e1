/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of text and a number on the console, behind the domain's name.
 */
#ifndef SHOW_H
#define SHOW_H

#include <microkit.h>

static inline void show(const char *what, seL4_Word number)
{
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts(": ");
    microkit_dbg_puts(what);
    microkit_dbg_puts(" ");
    microkit_dbg_put32((seL4_Uint32)number);
    microkit_dbg_puts("\n");
}

#endif
