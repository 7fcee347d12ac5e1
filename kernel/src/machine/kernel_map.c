/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's own page tables: one root, one middle table, and four leaf tables for the 8 MiB in use. */
#include "machine/kernel_map.h"
#include "machine/csr.h"

#define LEAF_TABLES  4u
#define WINDOW_TABLE 3u

#define WINDOW_PLIC_PAGE 0u
#define WINDOW_BOOT_PAGE 4u

extern const u8 __image_start[];
extern const u8 __rodata_start[];
extern const u8 __data_start[];
extern const u8 __sealed_start[];
extern const u8 __sealed_end[];
extern const u8 __guard[];
extern const u8 __image_end[];

#define TABLE __attribute__((section(".sealed.tables"), aligned(PN_PAGE_SIZE)))

static struct page_table leaf[LEAF_TABLES] TABLE;
static struct page_table middle TABLE;
static struct page_table root TABLE;
static u64 image_paddr __attribute__((section(".sealed")));

static u64 address(const void *p)
{
    return (u64)(uintptr_t)p;
}

static void set_leaf(u64 page, u64 entry)
{
    leaf[page / PTE_ENTRIES % LEAF_TABLES].entry[page % PTE_ENTRIES] = entry;
}

static void map_image(const u8 *start, const u8 *end, u64 bits)
{
    u64 base = address(__image_start);
    u64 last = (address(end) - base) / PN_PAGE_SIZE;
    for (u64 page = (address(start) - base) / PN_PAGE_SIZE; page < last; page++)
        set_leaf(page, pte_make(base + page * PN_PAGE_SIZE, bits | PTE_VALID | PTE_GLOBAL | PTE_USED));
}

u64 kernel_map_build(void)
{
    map_image(__image_start, __rodata_start, PTE_READ | PTE_EXEC);
    map_image(__rodata_start, __data_start, PTE_READ);
    map_image(__data_start, __guard, PTE_READ | PTE_WRITE);
    map_image(__guard + PN_PAGE_SIZE, __image_end, PTE_READ | PTE_WRITE);
    for (u64 i = 0; i < LEAF_TABLES; i++)
        middle.entry[i] = pte_make(address(&leaf[i]), PTE_VALID);
    root.entry[KERNEL_ROOT_INDEX] = pte_make(address(&middle), PTE_VALID | PTE_GLOBAL);
    return 8ul << 60 | address(&root) / PN_PAGE_SIZE;
}

void kernel_map_init(u64 paddr)
{
    image_paddr = paddr;
}

u64 kernel_map_physical(const void *object)
{
    return address(object) - address(__image_start) + image_paddr;
}

u64 kernel_map_root_entry(void)
{
    return root.entry[KERNEL_ROOT_INDEX];
}

u64 kernel_map_image_size(void)
{
    return address(__image_end) - address(__image_start);
}

static void map_window(u64 page, u64 paddr, u64 bits)
{
    set_leaf((u64)WINDOW_TABLE * PTE_ENTRIES + page,
             pte_make(paddr, bits | PTE_VALID | PTE_GLOBAL | PTE_USED));
}

void kernel_map_boot(u64 paddr)
{
    map_window(WINDOW_BOOT_PAGE, paddr, PTE_READ);
    machine_fence_vma();
}

void kernel_map_forget_boot(void)
{
    leaf[WINDOW_TABLE].entry[WINDOW_BOOT_PAGE] = 0;
    machine_fence_vma();
}

void kernel_map_plic(u64 priority, u64 enable, u64 context)
{
    map_window(WINDOW_PLIC_PAGE, priority, PTE_READ | PTE_WRITE);
    map_window(WINDOW_PLIC_PAGE + 1, enable, PTE_READ | PTE_WRITE);
    map_window(WINDOW_PLIC_PAGE + 2, context, PTE_READ | PTE_WRITE);
    machine_fence_vma();
}

static void protect(u64 page)
{
    set_leaf(page, pte_make(image_paddr + page * PN_PAGE_SIZE, PTE_READ | PTE_VALID | PTE_GLOBAL | PTE_USED));
}

void kernel_map_seal(void)
{
    u64 base = address(__image_start);
    u64 own = (address(&leaf[0]) - base) / PN_PAGE_SIZE;
    u64 end = (address(__sealed_end) - base) / PN_PAGE_SIZE;
    /* The leaf tables map themselves, through leaf[0]: they must be writable until all else is done. */
    for (u64 page = (address(__sealed_start) - base) / PN_PAGE_SIZE; page < end; page++) {
        if (page < own || page >= own + LEAF_TABLES)
            protect(page);
    }
    for (u64 i = LEAF_TABLES; i > 0; i--)
        protect(own + i - 1);
    machine_fence_vma();
}
