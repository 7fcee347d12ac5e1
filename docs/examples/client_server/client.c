/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the server: twice properly, once with a request that it does not know, once on a channel that is not
 * there.
 */
#include <microkit.h>

#include "protocol.h"

#define SERVER  1
#define NOBODY  2
#define UNKNOWN 99

static void show(const char *what, microkit_msginfo answer)
{
    microkit_dbg_puts("client: ");
    microkit_dbg_puts(what);
    if (microkit_msginfo_get_label(answer) == ANSWER_OK && microkit_msginfo_get_count(answer) == 1) {
        microkit_dbg_puts(" = ");
        microkit_dbg_put32((seL4_Uint32)microkit_mr_get(0));
    } else {
        microkit_dbg_puts(" was refused");
    }
    microkit_dbg_puts("\n");
}

void init(void)
{
    microkit_mr_set(0, 20);
    microkit_mr_set(1, 22);
    show("20 + 22", microkit_ppcall(SERVER, microkit_msginfo_new(REQUEST_ADD, 2)));
    show("request 99", microkit_ppcall(SERVER, microkit_msginfo_new(UNKNOWN, 0)));
    show("requests served", microkit_ppcall(SERVER, microkit_msginfo_new(REQUEST_COUNT, 0)));
    (void)microkit_ppcall(NOBODY, microkit_msginfo_new(REQUEST_COUNT, 0));
    microkit_dbg_puts("client: done\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
