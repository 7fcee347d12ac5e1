/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores to the kernel's own memory on behalf of a test, which shows what seal makes read-only. */
#include "probe/probe.h"
#include "object/tcb.h"

#define SYS_PROBE_STORE (-100) /* store to address a0; where that is forbidden the kernel stops */
#define SYS_PROBE_TRY   (-101) /* the same, and go on; answer a0: 1 the store trapped, 0 it did not */
#define SYS_PROBE_PLACE (-102) /* answer a0: where part a0 of the kernel's image begins, 0 for none */

#define PLACES 8u

extern u8 __image_start[];
extern u8 __rodata_start[];
extern u8 __data_start[];
extern u8 __sealed_start[];
extern u8 __sealed_end[];
extern u8 __guard[];
extern u8 __image_end[];

static u64 place(u64 i)
{
    const u8 *const places[PLACES] = {__image_start, __rodata_start, __data_start, __sealed_start,
                                      __sealed_end,  __guard,        __image_end,  NULL};
    return (u64)(uintptr_t)places[i % PLACES];
}

bool probe_syscall(struct tcb *t, u64 number)
{
    u64 a0 = t->reg[REG_A0];
    switch ((int64_t)number) {
    case SYS_PROBE_STORE:
        probe_store(a0);
        return true;
    case SYS_PROBE_TRY:
        t->reg[REG_A0] = probe_try(a0);
        return true;
    case SYS_PROBE_PLACE:
        t->reg[REG_A0] = place(a0);
        return true;
    default:
        return false;
    }
}
