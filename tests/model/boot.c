/* SPDX-License-Identifier: BSD-2-Clause */
/* The synthetic machine: RAM at 0x80000000 with firmware at its start and in a page, PLIC and CLINT at QEMU's
 * places. */
#include "boot.h"
#include <postern/boot.h>
#include <string.h>
#include "boot/boot.h"
#include "model.h"
#include "state.h"

#define RAM         0x80000000u
#define RAM_SIZE    0x08000000u
#define FIRMWARE    0x00080000u
#define KERNEL      0x80200000u
#define DESCRIPTOR  0x801ff000u
#define KERNEL_SIZE 0x04000000u
#define ROOT_TEXT   0x84200000u
#define ROOT_DATA   0x84202000u
#define RESERVED    0x84300000u /* a page of the firmware */
#define CLINT       0x02000000u
#define CLINT_SIZE  0x00010000u
#define PLIC        0x0c000000u
#define PLIC_SIZE   0x04000000u
#define ENTRY       0x200000u
#define ROOT_SP     0x3fffffd000ull
#define START_TIME  12345u

static const struct pn_boot_untyped free_ranges[] = {
    {RAM + FIRMWARE, KERNEL - RAM - FIRMWARE, 0},
    {ROOT_DATA + PN_PAGE_SIZE, RESERVED - ROOT_DATA - PN_PAGE_SIZE, 0},
    {RESERVED + PN_PAGE_SIZE, RAM + RAM_SIZE - RESERVED - PN_PAGE_SIZE, 0},
    {0, CLINT, 1},
    {CLINT + CLINT_SIZE, PLIC - CLINT - CLINT_SIZE, 1},
    {PLIC + PLIC_SIZE, RAM - PLIC - PLIC_SIZE, 1},
    {RAM + RAM_SIZE, PN_PHYSICAL_TOP - RAM - RAM_SIZE, 1}};

/* The loader passes on as many as the kernel can name. */
static u16 known_sources(const struct machine_kind *kind)
{
    return (u16)(kind->sources < PN_MAX_IRQS ? kind->sources : PN_MAX_IRQS - 1);
}

/* What the manual's section 11 says that the root task finds on this machine. */
static struct m_platform expected(const struct machine_kind *kind)
{
    struct m_platform p = {.hz = kind->hz, .now = START_TIME, .has_fpu = kind->has_fpu};
    p.sources = known_sources(kind);
    p.root_pc = ENTRY;
    p.root_sp = ROOT_SP;
    for (u32 i = 0; i < sizeof free_ranges / sizeof free_ranges[0]; i++) {
        struct pn_boot_untyped u = free_ranges[i];
        p.untyped[p.untypeds++] = (struct m_untyped){u.paddr, u.size, 0, u.is_device != 0};
    }
    const struct m_table tables[4] = {{true, 0, 1, ENTRY},
                                      {true, 0, 0, ENTRY},
                                      {true, 0, 1, PN_MSGBUF_VADDR},
                                      {true, 0, 0, PN_MSGBUF_VADDR}};
    const struct m_mapping maps[4] = {
        {0, false, PN_READ | PN_EXEC, ENTRY, ROOT_TEXT},
        {0, false, PN_READ | PN_EXEC, ENTRY + PN_PAGE_SIZE, ROOT_TEXT + PN_PAGE_SIZE},
        {0, false, PN_READ | PN_WRITE, ENTRY + 2 * PN_PAGE_SIZE, ROOT_DATA},
        {0, false, PN_READ | PN_WRITE, PN_MSGBUF_VADDR, kernel_map_physical(&ks_buffer[0])}};
    memcpy(p.table, tables, sizeof tables);
    memcpy(p.mapping, maps, sizeof maps);
    p.tables = 4;
    p.mappings = 4;
    return p;
}

/* The bootinfo page is the kernel's own and has no name outside: its place is read from its mapping. */
static void find_bootinfo(struct m_platform *p)
{
    u64 pte = fixed_table[3].entry[PN_BOOTINFO_VADDR >> 12 & 511u];
    struct m_mapping map = {0, false, PN_READ, PN_BOOTINFO_VADDR, pte >> 10 << 12};
    const struct pn_bootinfo *info = host_object(map.paddr);
    p->mapping[p->mappings++] = map;
    if (info->magic != PN_BOOTINFO_MAGIC || info->untyped_count != p->untypeds ||
        info->timebase_hz != p->hz || info->first_free_slot != PN_ROOT_FIRST_UNTYPED + p->untypeds)
        host_stop("bootinfo");
    for (u32 i = 0; i < p->untypeds; i++) {
        if (info->untyped[i].paddr != p->untyped[i].start || info->untyped[i].size != p->untyped[i].size ||
            info->untyped[i].slot != PN_ROOT_FIRST_UNTYPED + i ||
            info->untyped[i].is_device != p->untyped[i].device)
            host_stop("bootinfo: untyped");
    }
}

static void place_descriptor(const struct machine_kind *kind)
{
    struct pn_boot d = {.magic = PN_BOOT_MAGIC,
                        .size = sizeof d,
                        .system = {.kernel_paddr = KERNEL,
                                   .kernel_size = KERNEL_SIZE,
                                   .root_entry = ENTRY,
                                   .root_sp = ROOT_SP,
                                   .root_segment_count = 2},
                        .machine = {.timebase_hz = kind->hz,
                                    .plic_paddr = PLIC,
                                    .plic_size = PLIC_SIZE,
                                    .plic_context = 1,
                                    .irq_sources = known_sources(kind),
                                    .has_sstc = 1,
                                    .has_fpu = kind->has_fpu,
                                    .untyped_count = sizeof free_ranges / sizeof free_ranges[0]}};
    d.system.root_segment[0] =
        (struct pn_boot_segment){ROOT_TEXT, ENTRY, 2 * PN_PAGE_SIZE, PN_READ | PN_EXEC};
    d.system.root_segment[1] =
        (struct pn_boot_segment){ROOT_DATA, ENTRY + 2 * PN_PAGE_SIZE, PN_PAGE_SIZE, PN_READ | PN_WRITE};
    memcpy(d.machine.untyped, free_ranges, sizeof free_ranges);
    host_place_boot(&d, sizeof d);
}

struct tcb *boot_both(const struct machine_kind *kind)
{
    host_power_on(kind->garbage);
    host.now = START_TIME;
    place_descriptor(kind);
    struct tcb *t = boot_main(DESCRIPTOR, KERNEL, START_TIME, 0);
    struct m_platform p = expected(kind);
    find_bootinfo(&p);
    m_boot(&p);
    for (u32 i = 1; i < M_THREADS; i++)
        m.buffer_paddr[i] = kernel_map_physical(&ks_buffer[i - 1]);
    return t;
}
