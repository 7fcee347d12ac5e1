/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot: learn about the machine, check what the loader says, create the root task. Any doubt stops the
 * machine. */
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

static const char *read_tree(struct boot_info *b)
{
    u64 at = b->tree_paddr % PN_PAGE_SIZE;
    u64 base = b->tree_paddr - at;
    u32 largest = (u32)sizeof(window_device_tree) - PN_PAGE_SIZE; /* wherever it begins in its first page */
    if (b->tree_paddr == 0 || at % 8 != 0 || base >= REGION_ADDRESS_TOP - sizeof(window_device_tree))
        return "bad address";
    kernel_map_device_tree(base, 2);
    b->tree_size = fdt_total_size(window_device_tree + at, (u32)(2 * (u64)PN_PAGE_SIZE - at));
    if (b->tree_size < FDT_HEADER_SIZE || b->tree_size > largest)
        return "no header, or too large";
    kernel_map_device_tree(base, (at + b->tree_size + PN_PAGE_SIZE - 1) / PN_PAGE_SIZE);
    struct fdt tree = {.bytes = window_device_tree + at};
    if (!fdt_open(&tree, tree.bytes, (u32)b->tree_size))
        return "malformed header";
    return platform_read(&b->platform, &tree, b->hart);
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

static void start_machine(const struct boot_info *b)
{
    const struct platform *p = &b->platform;
    fixed.timebase_hz = p->timebase_hz;
    fixed.irq_sources = p->irq_sources;
    fixed.has_fpu = p->has_fpu;
    plic_init(p->plic_paddr, p->plic_context, p->irq_sources);
    machine_timer_init(p->has_sstc && machine_probe_stimecmp());
    machine_set_timer(UINT64_MAX);
    machine_set_counters(0);
    ks.mode = 0;
    ks.slot_end = UINT64_MAX;
    machine_enable(SIP_TIMER | SIP_EXTERNAL);
}

struct tcb *boot_main(u64 hart, u64 tree, u64 descriptor, u64 image, u64 time, u64 instret)
{
    static struct boot_info b; /* large for a stack */
    b.hart = hart;
    b.tree_paddr = tree;
    b.image_paddr = image;
    b.entry_time = time;
    b.entry_instret = instret;
    kernel_map_init(image);
    require("boot descriptor", descriptor_read(&b, descriptor));
    require("device tree", read_tree(&b));
    require("boot descriptor", descriptor_check(&b));
    require("hart", check_asids());
    start_machine(&b);
    require("root task", root_create(&b));
    kernel_map_forget_boot();
    hook_boot();
    sched_wake(tcb_at(1));
    return sched_choose();
}
