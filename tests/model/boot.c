/* SPDX-License-Identifier: BSD-2-Clause */
/* The synthetic machine: RAM at 0x80000000 with firmware at its start, PLIC and CLINT at QEMU's places. */
#include "boot.h"
#include <postern/boot.h>
#include <string.h>
#include "boot/boot.h"
#include "model.h"
#include "state.h"
#include "tree.h"

#define RAM         0x80000000u
#define RAM_SIZE    0x08000000u
#define FIRMWARE    0x00080000u
#define KERNEL      0x80200000u
#define KERNEL_SIZE 0x04000000u
#define ROOT_TEXT   0x84200000u
#define ROOT_DATA   0x84202000u
#define TREE        0x84300000u
#define CLINT       0x02000000u
#define CLINT_SIZE  0x00010000u
#define PLIC        0x0c000000u
#define PLIC_SIZE   0x04000000u
#define ADDRESS_TOP 0x100000000000000ull
#define ENTRY       0x200000u
#define ROOT_SP     0x3fffffd000ull
#define START_TIME  12345u

static void pair(struct tree *t, uint32_t start, uint32_t size)
{
    const uint32_t reg[4] = {0, start, 0, size};
    tree_cells(t, "reg", reg, 4);
}

static void one(struct tree *t, const char *name, uint32_t value)
{
    tree_cells(t, name, &value, 1);
}

static void add_cpu(struct tree *t, const struct machine_kind *kind)
{
    tree_begin(t, "cpus");
    one(t, "#address-cells", 1);
    one(t, "#size-cells", 0);
    one(t, "timebase-frequency", kind->hz);
    tree_begin(t, "cpu@0");
    tree_text(t, "device_type", "cpu");
    one(t, "reg", 0);
    tree_text(t, "riscv,isa", kind->has_fpu ? "rv64imafdc_sstc" : "rv64imac_sstc");
    tree_text(t, "mmu-type", "riscv,sv39");
    tree_begin(t, "interrupt-controller");
    tree_text(t, "compatible", "riscv,cpu-intc");
    one(t, "phandle", 7);
    tree_end(t);
    tree_end(t);
    tree_end(t);
}

static u32 make_tree(const struct machine_kind *kind, uint8_t *out)
{
    static struct tree t;
    memset(&t, 0, sizeof t);
    tree_begin(&t, "");
    one(&t, "#address-cells", 2);
    one(&t, "#size-cells", 2);
    add_cpu(&t, kind);
    tree_begin(&t, "memory@80000000");
    tree_text(&t, "device_type", "memory");
    pair(&t, RAM, RAM_SIZE);
    tree_end(&t);
    tree_begin(&t, "reserved-memory");
    one(&t, "#address-cells", 2);
    one(&t, "#size-cells", 2);
    tree_begin(&t, "firmware@80000000");
    pair(&t, RAM, FIRMWARE);
    tree_end(&t);
    tree_end(&t);
    tree_begin(&t, "plic@c000000");
    tree_text(&t, "compatible", "sifive,plic-1.0.0");
    pair(&t, PLIC, PLIC_SIZE);
    one(&t, "riscv,ndev", kind->sources);
    const uint32_t contexts[4] = {7, 11, 7, 9};
    tree_cells(&t, "interrupts-extended", contexts, 4);
    tree_end(&t);
    tree_begin(&t, "clint@2000000");
    tree_text(&t, "compatible", "sifive,clint0");
    pair(&t, CLINT, CLINT_SIZE);
    tree_end(&t);
    tree_end(&t);
    return tree_finish(&t, out);
}

static void add_untyped(struct m_platform *p, u64 start, u64 end, bool device)
{
    struct m_untyped u = {start, end - start, 0, device};
    p->untyped[p->untypeds++] = u;
}

/* What the manual's section 11 says that the root task finds on this machine. */
static struct m_platform expected(const struct machine_kind *kind, u32 tree_size)
{
    struct m_platform p = {.hz = kind->hz, .now = START_TIME, .has_fpu = kind->has_fpu};
    u64 tree_end_page = TREE + (tree_size + PN_PAGE_SIZE - 1ull) / PN_PAGE_SIZE * PN_PAGE_SIZE;
    p.sources = (uint16_t)(kind->sources < PN_MAX_IRQS ? kind->sources : PN_MAX_IRQS - 1);
    p.root_pc = ENTRY;
    p.root_sp = ROOT_SP;
    add_untyped(&p, RAM + FIRMWARE, KERNEL, false);
    add_untyped(&p, ROOT_DATA + PN_PAGE_SIZE, TREE, false);
    add_untyped(&p, tree_end_page, RAM + RAM_SIZE, false);
    add_untyped(&p, 0, CLINT, true);
    add_untyped(&p, CLINT + CLINT_SIZE, PLIC, true);
    add_untyped(&p, PLIC + PLIC_SIZE, RAM, true);
    add_untyped(&p, RAM + RAM_SIZE, ADDRESS_TOP, true);
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

static void place_descriptor(void)
{
    struct pn_boot d = {.magic = PN_BOOT_MAGIC,
                        .size = sizeof d,
                        .kernel_paddr = KERNEL,
                        .kernel_size = KERNEL_SIZE,
                        .ram_paddr = RAM,
                        .ram_size = RAM_SIZE,
                        .root_entry = ENTRY,
                        .root_sp = ROOT_SP,
                        .root_segment_count = 2};
    d.root_segment[0] = (struct pn_boot_segment){ROOT_TEXT, ENTRY, 2 * PN_PAGE_SIZE, PN_READ | PN_EXEC};
    d.root_segment[1] =
        (struct pn_boot_segment){ROOT_DATA, ENTRY + 2 * PN_PAGE_SIZE, PN_PAGE_SIZE, PN_READ | PN_WRITE};
    host_place_boot(&d, sizeof d, 0);
}

struct tcb *boot_both(const struct machine_kind *kind)
{
    static uint8_t bytes[2 * TREE_LIMIT + 64];
    host_power_on(kind->garbage);
    host.now = START_TIME;
    u32 size = make_tree(kind, bytes);
    host_place_tree(bytes, size, 0);
    place_descriptor();
    struct tcb *t = boot_main(0, TREE, KERNEL - PN_PAGE_SIZE, KERNEL, START_TIME, 0);
    struct m_platform p = expected(kind, size);
    find_bootinfo(&p);
    m_boot(&p);
    for (u32 i = 1; i < M_THREADS; i++)
        m.buffer_paddr[i] = kernel_map_physical(&ks_buffer[i - 1]);
    return t;
}
