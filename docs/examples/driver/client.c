/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks for the date and tries what it may not.
 */
#include <microkit.h>

#include "protocol.h"

#define CALENDAR 1

static microkit_msginfo ask(seL4_Word label)
{
    return microkit_ppcall(CALENDAR, microkit_msginfo_new(label, 0));
}

void init(void)
{
    if (microkit_msginfo_get_label(ask(REQUEST_DATE)) == ANSWER_OK) {
        microkit_dbg_puts("client: year ");
        microkit_dbg_put32((seL4_Uint32)microkit_mr_get(0));
        microkit_dbg_puts(", month ");
        microkit_dbg_put32((seL4_Uint32)microkit_mr_get(1));
        microkit_dbg_puts(", day ");
        microkit_dbg_put32((seL4_Uint32)microkit_mr_get(2));
        microkit_dbg_puts("\n");
    }
    if (microkit_msginfo_get_label(ask(REQUEST_SECONDS)) == ANSWER_REFUSED) {
        microkit_dbg_puts("client: the calendar does not pass requests on\n");
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
