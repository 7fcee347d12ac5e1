/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blob: sections of records behind one header; and whether the kernel's pools can hold what it asks for.
 */
#include <string.h>

#include <postern/abi.h>

#include "backend_report.h"
#include "capdist.h"

/* Page tables of the root task: two levels at its program, two at its message buffer. */
#define ROOT_PAGE_TABLES 4
/* Root slots that the initialiser works with. */
#define SCRATCH_SLOTS    16

struct section {
    const void *at;
    size_t count, size;
};

static struct section section_of(const struct capdist *dist, enum capdist_table table)
{
    switch (table) {
    case CAPDIST_NAMES:
        return (struct section){dist->names.at, dist->names.count, 1};
    case CAPDIST_OBJECTS:
        return (struct section){dist->objects.at, dist->objects.count, sizeof dist->objects.at[0]};
    case CAPDIST_TABLES:
        return (struct section){dist->tables.at, dist->tables.count, sizeof dist->tables.at[0]};
    case CAPDIST_RUNS:
        return (struct section){dist->runs.at, dist->runs.count, sizeof dist->runs.at[0]};
    case CAPDIST_MAPS:
        return (struct section){dist->maps.at, dist->maps.count, sizeof dist->maps.at[0]};
    case CAPDIST_IRQS:
        return (struct section){dist->irqs.at, dist->irqs.count, sizeof dist->irqs.at[0]};
    case CAPDIST_CAPS:
        return (struct section){dist->caps.at, dist->caps.count, sizeof dist->caps.at[0]};
    case CAPDIST_SCHEDS:
        return (struct section){dist->scheds.at, dist->scheds.count, sizeof dist->scheds.at[0]};
    case CAPDIST_THREADS:
        return (struct section){dist->threads.at, dist->threads.count, sizeof dist->threads.at[0]};
    case CAPDIST_SLOTS:
        return (struct section){dist->slots.at, dist->slots.count, sizeof dist->slots.at[0]};
    case CAPDIST_TABLE_COUNT:
    default:
        return (struct section){NULL, 0, 0};
    }
}

static size_t align8(size_t size)
{
    return (size + 7) / 8 * 8;
}

size_t capdist_size(const struct capdist *dist)
{
    size_t size = align8(sizeof(struct capdist_header));

    for (unsigned table = 0; table < CAPDIST_TABLE_COUNT; table++) {
        struct section section = section_of(dist, table);

        size += align8(section.count * section.size);
    }
    return size;
}

void capdist_encode(const struct capdist *dist, uint8_t *blob)
{
    struct capdist_header header = {.magic = CAPDIST_MAGIC, .version = CAPDIST_VERSION};
    size_t at = align8(sizeof header);

    for (unsigned table = 0; table < CAPDIST_TABLE_COUNT; table++) {
        struct section section = section_of(dist, table);

        header.section[table] = (struct capdist_section){(uint32_t)at, (uint32_t)section.count};
        if (section.count != 0) {
            memcpy(blob + at, section.at, section.count * section.size);
        }
        at += align8(section.count * section.size);
    }
    header.size = (uint32_t)at;
    memcpy(blob, &header, sizeof header);
}

size_t capdist_objects(const struct capdist *dist, unsigned type)
{
    size_t count = type == PN_CAP_PAGE_TABLE ? dist->tables.count : 0;

    for (size_t i = 0; i < dist->objects.count; i++) {
        count += dist->objects.at[i].type == type;
    }
    return count;
}

size_t capdist_slots(const struct capdist *dist)
{
    size_t count = 0;

    for (size_t i = 0; i < dist->domains.count; i++) {
        count += dist->domains.at[i].slots;
    }
    return count;
}

static bool check_limit(const struct system_model *model, const char *what, size_t needed, size_t limit,
                        struct backend_report *report)
{
    if (needed <= limit) {
        return true;
    }
    backend_error(report, &model->place, "the kernel's limits are in postern/limits.h",
                  "the system needs %zu %s; the kernel has %zu (%zu too many)", needed, what, limit,
                  needed - limit);
    return false;
}

bool capdist_check_limits(const struct capdist *dist, const struct system_model *model,
                          struct backend_report *report)
{
    const struct {
        const char *what;
        unsigned type;
        size_t own, limit; /* own: of the root task */
    } pools[] = {
        {"threads", PN_CAP_TCB, 1, PN_MAX_TCBS},
        {"endpoints", PN_CAP_ENDPOINT, 0, PN_MAX_ENDPOINTS},
        {"notifications", PN_CAP_NOTIFICATION, 0, PN_MAX_NOTIFICATIONS},
        {"reply objects", PN_CAP_REPLY, 0, PN_MAX_REPLIES},
        {"scheduling contexts", PN_CAP_SCHED_CONTEXT, 1, PN_MAX_SCHED_CONTEXTS},
        {"address spaces", PN_CAP_VSPACE, 1, PN_MAX_VSPACES},
        {"CNodes", PN_CAP_CNODE, 1, PN_MAX_CNODES},
        {"page tables", PN_CAP_PAGE_TABLE, ROOT_PAGE_TABLES, PN_MAX_PAGE_TABLES},
    };
    bool good = true;

    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        good = check_limit(model, pools[i].what, capdist_objects(dist, pools[i].type) + pools[i].own,
                           pools[i].limit, report) &&
               good;
    }
    good =
        check_limit(model, "capability slots", capdist_slots(dist) + PN_ROOT_SLOTS, PN_MAX_SLOTS, report) &&
        good;
    good = check_limit(model, "kernel objects in the initialiser's CNode", dist->objects.count,
                       PN_ROOT_SLOTS - PN_ROOT_FIRST_UNTYPED - PN_MAX_UNTYPEDS - SCRATCH_SLOTS, report) &&
           good;
    return check_limit(model, "bytes of capability distribution", capdist_size(dist), CAPDIST_MAX_SIZE,
                       report) &&
           good;
}
