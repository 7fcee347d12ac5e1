/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has its child die in every way and restarts it each time.
 */
#include <stdint.h>
#include <microkit.h>

#include "deaths.h"

#define CHILD_ID    5
#define CHILD_START 0x200000

uintptr_t orders; /* set by the tool */

static seL4_Uint32 next;

static void restart(const char *why, seL4_Uint32 detail)
{
    microkit_dbg_puts("parent: ");
    microkit_dbg_put32(next);
    microkit_dbg_puts(" ");
    microkit_dbg_puts(why);
    microkit_dbg_puts(" ");
    microkit_dbg_put32(detail);
    microkit_dbg_puts("\n");
    next++;
    *(volatile uint32_t *)orders = next;
    microkit_pd_restart(CHILD_ID, CHILD_START);
}

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
    if (next == DEATH_ENDLESS_LOOP) {
        microkit_pd_stop(CHILD_ID);
        restart("stopped", 0);
    } else {
        restart("waited", 0);
    }
}

/* The answer goes to a caller that has just been restarted: it must not get it. */
microkit_msginfo protected(microkit_channel ch, microkit_msginfo request)
{
    (void)ch;
    restart("called", (seL4_Uint32)microkit_msginfo_get_label(request));
    return microkit_msginfo_new(99, 0);
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    seL4_Fault_t what = seL4_getFault(msginfo);

    (void)reply;
    restart(child == CHILD_ID ? "fault" : "fault of a stranger",
            (seL4_Uint32)seL4_Fault_get_seL4_FaultType(what));
    return seL4_False;
}
