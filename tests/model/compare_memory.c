/* SPDX-License-Identifier: BSD-2-Clause */
/* Decodes the kernel's slots and Sv39 tables by their documented formats. */
#include "compare_memory.h"
#include <stdio.h>
#include <string.h>
#include "model.h"
#include "state.h"

#define PTE_BITS  0x3ffu
#define PTE_LEAF  (PTE_READ | PTE_EXEC)
#define USER_BITS (PTE_VALID | PTE_USER | PTE_USED | PTE_READ)

static char said[240];
static struct cap known_slot[PN_MAX_SLOTS + 1];
static struct page_table known_table[PN_MAX_PAGE_TABLES];
static struct page_table known_vspace[PN_MAX_VSPACES];

uint64_t compare_satp(uint16_t vspace)
{
    return 8ull << 60 | (vspace + 1ull) << 44 | kernel_map_physical(&fixed_vspace[vspace]) >> 12;
}

void compare_memory_reset(void)
{
    m.slots_changed = true;
    m.maps_changed = true;
}

/* The word of a capability, as object/cap.h documents it. */
static u64 cap_word(const struct m_cap *c)
{
    u64 object = c->type == PN_CAP_FRAME ? c->page : c->object;
    if (c->type == PN_CAP_NULL)
        return 0;
    return c->type | (u64)c->rights << 5 | (u64)c->large << 9 | (u64)c->device << 10 | object << 16;
}

static bool same_slots(void)
{
    const struct m_cap *slot = m.cnode[0].slot;
    for (u32 i = 0; i < m.slots; i++) {
        if (fixed_slot[i].word != cap_word(&slot[i]) || fixed_slot[i].badge != slot[i].badge) {
            (void)snprintf(said, sizeof said,
                           "slot %u: capability is %#llx badge %#llx, model says %#llx badge %#llx", i,
                           (unsigned long long)fixed_slot[i].word, (unsigned long long)fixed_slot[i].badge,
                           (unsigned long long)cap_word(&slot[i]), (unsigned long long)slot[i].badge);
            return false;
        }
    }
    for (u16 i = 0; i < m.untypeds; i++) {
        const struct untyped *k = &fixed_untyped[i];
        const struct m_untyped *t = &m.untyped[i];
        if (k->paddr != t->start || k->size != t->size || k->used != t->used || k->device != t->device) {
            (void)snprintf(said, sizeof said,
                           "untyped %u: %#llx + %#llx used %#llx, model says %#llx + %#llx used %#llx", i,
                           (unsigned long long)k->paddr, (unsigned long long)k->size,
                           (unsigned long long)k->used, (unsigned long long)t->start,
                           (unsigned long long)t->size, (unsigned long long)t->used);
            return false;
        }
    }
    return true;
}

static const struct m_mapping *find_mapping(u16 v, u64 vaddr, bool large)
{
    for (u32 i = 0; i < m.mappings; i++) {
        if (m.mapping[i].vspace == v && m.mapping[i].vaddr == vaddr && m.mapping[i].large == large)
            return &m.mapping[i];
    }
    return NULL;
}

static u64 leaf_bits(u8 rights)
{
    u64 bits = USER_BITS;
    if ((rights & PN_WRITE) != 0)
        bits |= PTE_WRITE;
    if ((rights & PN_EXEC) != 0)
        bits |= PTE_EXEC;
    return bits;
}

/* One entry that is not empty: the model must know it as a mapping or a table. Counts what it finds. */
static bool same_entry(u16 v, u32 level, u64 vaddr, u64 pte, u32 *tables, u32 *leaves);

static bool same_table(u16 v, const struct page_table *table, u32 level, u64 base, u32 *tables, u32 *leaves)
{
    u32 limit = level == 2 ? 256 : PTE_ENTRIES;
    for (u32 i = 0; i < limit; i++) {
        u64 vaddr = base + ((u64)i << (12 + 9 * level));
        if (table->entry[i] != 0 && !same_entry(v, level, vaddr, table->entry[i], tables, leaves))
            return false;
    }
    return true;
}

static bool same_entry(u16 v, u32 level, u64 vaddr, u64 pte, u32 *tables, u32 *leaves)
{
    u64 paddr = (pte >> 10) << 12;
    (void)snprintf(said, sizeof said, "vspace %u: entry of level %u at %#llx is %#llx", v, level,
                   (unsigned long long)vaddr, (unsigned long long)pte);
    if ((pte & PTE_LEAF) != 0) {
        const struct m_mapping *p = level < 2 ? find_mapping(v, vaddr, level == 1) : NULL;
        ++*leaves;
        return p != NULL && p->paddr == paddr && (pte & PTE_BITS) == leaf_bits(p->rights);
    }
    u64 index = (paddr - kernel_map_physical(fixed_table)) / PN_PAGE_SIZE;
    if (level == 0 || (pte & PTE_BITS) != PTE_VALID || index >= m.tables)
        return false;
    const struct m_table *t = &m.table[index];
    ++*tables;
    if (!t->mapped || t->vspace != v || t->level != level - 1 ||
        t->vaddr >> (12 + 9 * level) != vaddr >> (12 + 9 * level))
        return false;
    return same_table(v, &fixed_table[index], level - 1, vaddr, tables, leaves);
}

static bool same_spaces(void)
{
    u32 tables = 0;
    u32 leaves = 0;
    u32 mapped = 0;
    for (u16 v = 0; v < m.vspaces; v++) {
        (void)snprintf(said, sizeof said, "vspace %u: part of the kernel", v);
        for (u32 i = 256; i < PTE_ENTRIES; i++) {
            if (fixed_vspace[v].entry[i] != (i == KERNEL_ROOT_INDEX ? kernel_map_root_entry() : 0))
                return false;
        }
        if (!same_table(v, &fixed_vspace[v], 2, 0, &tables, &leaves))
            return false;
    }
    for (u16 i = 0; i < m.tables; i++) {
        mapped += m.table[i].mapped;
        (void)snprintf(said, sizeof said, "page table %u: mapped is %u", i, fixed_table_mapped[i]);
        if (fixed_table_mapped[i] != m.table[i].mapped)
            return false;
        for (u32 e = 0; !m.table[i].mapped && e < PTE_ENTRIES; e++) {
            if (fixed_table[i].entry[e] != 0)
                return false;
        }
    }
    (void)snprintf(said, sizeof said, "address spaces: %u tables and %u mappings, model says %u and %u",
                   tables, leaves, mapped, m.mappings);
    return tables == mapped && leaves == m.mappings;
}

const char *compare_memory(void)
{
    size_t slots = m.slots * sizeof(struct cap);
    size_t tables = m.tables * sizeof(struct page_table);
    size_t spaces = m.vspaces * sizeof(struct page_table);
    if (m.slots_changed) {
        if (!same_slots())
            return said;
        memcpy(known_slot, fixed_slot, slots);
    } else if (memcmp(known_slot, fixed_slot, slots) != 0) {
        return same_slots() ? "capability slots changed" : said;
    }
    if (m.maps_changed) {
        if (!same_spaces())
            return said;
        memcpy(known_table, fixed_table, tables);
        memcpy(known_vspace, fixed_vspace, spaces);
    } else if (memcmp(known_table, fixed_table, tables) != 0 ||
               memcmp(known_vspace, fixed_vspace, spaces) != 0) {
        return same_spaces() ? "page tables changed" : said;
    }
    m.slots_changed = false;
    m.maps_changed = false;
    return NULL;
}
