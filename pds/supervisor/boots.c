/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of boots.
 */
#include "boots.h"

#include <stddef.h>
#include <postern/crc32.h>

static uint32_t checksum(const struct boot_record *record)
{
    return crc32_update(0, (const uint8_t *)record, offsetof(struct boot_record, crc));
}

static void write(struct boot_record *record, uint32_t unclean, bool safe)
{
    *record = (struct boot_record){.magic = BOOT_RECORD_MAGIC, .unclean = unclean, .safe = safe};
    record->crc = checksum(record);
}

bool boots_begin(struct boot_record *record, uint32_t limit)
{
    uint32_t before =
        record->magic == BOOT_RECORD_MAGIC && record->crc == checksum(record) ? record->unclean : 0;
    bool safe = before >= limit;

    write(record, before < UINT32_MAX ? before + 1 : before, safe);
    return safe;
}

void boots_forgive(struct boot_record *record)
{
    write(record, 0, record->safe != 0);
}
