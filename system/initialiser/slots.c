/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which slot of the root CNode holds what.
 */
#include "build.h"

#include "capdist_read.h"
#include "console.h"
#include "invoke.h"

static uint64_t first_object;

void slots_open(const struct pn_bootinfo *info)
{
    first_object = info->first_free_slot;
    if (info->magic != PN_BOOTINFO_MAGIC || info->untyped_count > PN_MAX_UNTYPEDS) {
        console_stop("read bootinfo", "kernel", info->magic);
    }
    if (first_object + capdist_count(CAPDIST_OBJECTS) >= PN_ROOT_SLOTS) {
        console_stop("find slots", "root task", capdist_count(CAPDIST_OBJECTS));
    }
}

uint64_t slot_of(uint16_t object)
{
    (void)capdist_at(CAPDIST_OBJECTS, object);
    return first_object + object;
}

const char *object_name(uint16_t object)
{
    const struct capdist_object *record = capdist_at(CAPDIST_OBJECTS, object);

    return capdist_name(record->name);
}

uint64_t slots_scratch(void)
{
    return first_object + capdist_count(CAPDIST_OBJECTS);
}

uint64_t slots_scratch_count(void)
{
    return PN_ROOT_SLOTS - slots_scratch();
}

void derive(uint64_t cnode_slot, uint64_t slot, uint64_t source_slot, uint64_t rights, uint64_t badge,
            const char *name)
{
    const struct invocation in = {cnode_slot, PN_CNODE_DERIVE, {slot, source_slot, rights, badge}};

    invoke_or_stop(&in, "derive a capability", name);
}

void delete_slot(uint64_t slot)
{
    const struct invocation in = {PN_ROOT_CNODE, PN_CNODE_DELETE, {slot}};

    invoke_or_stop(&in, "empty a slot", "root task");
}
