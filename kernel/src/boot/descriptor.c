/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's boot descriptor: copied once, then checked. */
#include "boot/boot.h"
#include "machine/kernel_map.h"

static u64 word_at(u64 offset)
{
    u64 value = 0;
    if (offset > sizeof(window_boot) - 8)
        return 0;
    for (u32 i = 0; i < 8; i++)
        value |= (u64)window_boot[offset + i] << 8 * i;
    return value;
}

const char *descriptor_read(struct boot_info *b, u64 paddr)
{
    struct pn_boot *d = &b->loader;
    u64 at = paddr % PN_PAGE_SIZE;
    if (paddr == 0 || paddr % 8 != 0 || paddr >= REGION_ADDRESS_TOP - 2 * (u64)PN_PAGE_SIZE)
        return "bad address";
    kernel_map_boot(paddr - at);
    d->magic = word_at(at);
    d->size = word_at(at + 8);
    if (d->magic != PN_BOOT_MAGIC || d->size != sizeof(struct pn_boot))
        return "wrong magic or size";
    d->kernel_paddr = word_at(at + 16);
    d->kernel_size = word_at(at + 24);
    d->ram_paddr = word_at(at + 32);
    d->ram_size = word_at(at + 40);
    d->root_entry = word_at(at + 48);
    d->root_sp = word_at(at + 56);
    d->root_segment_count = word_at(at + 64);
    for (u32 i = 0; i < PN_BOOT_SEGMENTS; i++) {
        u64 segment = at + 72 + (u64)i * sizeof(struct pn_boot_segment);
        d->root_segment[i].paddr = word_at(segment);
        d->root_segment[i].vaddr = word_at(segment + 8);
        d->root_segment[i].size = word_at(segment + 16);
        d->root_segment[i].rights = word_at(segment + 24);
    }
    return NULL;
}

static bool good_segment(const struct boot_info *b, struct pn_boot_segment s, struct region kernel)
{
    struct region memory = region_make(s.paddr, s.size);
    bool writable = (s.rights & PN_WRITE) != 0;
    bool executable = (s.rights & PN_EXEC) != 0;
    if (s.size == 0 || (s.paddr | s.vaddr | s.size) % PN_PAGE_SIZE != 0)
        return false;
    if (s.rights > (PN_READ | PN_WRITE | PN_EXEC) || (s.rights & PN_READ) == 0 || (writable && executable))
        return false;
    if (s.vaddr >= PN_USER_TOP || s.size > PN_USER_TOP - s.vaddr)
        return false;
    return region_contains(&b->platform.memory, memory) && !region_overlap(memory, kernel) &&
           memory.start >= b->loader.ram_paddr;
}

const char *descriptor_check(const struct boot_info *b)
{
    const struct pn_boot *d = &b->loader;
    struct region ram = region_make(d->ram_paddr, d->ram_size);
    struct region kernel = region_make(d->kernel_paddr, d->kernel_size);
    struct region tree = region_make(b->tree_paddr, b->tree_size);
    if (!region_contains(&b->platform.memory, ram))
        return "RAM is not in the device tree";
    if (d->kernel_paddr != b->image_paddr || d->kernel_size < kernel_map_image_size())
        return "kernel is elsewhere or larger";
    if (kernel.start < ram.start || kernel.end > ram.end || region_overlap(kernel, tree))
        return "kernel is not in RAM, or on the device tree";
    for (u32 i = 0; i < b->platform.reserved.count && i < REGION_LIMIT; i++) {
        if (region_overlap(b->platform.reserved.region[i], kernel))
            return "kernel lies in reserved memory";
    }
    if (d->root_segment_count < 1 || d->root_segment_count > PN_BOOT_SEGMENTS)
        return "bad number of root task segments";
    for (u32 i = 0; i < d->root_segment_count && i < PN_BOOT_SEGMENTS; i++) {
        if (!good_segment(b, d->root_segment[i], kernel))
            return "bad root task segment";
    }
    return NULL;
}
