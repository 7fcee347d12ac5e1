/* SPDX-License-Identifier: BSD-2-Clause */
/* Walking and editing Sv39 tables by pool index. */
#include "object/vspace.h"
#include "machine/csr.h"
#include "state.h"

#define NO_TABLE ((u16)0xffff)
#define LEVELS   3u /* 2: root, 1: 2 MiB per entry, 0: pages */

void vspace_init(u16 v)
{
    if (v >= PN_MAX_VSPACES)
        kernel_stop_index();
    for (u32 i = 0; i < PTE_ENTRIES; i++)
        fixed_vspace[v].entry[i] = 0;
    fixed_vspace[v].entry[KERNEL_ROOT_INDEX] = kernel_map_root_entry();
}

void page_table_init(u16 p)
{
    if (p >= PN_MAX_PAGE_TABLES)
        kernel_stop_index();
    for (u32 i = 0; i < PTE_ENTRIES; i++)
        fixed_table[p].entry[i] = 0;
    fixed_table_mapped[p] = 0;
}

u64 vspace_satp(u16 v)
{
    if (v >= PN_MAX_VSPACES)
        kernel_stop_index();
    return (8ull << 60) + ((v + 1ull) << 44) + kernel_map_physical(&fixed_vspace[v]) / PN_PAGE_SIZE;
}

static u32 entry_index(u64 vaddr, u32 level)
{
    return (u32)(vaddr >> (PN_PAGE_BITS + 9u * level) & (PTE_ENTRIES - 1u));
}

/* Which table of the pool an entry points to; NO_TABLE: none (leaf or empty). */
static u16 table_of(u64 pte)
{
    u64 base = kernel_map_physical(fixed_table);
    u64 paddr = pte_address(pte);
    if ((pte & (PTE_VALID | PTE_READ | PTE_EXEC)) != PTE_VALID || paddr < base)
        return NO_TABLE;
    u64 index = (paddr - base) / PN_PAGE_SIZE;
    return index < PN_MAX_PAGE_TABLES ? (u16)index : NO_TABLE;
}

/* A place in the tables: entry 'index' of table 'table' (NO_TABLE: of the root) on 'level'. */
struct place {
    u32 level;
    u32 index;
    u16 table;
};

static u64 *entry_at(u16 v, struct place p)
{
    if (v >= PN_MAX_VSPACES || p.index >= PTE_ENTRIES ||
        (p.table >= PN_MAX_PAGE_TABLES && p.table != NO_TABLE))
        kernel_stop_index();
    return p.table == NO_TABLE ? &fixed_vspace[v].entry[p.index] : &fixed_table[p.table].entry[p.index];
}

static void place_set(u16 v, struct place p, u64 pte)
{
    *entry_at(v, p) = pte;
    machine_fence_vma();
}

/* Walk down to 'level', or to where a table is missing. */
static struct place walk(u16 v, u64 vaddr, u32 level)
{
    struct place p = {LEVELS - 1, entry_index(vaddr, LEVELS - 1), NO_TABLE};
    while (p.level > level) {
        u16 table = table_of(*entry_at(v, p));
        if (table == NO_TABLE)
            return p;
        p.level -= 1;
        p.table = table;
        p.index = entry_index(vaddr, p.level);
    }
    return p;
}

enum pn_error vspace_map_table(u16 v, u16 t, u64 vaddr)
{
    if (vaddr >= PN_USER_TOP)
        return PN_ERR_RANGE;
    if (t >= PN_MAX_PAGE_TABLES)
        kernel_stop_index();
    struct place p = walk(v, vaddr, 0);
    if (fixed_table_mapped[t] || p.level == 0 || *entry_at(v, p) != 0)
        return PN_ERR_DELETE_FIRST;
    fixed_table_mapped[t] = 1;
    place_set(v, p, pte_make(kernel_map_physical(&fixed_table[t]), PTE_VALID));
    return PN_OK;
}

static enum pn_error check_address(u64 vaddr, bool large)
{
    u64 size = large ? PN_LARGE_SIZE : PN_PAGE_SIZE;
    if (vaddr > PN_USER_TOP - size)
        return PN_ERR_RANGE;
    return vaddr % size != 0 ? PN_ERR_ALIGNMENT : PN_OK;
}

enum pn_error vspace_check_map(u16 v, u64 vaddr, bool large)
{
    enum pn_error error = check_address(vaddr, large);
    if (error != PN_OK)
        return error;
    u32 level = large ? 1u : 0u;
    struct place p = walk(v, vaddr, level);
    if (*entry_at(v, p) != 0)
        return PN_ERR_DELETE_FIRST;
    return p.level != level ? PN_ERR_FAILED_LOOKUP : PN_OK;
}

void vspace_map(u16 v, u64 vaddr, bool large, u64 paddr, u64 rights)
{
    u64 bits = PTE_VALID | PTE_USER | PTE_READ | PTE_USED;
    if ((rights & PN_WRITE) != 0)
        bits |= PTE_WRITE;
    else if ((rights & PN_EXEC) != 0)
        bits |= PTE_EXEC;
    u64 page = paddr / PN_PAGE_SIZE;
    if (page >= CAP_PAGES)
        kernel_stop_index();
    place_set(v, walk(v, vaddr, large ? 1u : 0u), pte_make(page * PN_PAGE_SIZE, bits));
    machine_fence_code();
}

enum pn_error vspace_unmap(u16 v, u64 vaddr, bool large, u64 paddr)
{
    enum pn_error error = check_address(vaddr, large);
    if (error != PN_OK)
        return error;
    u32 level = large ? 1u : 0u;
    struct place p = walk(v, vaddr, level);
    u64 pte = *entry_at(v, p);
    if (p.level != level || (pte & PTE_READ) == 0 || pte_address(pte) != paddr)
        return PN_ERR_FAILED_LOOKUP;
    place_set(v, p, 0);
    return PN_OK;
}
