/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot: check what the loader says, start the machine, create the root task. Any doubt stops the machine. */
#include "boot/boot.h"
#include "hooks.h"
#include "machine/csr.h"
#include "machine/plic.h"
#include "state.h"

#define ASID_BITS (0xffffull << 44)

static void require(const char *part, const char *problem)
{
    if (problem != NULL)
        kernel_stop_boot(part, problem);
}

/* Address spaces are told apart by ASIDs, so that switching never flushes. */
static const char *check_asids(void)
{
    u64 satp = machine_satp();
    machine_set_satp(satp | ASID_BITS);
    u64 back = machine_satp();
    machine_set_satp(satp);
    machine_fence_vma();
    return (back & ASID_BITS) == ASID_BITS ? NULL : "fewer than 16 ASID bits";
}

static void start_machine(const struct pn_boot_machine *m)
{
    fixed.timebase_hz = m->timebase_hz;
    fixed.irq_sources = (u16)(m->irq_sources % PN_MAX_IRQS);
    fixed.has_fpu = m->has_fpu != 0;
    plic_init(m->plic_paddr, m->plic_context, fixed.irq_sources);
    machine_timer_init(m->has_sstc != 0 && machine_probe_stimecmp());
    machine_set_timer(UINT64_MAX);
    machine_set_counters(0);
    ks.mode = 0;
    ks.slot_end = UINT64_MAX;
    machine_enable(SIP_TIMER | SIP_EXTERNAL);
}

struct tcb *boot_main(u64 descriptor, u64 image, u64 time, u64 instret)
{
    static struct pn_boot boot; /* large for a stack */
    kernel_map_init(image);
    require("boot descriptor", descriptor_read(&boot, descriptor, image));
    require("hart", check_asids());
    start_machine(&boot.machine);
    require("root task", root_create(&boot, time, instret));
    kernel_map_forget_boot();
    hook_boot();
    sched_wake(tcb_at(1));
    return sched_choose();
}
