/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restarts its child each time it crashes, but not for ever.
 */
#include <microkit.h>

#define CHILD_CHANNEL 0
#define CHILD_START   0x200000 /* where the linker script puts _start */
#define LIVES         3

static seL4_Uint32 lives;

void init(void)
{
}

/* The child says that it is up: give it its next piece of work. */
void notified(microkit_channel ch)
{
    microkit_notify(ch);
}

static void report(seL4_Fault_t what)
{
    if (seL4_Fault_get_seL4_FaultType(what) == seL4_Fault_VMFault) {
        microkit_dbg_puts("parent: the child used address ");
        microkit_dbg_put32((seL4_Uint32)seL4_Fault_VMFault_get_Addr(what));
    } else {
        microkit_dbg_puts("parent: the child failed in another way");
    }
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    (void)reply;
    report(seL4_getFault(msginfo));
    lives++;
    if (lives < LIVES) {
        microkit_dbg_puts(", restarting it\n");
        microkit_pd_restart(child, CHILD_START);
    } else {
        microkit_dbg_puts(", giving up\n");
        microkit_pd_stop(child);
    }
    return seL4_False; /* no answer to the fault: the child does not go on where it was */
}
