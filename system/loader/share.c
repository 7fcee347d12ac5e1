/* SPDX-License-Identifier: BSD-2-Clause */
/* Who owns what before anybody runs: kernel, root task and firmware what is theirs, untypeds the rest. */
#include <stddef.h>

#include "machine.h"

static bool subtract_all(struct region_list *l, const struct region_list *less)
{
    bool fits = true;
    for (uint32_t i = 0; i < less->count && i < REGION_LIMIT; i++) {
        fits = fits && region_subtract(l, less->region[i]);
    }
    return fits;
}

/* Take the system's own memory away from 'free'. Answer: what is wrong with it, or NULL. */
static const char *take(const struct machine *m, struct region ram, struct region own,
                        struct region_list *free)
{
    if (!machine_usable(m, ram, own)) {
        return "kernel or root task is not in its memory";
    }
    return region_subtract(free, own) ? NULL : "too many ranges";
}

static bool add_untypeds(struct pn_boot_machine *facts, const struct region_list *list, bool device)
{
    for (uint32_t i = 0; i < list->count && i < REGION_LIMIT; i++) {
        struct region r = list->region[i];
        if (facts->untyped_count >= PN_MAX_UNTYPEDS) {
            return false;
        }
        facts->untyped[facts->untyped_count++] =
            (struct pn_boot_untyped){r.start, r.end - r.start, device ? 1 : 0};
    }
    return true;
}

bool machine_usable(const struct machine *m, struct region ram, struct region r)
{
    if (!region_contains(&m->memory, r) || r.start < ram.start || r.end > ram.end) {
        return false;
    }
    for (uint32_t i = 0; i < m->reserved.count && i < REGION_LIMIT; i++) {
        if (region_overlap(m->reserved.region[i], r)) {
            return false;
        }
    }
    return true;
}

const char *machine_share(struct machine *m, struct region ram, const struct pn_boot_system *system)
{
    struct region_list memory = m->memory;
    struct region_list devices = {.count = 1, .region = {{0, PN_PHYSICAL_TOP}}};
    bool fits = region_subtract(&memory, region_make(0, ram.start)) && subtract_all(&memory, &m->reserved);
    const char *problem = take(m, ram, region_make(system->kernel_paddr, system->kernel_size), &memory);
    if (system->root_segment_count > PN_BOOT_SEGMENTS) {
        return "too many segments";
    }
    for (uint64_t i = 0; i < system->root_segment_count && problem == NULL; i++) {
        const struct pn_boot_segment *s = &system->root_segment[i];
        problem = take(m, ram, region_make(s->paddr, s->size), &memory);
    }
    region_trim(&memory);
    fits = fits && subtract_all(&devices, &m->memory) && subtract_all(&devices, &m->reserved) &&
           subtract_all(&devices, &m->devices);
    fits = fits && add_untypeds(&m->facts, &memory, false) && add_untypeds(&m->facts, &devices, true);
    if (problem == NULL && !fits) {
        problem = "too many ranges";
    }
    return problem;
}
