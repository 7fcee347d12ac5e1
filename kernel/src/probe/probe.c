/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes where nothing may be written after seal. */
#include "probe/probe.h"
#include "state.h"

#define SYS_PROBE_SLOT    (-100)
#define SYS_PROBE_TABLE   (-101)
#define SYS_PROBE_BINDING (-102)

static void write(volatile u64 *place)
{
    u64 value = *place;
    *place = value;
}

bool probe_syscall(const struct tcb *t, u64 number)
{
    u64 i = t->reg[REG_A0];
    switch ((int64_t)number) {
    case SYS_PROBE_SLOT:
        write(&fixed_slot[i % PN_MAX_SLOTS].word);
        return true;
    case SYS_PROBE_TABLE:
        write(&fixed_vspace[i % PN_MAX_VSPACES].entry[0]);
        return true;
    case SYS_PROBE_BINDING:
        write(&fixed_binding[i % PN_MAX_TCBS + 1].satp);
        return true;
    default:
        return false;
    }
}
