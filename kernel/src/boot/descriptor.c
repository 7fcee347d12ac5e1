/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's boot descriptor: copied once, then checked. */
#include "boot/boot.h"
#include "machine/kernel_map.h"
#include "machine/plic.h"

_Static_assert(sizeof(struct pn_boot) <= PN_PAGE_SIZE, "the boot descriptor must fit into its window");

/* [paddr, paddr + size) */
struct range {
    u64 paddr;
    u64 size;
};

#define CLAIMS (2 + PN_BOOT_SEGMENTS + PN_MAX_UNTYPEDS) /* kernel, PLIC, root segments, untypeds */

/* What belongs to somebody: no two of these may share a page. */
struct claims {
    u32 count;
    struct range range[CLAIMS];
};

static bool overlap(struct range a, struct range b)
{
    return a.paddr < b.paddr + b.size && b.paddr < a.paddr + a.size;
}

/* Whole pages below the end of physical memory, and nobody else's. */
static bool claim(struct claims *c, u64 paddr, u64 size)
{
    struct range r = {paddr, size};
    if (size == 0 || (paddr | size) % PN_PAGE_SIZE != 0 || paddr >= PN_PHYSICAL_TOP ||
        size > PN_PHYSICAL_TOP - paddr || c->count >= CLAIMS)
        return false;
    for (u32 i = 0; i < c->count; i++) {
        if (overlap(c->range[i], r))
            return false;
    }
    c->range[c->count++] = r;
    return true;
}

static bool good_segment(struct claims *c, struct pn_boot_segment s)
{
    bool writable = (s.rights & PN_WRITE) != 0;
    bool executable = (s.rights & PN_EXEC) != 0;
    if (s.rights > (PN_READ | PN_WRITE | PN_EXEC) || (s.rights & PN_READ) == 0 || (writable && executable))
        return false;
    if (s.vaddr % PN_PAGE_SIZE != 0 || s.vaddr >= PN_USER_TOP || s.size > PN_USER_TOP - s.vaddr)
        return false;
    return claim(c, s.paddr, s.size);
}

static const char *check_system(struct claims *c, const struct pn_boot_system *s, u64 image_paddr)
{
    if (s->kernel_paddr != image_paddr || s->kernel_size < kernel_map_image_size() ||
        !claim(c, s->kernel_paddr, s->kernel_size))
        return "kernel is elsewhere or larger";
    if (s->root_segment_count < 1 || s->root_segment_count > PN_BOOT_SEGMENTS)
        return "bad number of root task segments";
    for (u32 i = 0; i < s->root_segment_count; i++) {
        if (!good_segment(c, s->root_segment[i]))
            return "bad root task segment";
    }
    return NULL;
}

static const char *check_machine(struct claims *c, const struct pn_boot_machine *m)
{
    if (m->timebase_hz < PN_TIMEBASE_MIN_HZ || m->timebase_hz > PN_TIMEBASE_MAX_HZ)
        return "bad timebase";
    if (m->plic_context >= PLIC_CONTEXTS || m->plic_size < plic_size(m->plic_context) ||
        !claim(c, m->plic_paddr, m->plic_size))
        return "bad PLIC";
    if (m->irq_sources < 1 || m->irq_sources >= PN_MAX_IRQS)
        return "bad number of interrupt sources";
    if (m->untyped_count > PN_MAX_UNTYPEDS)
        return "bad number of untypeds";
    for (u32 i = 0; i < m->untyped_count; i++) {
        if (!claim(c, m->untyped[i].paddr, m->untyped[i].size))
            return "bad untyped";
    }
    return NULL;
}

const char *descriptor_read(struct pn_boot *d, u64 paddr, u64 image_paddr)
{
    static struct claims c; /* large for a stack */
    if (paddr % PN_PAGE_SIZE != 0 || paddr >= PN_PHYSICAL_TOP)
        return "bad address";
    kernel_map_boot(paddr);
    *d = window_boot[0];
    if (d->magic != PN_BOOT_MAGIC || d->size != sizeof(struct pn_boot))
        return "wrong magic or size";
    c.count = 0;
    const char *problem = check_system(&c, &d->system, image_paddr);
    return problem != NULL ? problem : check_machine(&c, &d->machine);
}
