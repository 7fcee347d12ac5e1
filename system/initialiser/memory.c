/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, page tables and frames out of untyped memory. Frames come in ascending order of address, because
 * the kernel cuts untyped memory upwards only.
 */
#include <stdbool.h>

#include "build.h"

#include "capdist_read.h"
#include "console.h"
#include "invoke.h"

static void retype(uint64_t untyped, enum pn_cap_type type, uint64_t size, uint64_t slot, uint64_t count,
                   uint64_t paddr, const char *name)
{
    const struct invocation in = {
        untyped, PN_UNTYPED_RETYPE, {type, size, PN_ROOT_CNODE, slot, count, paddr}};

    invoke_or_stop(&in, type == PN_CAP_FRAME ? "make frames" : "make an object", name);
}

/* Any RAM untyped: objects come from the kernel's pools. */
static uint64_t pool_untyped(const struct pn_bootinfo *info)
{
    for (uint64_t i = 0; i < info->untyped_count; i++) {
        if (!info->untyped[i].is_device) {
            return info->untyped[i].slot;
        }
    }
    console_stop("find memory", "root task", info->untyped_count);
}

static uint64_t untyped_at(const struct pn_bootinfo *info, uint64_t paddr, uint64_t size, bool device,
                           const char *name)
{
    for (uint64_t i = 0; i < info->untyped_count; i++) {
        const struct pn_untyped_desc *desc = &info->untyped[i];

        if ((desc->is_device != 0) == device && paddr >= desc->paddr && paddr - desc->paddr <= desc->size &&
            size <= desc->size - (paddr - desc->paddr)) {
            return desc->slot;
        }
    }
    console_stop(device ? "find device memory" : "find memory", name, paddr);
}

void build_objects(const struct pn_bootinfo *info)
{
    uint64_t untyped = pool_untyped(info);

    for (uint32_t i = 0; i < capdist_count(CAPDIST_OBJECTS); i++) {
        const struct capdist_object *object = capdist_at(CAPDIST_OBJECTS, i);

        retype(untyped, (enum pn_cap_type)object->type, object->size, slot_of((uint16_t)i), 1, 0,
               capdist_name(object->name));
    }
}

void build_page_tables(const struct pn_bootinfo *info)
{
    uint64_t untyped = pool_untyped(info);
    uint64_t slot = slots_scratch();

    for (uint32_t i = 0; i < capdist_count(CAPDIST_TABLES); i++) {
        const struct capdist_page_table *table = capdist_at(CAPDIST_TABLES, i);
        const struct invocation map = {slot, PN_PAGE_TABLE_MAP, {slot_of(table->vspace), table->vaddr}};
        const char *name = object_name(table->vspace);

        retype(untyped, PN_CAP_PAGE_TABLE, 0, slot, 1, 0, name);
        invoke_or_stop(&map, "map a page table", name);
        delete_slot(slot);
    }
}

static void map_batch(const struct capdist_run *run, uint64_t first_page, uint64_t count)
{
    for (uint32_t m = 0; m < run->map_count; m++) {
        const struct capdist_map *map = capdist_at(CAPDIST_MAPS, run->first_map + m);

        for (uint64_t i = 0; i < count; i++) {
            const struct invocation in = {
                slots_scratch() + i,
                PN_FRAME_MAP,
                {slot_of(map->vspace), map->vaddr + ((first_page + i) << run->bits), map->rights}};

            invoke_or_stop(&in, "map a frame", capdist_name(run->name));
        }
    }
}

void build_frames(const struct pn_bootinfo *info)
{
    uint64_t room = slots_scratch_count();

    for (uint32_t r = 0; r < capdist_count(CAPDIST_RUNS); r++) {
        const struct capdist_run *run = capdist_at(CAPDIST_RUNS, r);
        const char *name = capdist_name(run->name);

        if (run->bits != PN_PAGE_BITS && run->bits != PN_LARGE_BITS) {
            console_stop("read page size", name, run->bits);
        }
        uint64_t untyped =
            untyped_at(info, run->paddr, (uint64_t)run->pages << run->bits, run->device != 0, name);

        for (uint64_t done = 0; done < run->pages;) {
            uint64_t count = run->pages - done < room ? run->pages - done : room;

            retype(untyped, PN_CAP_FRAME, run->bits, slots_scratch(), count, run->paddr + (done << run->bits),
                   name);
            map_batch(run, done, count);
            for (uint64_t i = 0; i < count; i++) {
                delete_slot(slots_scratch() + i);
            }
            done += count;
        }
    }
}
