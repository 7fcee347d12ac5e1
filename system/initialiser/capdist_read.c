/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of the blob that the composer appended to the root task.
 */
#include "capdist_read.h"

#include "console.h"

static const uint32_t record_size[CAPDIST_TABLE_COUNT] = {
    [CAPDIST_NAMES] = 1,
    [CAPDIST_OBJECTS] = sizeof(struct capdist_object),
    [CAPDIST_TABLES] = sizeof(struct capdist_page_table),
    [CAPDIST_RUNS] = sizeof(struct capdist_run),
    [CAPDIST_MAPS] = sizeof(struct capdist_map),
    [CAPDIST_IRQS] = sizeof(struct capdist_irq),
    [CAPDIST_CAPS] = sizeof(struct capdist_cap),
    [CAPDIST_SCHEDS] = sizeof(struct capdist_sched),
    [CAPDIST_THREADS] = sizeof(struct capdist_thread),
    [CAPDIST_SLOTS] = sizeof(struct capdist_slot),
};

static const struct capdist_header *header(void)
{
    return (const struct capdist_header *)CAPDIST_VADDR;
}

void capdist_open(void)
{
    const struct capdist_header *blob = header();

    if (blob->magic != CAPDIST_MAGIC || blob->version != CAPDIST_VERSION || blob->size < sizeof *blob ||
        blob->size > CAPDIST_MAX_SIZE) {
        console_stop("read header", "capability distribution", blob->version);
    }
    for (uint32_t i = 0; i < CAPDIST_TABLE_COUNT; i++) {
        struct capdist_section section = blob->section[i];

        if (section.offset > blob->size || section.offset % 8 != 0 ||
            section.count > (blob->size - section.offset) / record_size[i]) {
            console_stop("read section", "capability distribution", i);
        }
    }
    struct capdist_section names = blob->section[CAPDIST_NAMES];
    const char *text = (const char *)blob + names.offset;

    if (names.count == 0 || text[names.count - 1] != '\0') {
        console_stop("read names", "capability distribution", names.count);
    }
}

uint32_t capdist_count(enum capdist_table table)
{
    return header()->section[table].count;
}

const void *capdist_at(enum capdist_table table, uint32_t index)
{
    struct capdist_section section = header()->section[table];

    if (index >= section.count) {
        console_stop("read record", "capability distribution", index);
    }
    return (const char *)header() + section.offset + (uint64_t)index * record_size[table];
}

const char *capdist_name(uint32_t offset)
{
    struct capdist_section names = header()->section[CAPDIST_NAMES];

    return offset < names.count ? (const char *)header() + names.offset + offset : "?";
}
